"""The forms of the designer. Each gives a part of a design, and is filled from one."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from xactin.cases.procedures.designs.design import (
    Fee,
    FormField,
    Option,
    Paper,
    Rule,
    Section,
    Step,
    Text,
)
from xactin.cases.web.designs.fields import (
    LinesField,
    WordsFields,
    duration_fields,
    duration_of,
    duration_told,
    id_of,
    words_of,
)

KINDS: Final = {
    "text": _("a line of text"),
    "long_text": _("several lines of text"),
    "number": _("a whole number"),
    "decimal": _("a number with decimals"),
    "date": _("a date"),
    "birth_date": _("a date of birth, perhaps the year only"),
    "choice": _("one of several answers"),
    "yes_no": _("yes or no"),
    "agree": _("an undertaking to be ticked"),
    "id_number": _("a personal identification number"),
    "phone": _("a mobile phone number"),
    "email": _("an e-mail address"),
}
FILLS: Final = {
    "": _("nothing"),
    "person.full_name": _("the name"),
    "person.id_number": _("the personal identification number"),
    "person.address": _("the residence"),
    "person.phone": _("the phone number"),
    "person.email": _("the e-mail address"),
}
ACTS: Final = {
    "object": _("object"),
    "supplement": _("ask for more"),
    "return": _("return to an earlier step"),
    "refuse": _("refuse"),
}
NEEDED: Final = {"always": _("always"), "never": _("never: it may be added"), "rule": _("where a rule holds")}
Choices = Sequence[tuple[str, Any]]


class PartForm(WordsFields):
    """A form of one part of a design. `held`: the part as it stands, None for a new one."""

    def __init__(self, *args: Any, held: Any = None, **kwargs: Any) -> None:
        if held is not None:
            kwargs["initial"] = self.told(held)
        super().__init__(*args, **kwargs)
        self.held = held

    def told(self, held: Any) -> dict[str, Any]:
        """What stands in the form for a part."""
        raise NotImplementedError

    def part(self, id: str) -> Any:
        """The part that was entered, under this id. Raises pydantic's ValidationError."""
        raise NotImplementedError


class SectionForm(PartForm):
    """A section of the form."""

    words = {"name": _("Name of the section")}
    optional = forms.BooleanField(label=_("The whole section may stay empty"), required=False)

    def told(self, held: Section) -> dict[str, Any]:
        return {**words_of("name", held.name), "optional": held.optional}

    def part(self, id: str) -> Section:
        fields = self.held.fields if self.held is not None else (_first_field(),)
        return Section(id=id, name=self.text("name"), optional=self.cleaned_data["optional"], fields=fields)


def _first_field() -> FormField:
    return FormField(id="content", label=Text(vi="Nội dung", en="Content"))


