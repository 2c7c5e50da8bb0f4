"""A person may have several drafts of one procedure: twins are two applications."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_lateness_and_owners")]

    operations = [
        migrations.RemoveConstraint("draft", "draft_once"),
        migrations.AddIndex("draft", models.Index(fields=["person", "code"], name="draft_of")),
    ]
