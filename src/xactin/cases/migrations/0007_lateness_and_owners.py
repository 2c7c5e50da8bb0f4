"""From when a dossier is late, and whose matter it is.

What stands is folded from its entries when the authority starts (`dossiers/state/settling.py`): until then it says
1970, so that a crash on the way is seen. No row is rewritten here.
"""

from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_erasures")]

    operations = [
        migrations.AddField("case", "owner_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
        migrations.AddField("case", "owner_key", models.CharField(blank=True, db_collation="C", db_default="", default="", max_length=1000)),
        migrations.AddField("case", "late_at", models.DateTimeField(default=datetime(1970, 1, 1, tzinfo=UTC), null=True), preserve_default=False),
    ]
