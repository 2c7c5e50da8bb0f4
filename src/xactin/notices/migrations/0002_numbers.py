"""Notices get numbers, by which those of some seconds are attested together; also those that were told before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE notices_notice_number", "DROP SEQUENCE notices_notice_number"),
        migrations.AddField(
            model_name="notice",
            name="number",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("notices_notice_number"),
                    function="nextval",
                    output_field=models.BigIntegerField(),
                ),
                editable=False,
                unique=True,
            ),
        ),
    ]
