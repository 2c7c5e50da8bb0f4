"""Facts of a procedure in words, as papers and pages say them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def limit_text(limit: Mapping[str, Any]) -> str:
    """A time limit in words: `7 ngày làm việc`."""
    if limit.get("same_day"):
        return _("Within the day; received after 15:00, on the next working day")
    for unit, words in (
        ("working_day", ngettext("%d working day", "%d working days", limit.get("working_day", 0))),
        ("working_hour", ngettext("%d working hour", "%d working hours", limit.get("working_hour", 0))),
        ("calendar_day", ngettext("%d day", "%d days", limit.get("calendar_day", 0))),
    ):
        if unit in limit:
            return str(words % limit[unit])
    return ""
