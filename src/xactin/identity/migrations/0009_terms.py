"""Who stands in for a holder, and on which terms."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0008_replies'),
    ]

    operations = [
        migrations.AddField(
            model_name='holding',
            name='terms',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='proposal',
            name='terms',
            field=models.JSONField(null=True),
        ),
    ]
