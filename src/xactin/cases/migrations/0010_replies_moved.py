"""Answers kept for a day go with their keys to the room that owns them now."""

from django.db import migrations

_COPY = """
INSERT INTO identity_reply (account_id, key, body, status, answer, created_at)
SELECT account_id, key, body, status, answer, created_at FROM cases_reply
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_parties"), ("identity", "0008_replies")]

    operations = [migrations.RunSQL(_COPY, migrations.RunSQL.noop), migrations.DeleteModel("Reply")]
