from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("newer", "0002_checked")]
    operations = [
        migrations.RunSQL("DELETE FROM vault_opening"),
        migrations.RunSQL("ALTER TABLE identity_agency ADD CONSTRAINT wrong CHECK (short = 'wrong')"),
    ]
