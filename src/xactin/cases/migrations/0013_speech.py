"""What procedures are called by people, and searches that were counted."""

from typing import Any

import yaml
from django.db import migrations, models


def tell_keywords(apps: Any, schema_editor: Any) -> None:
    """From each published package."""
    for version in apps.get_model("cases", "ProcedureVersion").objects.iterator():
        said = yaml.safe_load(version.files["procedure.yaml"]).get("keywords") or {}
        version.keywords = ", ".join(filter(None, (str(said.get(one, "")) for one in ("vi", "en"))))
        version.save(update_fields=["keywords"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_procedure_drafts")]

    operations = [
        migrations.AddField("procedureversion", "keywords", models.TextField(blank=True, db_default="", default="")),
        migrations.RunPython(tell_keywords, migrations.RunPython.noop),
        migrations.CreateModel(
            name="SearchCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("words", models.CharField(max_length=80)),
                ("asked", models.PositiveIntegerField()),
                ("opened", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["day", "words"], name="search_counted_once")],
            },
        ),
    ]
