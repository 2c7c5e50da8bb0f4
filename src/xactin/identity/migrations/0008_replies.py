"""Answers to requests that carry an `Idempotency-Key` stand beside the accounts that asked: each room's doors use them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_verified")]

    operations = [
        migrations.CreateModel(
            "Reply",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200)),
                ("body", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.BinaryField()),
                ("created_at", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        "identity.Account", on_delete=models.deletion.CASCADE, related_name="+"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["account", "key"], name="identity_reply_once")
                ]
            },
        )
    ]
