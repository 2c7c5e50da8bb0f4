"""The forms by which an administrator adds agencies and posts."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xactin.identity.agencies import queries
from xactin.identity.duties import all_duties
from xactin.identity.errors import Refused
from xactin.identity.models import Agency
from xactin.identity.rules import AGENCY_CODE_LENGTH, clean_name
from xactin.identity.web.administration.words import KINDS, ROLES, function_text, kind_text
from xactin.identity.web.forms import printable

UNITS_LIST = "units"
BELOW_PROVINCE = (Agency.Kind.COMMUNE, Agency.Kind.DEPARTMENT, Agency.Kind.UNIT)


class AgencyForm(forms.Form):
    """An agency below another. Communes are named by the list of units, so that nobody mistypes."""

    kind = forms.ChoiceField(label=_("Kind"))
    unit_code = forms.CharField(
        label=_("Commune or ward that it serves"),
        max_length=120,
        required=False,
        help_text=_("For a commune only. Begin to type its name and choose it from the list."),
        widget=forms.TextInput(attrs={"list": UNITS_LIST, "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Identification code"),
        max_length=AGENCY_CODE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name_vi = forms.CharField(
        label=_("Name in Vietnamese"),
        max_length=200,
        required=False,
        help_text=_("A commune may leave it empty: its People's Committee is then named by the list."),
    )
    name_en = forms.CharField(
        label=_("Name in English"),
        max_length=200,
        required=False,
        help_text=_("Left empty, the Vietnamese name stands in English pages too."),
    )
    functions = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    more_functions = forms.CharField(
        label=_("Other parts"),
        max_length=200,
        required=False,
        help_text=_("As procedures name them, such as “tax, fire_safety”."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, parent: Agency, **kwargs: Any) -> None:
        kwargs["initial"] = {"code": f"{parent.code}."}
        super().__init__(*args, **kwargs)
        under_province = parent.kind == Agency.Kind.PROVINCE
        kinds = [(kind, KINDS[kind]) for kind in BELOW_PROVINCE] if under_province else []
        self.fields["kind"].choices = [("", ""), *kinds] if kinds else [("unit", KINDS["unit"])]  # type: ignore[attr-defined]
        self.units = queries.units_without_agency("commune") if under_province else []
        if not under_province:
            del self.fields["unit_code"]
            self.fields["name_vi"].help_text = ""
        self.fields["code"].help_text = self._code_hint(parent)
        self.fields["functions"].choices = [  # type: ignore[attr-defined]
            (name, function_text(name)) for name in queries.known_functions()
        ]

    def _code_hint(self, parent: Agency) -> str:
        codes = queries.next_codes(parent)
        kinds = [kind for kind, _name in self.fields["kind"].choices if kind]  # type: ignore[attr-defined]
        free = [f"{codes[kind]} ({kind_text(kind)})" if len(kinds) > 1 else codes[kind] for kind in kinds]
        hint = gettext(
            "By Decision 20/2020: the code of the agency above, a dot, then a group of digits. Next free: %(codes)s."
        )
        return hint % {"codes": ", ".join(free)}

    def clean_code(self) -> str:
        """Without blanks; capitals, as the decision writes them."""
        return "".join(str(self.cleaned_data["code"]).split()).upper()

    def clean_name_vi(self) -> str:
        """As names are kept."""
        return printable(clean_name(self.cleaned_data["name_vi"]))

    def clean_name_en(self) -> str:
        """As names are kept."""
        return printable(clean_name(self.cleaned_data["name_en"]))

    def clean_more_functions(self) -> list[str]:
        """Names between commas."""
        words: list[str] = re.split(r"[,;\s]+", self.cleaned_data["more_functions"])
        return [word for word in words if word]

    def clean_unit_code(self) -> str:
        """The code of the unit meant; units like it are told where it is not clear which."""
        words = self.cleaned_data["unit_code"].strip()
        if not words:
            return ""
        found, alike = queries.unit_meant(words, self.units)
        if found:
            return found.code
        if alike:
            names = ", ".join(f"{one.name} ({one.code})" for one in alike)
            raise forms.ValidationError(
                gettext("Several are named so; choose one: %(names)s.") % {"names": names}
            )
        raise forms.ValidationError(
            gettext("No commune of this name without an agency. Choose one from the list, or give its code.")
        )

    def clean(self) -> dict[str, Any]:
        """A commune names its unit, anything else its name."""
        entered = super().clean() or {}
        if entered.get("kind") == Agency.Kind.COMMUNE:
            needed, told = "unit_code", gettext("Say which commune or ward it serves.")
        else:
            entered["unit_code"] = ""
            self.errors.pop("unit_code", None)
            needed, told = "name_vi", gettext("Say what it is called.")
        if entered.get("kind") and not entered.get(needed) and needed not in self.errors:
            self.add_error(needed, told)
        return entered

    def wanted(self) -> dict[str, Any]:
        """What `create_agency` takes."""
        entered = dict(self.cleaned_data)
        more = entered.pop("more_functions")
        return entered | {"functions": list(dict.fromkeys([*entered["functions"], *more]))}


class AgencyNamesForm(forms.Form):
    """What of an agency can be mended: its names and its parts in procedures."""

    name_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=200)
    name_en = forms.CharField(
        label=_("Name in English"),
        max_length=200,
        required=False,
        help_text=_("Left empty, the Vietnamese name stands in English pages too."),
    )
    functions = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["functions"].choices = [  # type: ignore[attr-defined]
            (name, function_text(name)) for name in queries.known_functions()
        ]


class PostTitlesForm(forms.Form):
    """What of a post can be mended: its titles."""

    title_vi = forms.CharField(
        label=_("Title in Vietnamese"),
        max_length=120,
        help_text=_("As it stands under a signature, such as “Phó Chủ tịch”."),
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)


def duty_choices(agency: Agency) -> list[tuple[str, str]]:
    """The duties that posts of an agency can have, in words; sensitive ones say so."""
    two = gettext("two persons")
    return [
        (one.id, f"{one.name} ({two})" if one.sensitive else one.name)
        for one in all_duties()
        if not one.levels or agency.kind in one.levels
    ]


class DutiesForm(forms.Form):
    """What a post is trusted with."""

    duties = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["duties"].choices = duty_choices(agency)  # type: ignore[attr-defined]


class PostForm(DutiesForm):
    """A post in an agency."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", ""), *ROLES.items()])
    title_vi = forms.CharField(
        label=_("Title in Vietnamese"),
        max_length=120,
        help_text=_("As it stands under a signature, such as “Phó Chủ tịch”."),
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    name = forms.CharField(
        label=_("Name that tells it apart"),
        max_length=30,
        required=False,
        help_text=_("Only where the agency has a post of this role already, such as “chair-2”."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    requires_passkey = forms.BooleanField(label=_("Must sign with a passkey"), required=False)

    def clean_title_vi(self) -> str:
        """As names are kept."""
        return printable(clean_name(self.cleaned_data["title_vi"]))

    def clean_title_en(self) -> str:
        """As names are kept."""
        return printable(clean_name(self.cleaned_data["title_en"]))

    def clean_name(self) -> str:
        """In small letters."""
        return str(self.cleaned_data["name"]).strip().lower()

    def wanted(self) -> dict[str, Any]:
        """What `create_post` takes: without a choice, the duties usual for the role."""
        return self.cleaned_data | {"duties": self.cleaned_data["duties"] or None}


def tell_at_field(form: forms.Form, refused: Refused) -> None:
    """A refusal of a command stands at the field it names, else above the form."""
    field = str(refused.facts.get("field", ""))
    form.add_error(field if field in form.fields else None, str(refused))
