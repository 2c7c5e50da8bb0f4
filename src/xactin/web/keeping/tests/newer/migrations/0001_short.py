from django.db import migrations

FORWARD = """
ALTER TABLE identity_agency ADD COLUMN short text NOT NULL DEFAULT '';
UPDATE identity_agency SET short = lower(code);
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_cache")]
    operations = [migrations.RunSQL(FORWARD, "ALTER TABLE identity_agency DROP COLUMN short")]
