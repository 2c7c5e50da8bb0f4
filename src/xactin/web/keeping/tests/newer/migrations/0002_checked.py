from django.db import migrations


class Migration(migrations.Migration):
    """The same table again, in the same upgrade, after rows of it have changed."""

    dependencies = [("newer", "0001_short")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE identity_agency ADD CONSTRAINT short_is_lower CHECK (short = lower(short))",
            "ALTER TABLE identity_agency DROP CONSTRAINT short_is_lower",
        )
    ]
