"""Parties that join a case by an invitation, and which party of a procedure asks."""

from typing import Any

import yaml
from django.db import migrations, models
from django.db.models import PROTECT, Q


def tell_who_asks(apps: Any, schema_editor: Any) -> None:
    """From each published package: of format 1 the one party, of others the one that says so."""
    for version in apps.get_model("cases", "ProcedureVersion").objects.iterator():
        said = yaml.safe_load(version.files["procedure.yaml"])
        parties = said.get("parties", {}) if "format" in said else {"applicant": {"asks": True}}
        version.asks = next((name for name, one in parties.items() if one.get("asks")), "")
        version.save(update_fields=["asks"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_several_drafts"), ("identity", "0001_initial")]

    operations = [
        migrations.AddField(
            "procedureversion", "asks", models.CharField(blank=True, db_default="", default="", max_length=60)
        ),
        migrations.RunPython(tell_who_asks, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=60)),
                ("state", models.CharField(choices=[("invited", "Invited"), ("accepted", "Takes part"), ("declined", "Declined")], max_length=10)),
                ("invited_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="parties", to="cases.case")),
                ("person", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="identity.person")),
            ],
            options={
                "verbose_name_plural": "parties",
                "constraints": [
                    models.UniqueConstraint(condition=~Q(state="declined"), fields=["case", "kind", "person"], name="party_once"),
                    models.CheckConstraint(condition=Q(answered_at__isnull=True, state="invited") | Q(answered_at__isnull=False, state__in=("accepted", "declined")), name="party_answered"),
                ],
                "indexes": [
                    models.Index(fields=["case", "kind"], name="party_of_case"),
                    models.Index(fields=["person", "state"], name="party_person"),
                ],
            },
        ),
    ]
