"""Inputs that the designer's forms share: words in both languages, lines, lengths of time, ids made from words."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from xactin.cases.procedures.designs.design import Text
from xactin.cases.web.procedure_forms import MOST, UNITS
from xactin.identity.queries import folded

LETTERS: Final = 2000
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")


class LinesField(forms.CharField):
    """Several values, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(max_length=20_000, **kwargs)

    def clean(self, value: Any) -> Any:
        """The lines that say something."""
        text: str = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]


class WordsFields(forms.Form):
    """A form with words in both languages: `words` names them, those of `optional_words` may stay empty."""

    words: ClassVar[Mapping[str, Any]] = {}
    optional_words: ClassVar[Sequence[str]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first: dict[str, forms.Field] = {}
        for name, label in self.words.items():
            first[f"{name}_vi"] = forms.CharField(
                label=label, max_length=LETTERS, required=name not in self.optional_words
            )
            first[f"{name}_en"] = forms.CharField(
                label=_("%(what)s, in English") % {"what": label}, max_length=LETTERS, required=False
            )
        self.fields = {**first, **self.fields}

    def text(self, name: str) -> Text:
        """Words that have to be there."""
        return Text(vi=self.cleaned_data[f"{name}_vi"], en=self.cleaned_data[f"{name}_en"])

    def text_or_none(self, name: str) -> Text | None:
        """Words that may be missing."""
        return self.text(name) if self.cleaned_data[f"{name}_vi"] else None


def words_of(name: str, text: Text | None) -> dict[str, str]:
    """What stands in the two inputs of some words."""
    return {f"{name}_vi": text.vi if text else "", f"{name}_en": text.en if text else ""}


def duration_fields(label: Any, *, required: bool = True) -> tuple[forms.IntegerField, forms.ChoiceField]:
    """How much of which unit."""
    amount = forms.IntegerField(
        label=label,
        min_value=1,
        max_value=MOST,
        required=required,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "xt-narrow"}),
    )
    return amount, forms.ChoiceField(label=_("Counted in"), choices=list(UNITS.items()), required=required)


def duration_of(said: Mapping[str, Any]) -> dict[Any, int | bool] | None:
    """The length of time that was entered; None for none."""
    return {said["unit"] or "working_day": said["amount"]} if said.get("amount") else None


def duration_told(limit: Mapping[str, Any] | None) -> dict[str, Any]:
    """What stands in the two inputs for a length of time."""
    unit = next((unit for unit in UNITS if limit and unit in limit), "working_day")
    return {"amount": limit.get(unit) if limit else None, "unit": unit}


def id_of(words: str, taken: Collection[str], otherwise: str) -> str:
    """An id made from words, not one of those `taken`: "Họ và tên" is `ho_va_ten`."""
    made = _NO_WORD.sub("_", folded(words)).strip("_")[:34].strip("_")
    stem = made if made and made[0].isalpha() else f"{otherwise}_{made}".strip("_")
    number, id = 1, stem
    while id in taken:
        number += 1
        id = f"{stem}_{number}"
    return id
