"""What counters took in, with the codes of their receipts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_lots"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="receipt",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("counter", models.CharField(max_length=60)),
                ("received_at", models.DateTimeField()),
                ("mac", models.CharField(max_length=64)),
                ("code_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["counter", "-received_at"], name="receipt_of_counter")],
            },
        ),
    ]
