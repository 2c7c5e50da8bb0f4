"""The forms of the administrator's pages of the catalogue."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

UNITS: Final = {
    "working_day": _("working days"),
    "working_hour": _("working hours"),
    "calendar_day": _("days of the calendar"),
}
MOST: Final = 1000


class LimitForm(forms.Form):
    """How long a task may take."""

    amount = forms.IntegerField(
        label=_("At most"),
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "xt-narrow"}),
    )
    unit = forms.ChoiceField(label=_("Counted in"), choices=list(UNITS.items()))

    def __init__(self, *args: Any, held: Mapping[str, Any], **kwargs: Any) -> None:
        unit = next((unit for unit in UNITS if unit in held), "working_day")
        kwargs["initial"] = {"amount": held.get(unit), "unit": unit}
        super().__init__(*args, **kwargs)

    def duration(self) -> dict[str, int]:
        """What `set_limit` takes."""
        return {self.cleaned_data["unit"]: self.cleaned_data["amount"]}
