from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("procrastinate", "0031_add_indexes_for_fetch_job")]
    operations = [
        migrations.RunSQL(
            "ALTER TYPE procrastinate_job_status ADD VALUE 'resting'"
        )
    ]
