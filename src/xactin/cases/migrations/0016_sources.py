"""What a case came from is a column, so that its source can show what it led to."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_counters")]

    operations = [
        migrations.AddField(
            "case", "source", models.CharField(blank=True, db_default="", default="", max_length=160)
        ),
        migrations.AddIndex(
            "case", models.Index(condition=~Q(source=""), fields=["source"], name="case_source")
        ),
    ]
