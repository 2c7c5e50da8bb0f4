"""The first page of a new procedure: what it is called, who handles it, in what time."""

from collections.abc import Collection

from django import forms
from django.utils.translation import gettext_lazy as _

from xactin.cases.procedures.designs.design import Design
from xactin.cases.procedures.designs.usual import FORM, usual_result, usual_steps
from xactin.cases.web.designs.fields import LinesField, WordsFields, duration_fields, duration_of
from xactin.cases.web.designs.whole_forms import LEVELS
from xactin.kernel.local import local_day
from xactin.ledger.clock import now


class BeginForm(WordsFields):
    """What has to be known of any procedure; the rest comes as usual and is changed afterwards."""

    words = {
        "name": _("Name of the procedure"),
        "field": _("Field"),
        "handled_by": _("Who handles it"),
        "result": _("What is issued"),
    }
    code = forms.RegexField(
        r"^[A-Za-z0-9.\-]+$",
        label=_("Code"),
        max_length=40,
        help_text=_("As in the national database: 1.001193."),
    )
    level = forms.ChoiceField(label=_("Level"), choices=list(LEVELS.items()))
    amount, unit = duration_fields(_("Limit of the whole"))
    legal_basis = LinesField(label=_("Legal basis"), help_text=_("One a line."))

    def design(self, offices: Collection[str]) -> Design:
        """The draft to begin with. `offices`: the functions of agencies where somebody examines."""
        said, today = self.cleaned_data, local_day(now())
        result = usual_result(said["result_vi"]).model_copy(update={"name": self.text("result")})
        return Design(
            code=said["code"],
            version=today.isoformat(),
            effective_from=today.isoformat(),
            name=self.text("name"),
            field_name=self.text("field"),
            handled_by=self.text("handled_by"),
            level=said["level"],
            limit=duration_of(said) or {"working_day": 1},
            legal_basis=tuple(said["legal_basis"]),
            form=FORM,
            steps=usual_steps(said["field_vi"], offices),
            result=result,
        )
