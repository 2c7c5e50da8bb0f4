"""Whether somebody's number was compared with their card; several may claim a number, one verified person has it."""

from django.db import migrations, models
from django.db.models import Q

# Who holds or held a post was appointed by name, by somebody who knows them; of others nothing is known.
_OFFICIALS = """
UPDATE identity_person p SET verified_at = h.since
  FROM (SELECT person_id, min(since) AS since FROM identity_holding GROUP BY person_id) h
 WHERE h.person_id = p.id
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_calendars")]

    tells = "people are verified or not: officials are, others once an official compares their card"

    operations = [
        migrations.AddField("person", "verified_at", models.DateTimeField(null=True)),
        migrations.RunSQL(_OFFICIALS, migrations.RunSQL.noop),
        migrations.RemoveConstraint("person", "person_id_number_once"),
        migrations.AddConstraint(
            "person",
            models.UniqueConstraint(
                fields=["id_number"],
                condition=~Q(id_number="") & Q(verified_at__isnull=False),
                name="person_verified_number_once",
            ),
        ),
        migrations.AddIndex("person", models.Index(fields=["id_number"], name="person_id_number")),
    ]
