"""The form of a calendar, as an administrator writes it."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xactin.identity.calendars import rules
from xactin.kernel.calendars import Calendar, CalendarError

WEEK: Final = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
Read = TypeVar("Read")


class CalendarForm(forms.Form):
    """Hours as `07:30-11:30, 13:30-17:00`, days a line each; `made` is the calendar once it is valid."""

    days_off = forms.CharField(
        label=_("Days off"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("One a line: 02/01/2026, then why."),
    )
    make_up = forms.CharField(
        label=_("Days worked instead"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line: 10/01/2026. They have the hours of the first working day of the week."),
    )
    cutoff = forms.CharField(
        label=_("Received after this hour counts as the next working day"),
        required=False,
        max_length=5,
        help_text=_("Such as 15:00. Left empty, every hour counts."),
    )

    def __init__(self, *args: Any, before: Calendar, years: tuple[int, int], **kwargs: Any) -> None:
        self.before, self.years, self.made = before, years, None  # type: Calendar, tuple[int, int], Calendar | None
        hours = {f"day_{day}": rules.hours_text(before.weekly.get(day, ())) for day in range(7)}
        kwargs["initial"] = {
            "days_off": rules.off_text(before, years),
            "make_up": rules.worked_text(before, years),
            "cutoff": before.cutoff or "",
            **hours,
        }
        super().__init__(*args, **kwargs)
        for day, name in enumerate(WEEK):
            self.fields[f"day_{day}"] = forms.CharField(label=name, required=False, max_length=80)

    def week(self) -> list[forms.BoundField]:
        """The fields of the seven days."""
        return [self[f"day_{day}"] for day in range(7)]

    def clean(self) -> dict[str, Any]:
        """Reads the lines; each that cannot be read is named."""
        given = super().clean() or {}
        weekly = {day: self._read(f"day_{day}", rules.hours_from) or () for day in range(7)}
        off = self._read("days_off", lambda text: rules.days_from(text, self.years)) or {}
        worked = self._read("make_up", lambda text: rules.days_from(text, self.years)) or {}
        cutoff = self._read("cutoff", rules.hour_from)
        if not self.errors:
            self._make(weekly, rules.Days(off, list(worked)), cutoff)
        return given

    def _read(self, name: str, read: Callable[[str], Read]) -> Read | None:
        try:
            return read(str(self.cleaned_data.get(name) or ""))
        except rules.LineError as error:
            self.add_error(name, gettext("This cannot be read: %(line)s") % {"line": error.line})
            return None

    def _make(self, weekly: dict[int, Any], days: rules.Days, cutoff: str | None) -> None:
        if not any(weekly.values()):
            self.add_error("day_0", gettext("A week needs a day of work."))
            return
        try:
            self.made = rules.changed(self.before, weekly=weekly, days=days, years=self.years, cutoff=cutoff)
        except CalendarError:
            self.add_error("make_up", gettext("A day is either off or worked, not both."))
