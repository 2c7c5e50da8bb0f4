"""That results were handed out."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_sources'),
    ]

    operations = [
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='handover', serialize=False, to='cases.case')),
                ('counter', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('proxy', models.BooleanField()),
            ],
        ),
    ]
