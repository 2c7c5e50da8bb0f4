from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("stepwise", "0001_value")]
    operations = [
        migrations.RunSQL(
            "UPDATE procrastinate_jobs SET status = 'resting' WHERE 'resting'::procrastinate_job_status IS NULL"
        )
    ]
