"""Many dossiers decided at once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_speech'),
        ('identity', '0008_replies'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('post_code', models.CharField(max_length=80)),
                ('node', models.CharField(max_length=80)),
                ('act', models.CharField(max_length=60)),
                ('passkey', models.BooleanField(default=False)),
                ('sealed', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.procedureversion')),
            ],
        ),
        migrations.CreateModel(
            name='LotItem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('place', models.PositiveSmallIntegerField()),
                ('token', models.CharField(max_length=40)),
                ('entry', models.UUIDField(null=True)),
                ('signature', models.JSONField(null=True)),
                ('state', models.CharField(choices=[('chosen', 'Chosen'), ('out', 'Taken out'), ('unsigned', 'Waits for your device'), ('waiting', 'Waits for its turn'), ('done', 'Done'), ('changed', 'Left out: changed since it was shown'), ('gone', 'Left out: no longer open'), ('refused', 'Left out')], default='chosen', max_length=10)),
                ('told', models.TextField(blank=True)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('lot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='cases.lot')),
            ],
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(fields=['person', '-made_at'], name='lot_of_person'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('sealed__isnull', True)), models.Q(('confirmed_at__isnull', False), ('sealed__isnull', False)), _connector='OR'), name='lot_confirmed_whole'),
        ),
        migrations.AddConstraint(
            model_name='lotitem',
            constraint=models.UniqueConstraint(fields=('lot', 'place'), name='lot_item_place'),
        ),
        migrations.AddConstraint(
            model_name='lotitem',
            constraint=models.UniqueConstraint(fields=('lot', 'case', 'token'), name='lot_item_once'),
        ),
    ]
