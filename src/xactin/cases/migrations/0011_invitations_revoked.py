"""An invitation may be taken back before it is answered."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_replies_moved")]

    operations = [
        migrations.AlterField(
            "party",
            "state",
            models.CharField(choices=[("invited", "Not answered yet"), ("accepted", "Takes part"), ("declined", "Declined"), ("revoked", "Taken back")], max_length=10),
        ),
        migrations.RemoveConstraint("party", "party_once"),
        migrations.AddConstraint(
            "party",
            models.UniqueConstraint(condition=Q(state__in=("invited", "accepted")), fields=["case", "kind", "person"], name="party_once"),
        ),
        migrations.RemoveConstraint("party", "party_answered"),
        migrations.AddConstraint(
            "party",
            models.CheckConstraint(condition=Q(answered_at__isnull=True, state="invited") | Q(answered_at__isnull=False, state__in=("accepted", "declined", "revoked")), name="party_answered"),
        ),
    ]
