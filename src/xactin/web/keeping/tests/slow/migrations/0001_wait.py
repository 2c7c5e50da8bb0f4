from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [migrations.RunSQL("SELECT pg_sleep(2)", migrations.RunSQL.noop)]
