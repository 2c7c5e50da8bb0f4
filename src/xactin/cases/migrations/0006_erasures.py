"""Orders to erase: given by one person, carried out by another."""

from django.db import migrations, models
from django.db.models import PROTECT, Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_folding"), ("identity", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("parts", models.JSONField()),
                ("basis", models.CharField(max_length=300)),
                ("ordered_at", models.DateTimeField()),
                ("outcome", models.CharField(blank=True, max_length=10)),
                ("ended_at", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(on_delete=PROTECT, related_name="erasures", to="cases.case")),
                ("ended_by", models.ForeignKey(db_index=False, null=True, on_delete=PROTECT, related_name="+", to="identity.person")),
                ("ordered_by", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="identity.person")),
            ],
            options={"constraints": [models.UniqueConstraint(condition=Q(ended_at__isnull=True), fields=["case"], name="erasure_ordered_once")]},
        ),
    ]
