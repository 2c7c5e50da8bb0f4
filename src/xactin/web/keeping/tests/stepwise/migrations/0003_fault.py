from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("stepwise", "0002_use")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE identity_agency ADD CONSTRAINT wrong CHECK (code = 'wrong')"
        )
    ]
