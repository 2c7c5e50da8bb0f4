"""What is being typed in the form of an act is kept, sealed, until the act is done."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_origins"), ("identity", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "ActDraft",
            [
                ("id", models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, serialize=False)),
                ("task", models.CharField(max_length=120)),
                ("act", models.CharField(max_length=120)),
                ("sealed", models.BinaryField()),
                ("updated_at", models.DateTimeField(db_index=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.person")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["person", "case", "task", "act"], name="act_draft_once")]},
        ),
    ]
