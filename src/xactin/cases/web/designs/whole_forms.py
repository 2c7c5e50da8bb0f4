"""The forms of what a procedure has one of: its head, and its result."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from xactin.cases.procedures.designs.design import Design, Result, Text
from xactin.cases.web.designs.fields import LinesField, duration_fields, duration_of, duration_told, words_of
from xactin.cases.web.designs.forms import PartForm

LEVELS: Final = {"commune": _("commune"), "province": _("province")}
ONLINE: Final = {"full": _("wholly online"), "part": _("partly online")}
CHANNELS: Final = {"direct": _("at a counter"), "online": _("online"), "postal": _("by post")}
APPLICANTS: Final = {"citizen": _("citizens"), "firm": _("firms and organisations")}


class ResultForm(PartForm):
    """What is issued."""

    words = {
        "name": _("Name of the paper"),
        "body": _("In whose name it is signed"),
        "title": _("Title of who signs"),
        "entered_in": _("Register in which it is entered"),
    }
    optional_words = ("body", "title", "entered_in")
    number = forms.CharField(
        label=_("Number"),
        help_text=_("{serial} and {year} stand for what is given when it is signed."),
        max_length=60,
    )

    def told(self, held: Result) -> dict[str, Any]:
        texts = {
            key: value for name in self.words for key, value in words_of(name, getattr(held, name)).items()
        }
        return texts | {"number": held.number}

    def part(self, id: str) -> Result:
        held = self.held or Result(name=self.text("name"))
        return held.model_copy(
            update={
                "name": self.text("name"),
                "number": self.cleaned_data["number"],
                **{name: self.text_or_none(name) for name in self.optional_words},
            }
        )


class AboutForm(PartForm):
    """What stands at the head of a procedure."""

    words = {
        "name": _("Name of the procedure"),
        "summary": _("In a sentence"),
        "keywords": _("What people say who need it"),
        "handled_by": _("Who handles it"),
    }
    optional_words = ("summary", "keywords")
    version = forms.CharField(label=_("Version"), max_length=40)
    effective_from = forms.DateField(label=_("In force from"))
    field_name = forms.CharField(label=_("Field"), max_length=200)
    field_code = forms.CharField(label=_("Code of the field"), max_length=40, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=list(LEVELS.items()))
    online = forms.ChoiceField(label=_("Online"), choices=list(ONLINE.items()))
    channels = forms.MultipleChoiceField(
        label=_("How it may be filed"), choices=list(CHANNELS.items()), widget=forms.CheckboxSelectMultiple
    )
    applicants = forms.MultipleChoiceField(
        label=_("Who may apply"), choices=list(APPLICANTS.items()), widget=forms.CheckboxSelectMultiple
    )
    amount, unit = duration_fields(_("Limit of the whole"))
    legal_basis = LinesField(label=_("Legal basis"), help_text=_("One a line."))

    def told(self, held: Design) -> dict[str, Any]:
        texts = {
            key: value for name in self.words for key, value in words_of(name, getattr(held, name)).items()
        }
        return texts | {
            "version": held.version,
            "effective_from": held.effective_from,
            "field_name": held.field_name.vi,
            "field_code": held.field_code,
            "level": held.level,
            "online": held.online,
            "channels": list(held.channels),
            "applicants": list(held.applicants),
            "legal_basis": "\n".join(held.legal_basis),
            **duration_told(held.limit),
        }

    def part(self, id: str) -> dict[str, Any]:
        """What changes in the design (`Design.model_copy`)."""
        said = self.cleaned_data
        return {
            **{name: self.text(name) for name in self.words if name not in self.optional_words},
            **{name: self.text_or_none(name) for name in self.optional_words},
            "version": said["version"],
            "effective_from": said["effective_from"].isoformat(),
            "field_name": Text(vi=said["field_name"], en=self.held.field_name.en),
            "field_code": said["field_code"],
            "level": said["level"],
            "online": said["online"],
            "channels": tuple(said["channels"]),
            "applicants": tuple(said["applicants"]),
            "legal_basis": tuple(said["legal_basis"]),
            "limit": self._limit(said),
        }

    def _limit(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the form cannot say (half a day beside days) stays as it is while its number does."""
        asked = duration_of(said) or {}
        held: Mapping[str, Any] = self.held.limit
        same = all(held.get(unit) == amount for unit, amount in asked.items())
        return held if same else asked