class FieldForm(PartForm):
    """Something that is asked for."""

    words = {"label": _("What is asked for"), "help": _("A hint below it")}
    optional_words = ("help", "unit")
    kind = forms.ChoiceField(label=_("It is"), choices=list(KINDS.items()))
    required = forms.BooleanField(label=_("It has to be answered"), required=False, initial=True)
    options = LinesField(
        label=_("Answers to choose from"),
        required=False,
        help_text=_("One a line; English behind a bar: Cha | Father"),
    )
    least = forms.IntegerField(
        label=_("At least"), required=False, help_text=_("Of a number, or of letters.")
    )
    most = forms.IntegerField(label=_("At most"), required=False)
    fill = forms.ChoiceField(
        label=_("Filled in from the account"), choices=list(FILLS.items()), required=False
    )

    def told(self, held: FormField) -> dict[str, Any]:
        return {
            **words_of("label", held.label),
            **words_of("help", held.help),
            "kind": held.kind,
            "required": held.required,
            "options": "\n".join(
                f"{one.label.vi} | {one.label.en}" if one.label.en else one.label.vi for one in held.options
            ),
            "least": held.least,
            "most": held.most,
            "fill": held.fill,
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("kind") == "choice" and not found.get("options"):
            self.add_error("options", _("Say at least one answer."))
        return found

    def part(self, id: str) -> FormField:
        said = self.cleaned_data
        chosen = said["kind"] == "choice"
        return FormField(
            id=id,
            label=self.text("label"),
            help=self.text_or_none("help"),
            kind=said["kind"],
            required=said["required"],
            options=_options(said["options"], self.held) if chosen else (),
            unit=self.held.unit if self.held is not None else None,
            least=said["least"],
            most=said["most"],
            fill=said["fill"],
            when=self.held.when if self.held is not None else None,
        )


def _options(lines: Sequence[str], held: FormField | None) -> tuple[Option, ...]:
    """Answers keep their ids by their Vietnamese words: what was signed under one stays readable."""
    known = {one.label.vi: one.id for one in held.options} if held is not None else {}
    found: list[Option] = []
    for line in lines:
        vi, _bar, en = (part.strip() for part in line.partition("|"))
        taken = [one.id for one in found]
        found.append(Option(id=known.get(vi) or id_of(vi, taken, "answer"), label=Text(vi=vi, en=en)))
    return tuple(found)


class PaperForm(PartForm):
    """A paper that is asked for."""

    words = {"name": _("Name of the paper"), "note": _("A note on it")}
    optional_words = ("note",)
    needed = forms.ChoiceField(label=_("It is needed"), choices=list(NEEDED.items()))
    rule = forms.CharField(
        label=_("Rule"),
        required=False,
        help_text=_('In CEL, such as form.request.kind == "new".'),
        max_length=2000,
    )
    shown = forms.BooleanField(label=_("It is only shown at the counter, never sent"), required=False)

    def told(self, held: Paper) -> dict[str, Any]:
        rule = held.required if isinstance(held.required, str) else ""
        return {
            **words_of("name", held.name),
            **words_of("note", held.note),
            "needed": "rule" if rule else "always" if held.required else "never",
            "rule": rule,
            "shown": held.shown,
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("needed") == "rule" and not found.get("rule"):
            self.add_error("rule", _("Say where the paper is needed."))
        return found

    def part(self, id: str) -> Paper:
        said = self.cleaned_data
        kept = {"reuse": self.held.reuse, "catalogue": self.held.catalogue} if self.held is not None else {}
        needed: bool | str = said["rule"] if said["needed"] == "rule" else said["needed"] == "always"
        return Paper(
            id=id,
            name=self.text("name"),
            note=self.text_or_none("note"),
            required=needed,
            shown=said["shown"],
            **kept,
        )


class FeeForm(PartForm):
    """A fee."""

    words = {"name": _("What for"), "set_by": _("Who sets the amount")}
    optional_words = ("set_by",)
    amount = forms.CharField(
        label=_("Amount in đồng"),
        help_text=_("A whole number, or a rule in CEL that gives one."),
        max_length=500,
    )

    def told(self, held: Fee) -> dict[str, Any]:
        return {**words_of("name", held.name), **words_of("set_by", held.set_by), "amount": str(held.amount)}

    def part(self, id: str) -> Fee:
        amount = (
            self.cleaned_data["amount"].replace(".", "") if self._is_number() else self.cleaned_data["amount"]
        )
        return Fee(
            id=id,
            name=self.text("name"),
            set_by=self.text_or_none("set_by"),
            amount=int(amount) if self._is_number() else amount,
        )

    def _is_number(self) -> bool:
        return str(self.cleaned_data["amount"]).replace(".", "").isdecimal()


class RuleForm(PartForm):
    """A sentence about the form."""

    words = {"message": _("What the applicant is told")}
    when = forms.CharField(label=_("Rule"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)

    def told(self, held: Rule) -> dict[str, Any]:
        return {**words_of("message", held.message), "when": held.when}

    def part(self, id: str) -> Rule:
        return Rule(
            when=self.cleaned_data["when"],
            message=self.text("message"),
            at=self.held.at if self.held is not None else "",
        )


class StepForm(PartForm):
    """A row of the table of steps. `offices` and `posts`: who there is to choose from."""

    words = {"name": _("What is done"), "label": _("Words on the button that goes on")}
    optional_words = ("label",)
    agency = forms.ChoiceField(label=_("By which office"))
    post = forms.ChoiceField(label=_("In which post"))
    amount, unit = duration_fields(_("Within"), required=False)
    acts = forms.MultipleChoiceField(
        label=_("Beside going on, who does it may"),
        choices=list(ACTS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    with_previous = forms.BooleanField(label=_("At the same time as the step before"), required=False)
    when = forms.CharField(label=_("Only where this rule holds"), required=False, max_length=2000)
    silence = forms.BooleanField(label=_("No answer in time is consent"), required=False)
    receives = forms.BooleanField(
        label=_("It receives the dossier: the limit runs from here"), required=False
    )
    signs = forms.BooleanField(label=_("It signs the result"), required=False)
    issues = forms.BooleanField(label=_("It seals and issues the result"), required=False)

    def __init__(self, *args: Any, offices: Choices, posts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = offices  # type: ignore[attr-defined]
        self.fields["post"].choices = posts  # type: ignore[attr-defined]

    def told(self, held: Step) -> dict[str, Any]:
        names = ("agency", "post", "with_previous", "when", "silence", "receives", "signs", "issues")
        return {
            **words_of("name", held.name),
            **words_of("label", held.label),
            **{name: getattr(held, name) for name in names},
            "acts": list(held.acts),
            **duration_told(held.limit),
        }

    def part(self, id: str) -> Step:
        said = self.cleaned_data
        kept = {"asks": self.held.asks, "back_to": self.held.back_to} if self.held is not None else {}
        names = ("agency", "post", "with_previous", "when", "silence", "receives", "signs", "issues")
        return Step(
            id=id,
            name=self.text("name"),
            label=self.text_or_none("label"),
            limit=duration_of(said),
            acts=tuple(said["acts"]),
            **{name: said[name] for name in names},
            **kept,
        )
