"""Procedures that somebody is writing, or that were read from files of the national database."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_invitations_revoked")]

    operations = [
        migrations.CreateModel(
            name="ProcedureDraft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("name_vi", models.CharField(max_length=300)),
                ("search", models.TextField()),
                ("design", models.JSONField()),
                ("doubts", models.JSONField(default=list)),
                ("source", models.TextField(blank=True)),
                ("source_digest", models.CharField(blank=True, max_length=64)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("reviewed_by", models.UUIDField(null=True)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("reviewed_digest", models.CharField(blank=True, max_length=64)),
                ("reviewed_entry", models.UUIDField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "published",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.procedureversion"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["name_vi", "id"], name="procedure_draft_names")],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="procedure_draft_once"),
                    models.CheckConstraint(
                        condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, reviewed_digest="")
                        | Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(reviewed_digest=""),
                        name="procedure_draft_reviewed",
                    ),
                ],
            },
        ),
    ]
