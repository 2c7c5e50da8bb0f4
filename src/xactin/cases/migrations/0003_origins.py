"""Cases that nobody asks for: the applicant may be absent, and a case says where it began.

What stands was applied for by a person, which is the default: no row is rewritten.
"""

from django.db import migrations, models
from django.db.models import PROTECT


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_lists")]

    operations = [
        migrations.AddField("case", "origin", models.CharField(db_default="person", default="person", max_length=20)),
        migrations.AlterField("case", "applicant", models.ForeignKey(db_index=False, null=True, on_delete=PROTECT, related_name="+", to="identity.person")),
        migrations.AddField("procedureversion", "kind", models.CharField(db_default="application", default="application", max_length=30)),
    ]
