"""The one maker of ids: what is new gets a name that nothing has, and that sorts by when it was made."""

from datetime import datetime
from uuid import UUID

import uuid_utils

from xactin.vault.rehearsal import course


def new_id() -> UUID:
    """A time-ordered id (UUID version 7, RFC 9562): statements, entries, files and cases are named so."""
    found = course()
    return found.id() if found else UUID(bytes=uuid_utils.uuid7().bytes)


def earliest_id(at: datetime) -> UUID:
    """No id made at `at` or later sorts before this one."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
