"""The demo's clock, moved by hand: `xactin demo clock +3d`."""

import re
from datetime import timedelta
from typing import Final

from xactin.demo.past import history
from xactin.kernel.local import LOCAL
from xactin.ledger.clock import now
from xactin.ledger.queries import authority

_FORM: Final = re.compile(r"\+(\d{1,4})([dhm])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}
LONGEST: Final = timedelta(days=400)


def parsed(text: str) -> timedelta:
    """`+3d`, `+4h`, `+30m` as a length of time. Raises ValueError."""
    found = _FORM.fullmatch(text)
    by = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if not timedelta(0) < by <= LONGEST:
        raise ValueError(
            f"the clock moves forward, by such as +3d, +4h or +30m, at most {LONGEST.days} days: not {text!r}"
        )
    return by


def move(text: str) -> str:
    """Moves the clock and does what time alone does; answers the new time. Raises ValueError, DemoOnly."""
    by = parsed(text)
    if authority().demo and not history.is_whole():
        raise ValueError("the demo is still living through its past; its clock moves by itself")
    history.move_clock(by)
    history.time_passes()
    return f"{now().astimezone(LOCAL):%d/%m/%Y %H:%M}"
