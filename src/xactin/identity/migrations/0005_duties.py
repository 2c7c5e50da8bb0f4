"""Posts get duties; what takes two persons waits as a proposal; agencies and posts can be closed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_one_email")]

    tells = "posts have duties: those of before get the ones usual for their role, each by an entry of the post"

    operations = [
        migrations.AddField("agency", "closed_at", models.DateTimeField(null=True)),
        migrations.AddField("post", "closed_at", models.DateTimeField(null=True)),
        migrations.AddField("post", "duties", models.JSONField(null=True)),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("duties", "Duties"), ("holder", "Holder")], max_length=10),
                ),
                ("duties", models.JSONField(default=list)),
                ("until", models.DateTimeField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("outcome", models.CharField(blank=True, max_length=10)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="identity.post",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.person",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(kind="holder", person__isnull=False)
                        | models.Q(kind="duties", person__isnull=True),
                        name="proposal_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(ended_at__isnull=True, outcome="")
                        | models.Q(ended_at__isnull=False, outcome__in=("confirmed", "declined")),
                        name="proposal_outcome",
                    ),
                ]
            },
        ),
    ]
