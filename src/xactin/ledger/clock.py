"""The one clock. It is real, but for the authority whose genesis says `demo`: that one's may be moved
forward.

Entries take their time from the database (`chains/chain.py`); this is the same time for what is not yet an entry.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from xactin.ledger.errors import NoAuthority
from xactin.ledger.log.authority import authority
from xactin.ledger.models import Log
from xactin.vault.rehearsal import course

_ASK_AGAIN: Final = 1.0  # seconds
_kept: dict[str, tuple[float, timedelta]] = {}


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC) + shift()


def claimed() -> datetime:
    """The time that what is being done says of itself, to the millisecond: now, or when it was rehearsed.

    What a device has confirmed is done some minutes later and must still say the same.
    """
    found = course()
    moment = found.at if found else now()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def shift() -> timedelta:
    """How far the clock is ahead of the real one: zero unless this is a demo."""
    try:
        info = authority()
    except NoAuthority:
        return timedelta(0)
    if not info.demo:
        return timedelta(0)
    asked, known = _kept.get(info.verifier_key, (0.0, timedelta(0)))
    if time.monotonic() - asked > _ASK_AGAIN:
        known = Log.objects.values_list("clock_shift", flat=True).get(pk=1)
        _kept[info.verifier_key] = (time.monotonic(), known)
    return known


def forget() -> None:
    """Asks the database at the next call."""
    _kept.clear()
