"""Where wrong tries are counted: Django's cache in the database, from which nothing goes before its time.

Django's own makes room, once there are too many keys, by deleting those that sort first, counts that still hold among
them: whoever makes enough keys of their own would begin anew with the passwords of somebody else. Here only what has
expired goes; what is counted expires within an hour or two, and `identity.sweep` clears it away. One statement each.
"""

import pickle
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connection

LONGEST: Final = timedelta(days=2)
"""How long a value stays for which somebody named no time."""

_TOUCH: Final = "UPDATE identity_cache SET expires = %(expires)s WHERE cache_key = %(key)s"
_SET: Final = """
INSERT INTO identity_cache (cache_key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)
ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
_WAYS: Final = {
    "touch": _TOUCH,
    "set": _SET,
    "add": f"{_SET} WHERE identity_cache.expires < %(now)s",
}


class KeptCounts(DatabaseCache):
    """The cache `default`. Its keys are bounded by how often strangers are answered, and by the time each stays."""

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Writes a value, or (`add`) only where none stands that still holds; whether it did."""
        now = datetime.now(UTC)
        until = self.get_backend_timeout(timeout)
        named: dict[str, Any] = {
            "key": key,
            "value": b64encode(pickle.dumps(value, self.pickle_protocol)).decode(),
            "expires": now + LONGEST if until is None else datetime.fromtimestamp(until, UTC),
            "now": now,
        }
        with connection.cursor() as cursor:
            cursor.execute(_WAYS[mode], named)
            return bool(cursor.rowcount)


def forget_expired() -> int:
    """Deletes what has expired; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_cache WHERE expires < %s", (datetime.now(UTC),))
        return int(cursor.rowcount)
