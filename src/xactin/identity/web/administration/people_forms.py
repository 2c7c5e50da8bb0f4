"""The form by which an administrator gives somebody an account."""

from typing import Any, Final

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xactin.identity.models import Person
from xactin.identity.rules import clean_name, is_citizen_number, is_tax_code
from xactin.identity.web.forms import checked_name, optional_phone, printable
from xactin.ledger.clock import now

KINDS: Final[dict[str, Promise]] = {
    Person.Kind.CITIZEN: _("A person: official or citizen"),
    Person.Kind.FIRM: _("A firm or organisation"),
}


class PersonForm(forms.Form):
    """Who gets an account, and where the invitation goes."""

    kind = forms.ChoiceField(
        label=_("Kind of account"), choices=list(KINDS.items()), initial=Person.Kind.CITIZEN
    )
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        help_text=_("As on the identity card; a firm's as on its registration."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    username = forms.CharField(
        label=_("User name"),
        min_length=4,
        max_length=150,
        help_text=_("By which the person signs in, such as nguyenvanan. It cannot be changed later."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        validators=[UnicodeUsernameValidator()],
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The person's own, checked by you: the invitation and notices go there."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    id_number = forms.CharField(
        label=_("Identity number (CCCD) or tax code"),
        max_length=20,
        required=False,
        help_text=_("12 digits for a person; 10 digits, or 10 and 3 for a branch, for a firm."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_username(self) -> str:
        """One that nobody has, in small or capital letters."""
        name: str = get_adapter().clean_username(self.cleaned_data["username"])
        return name

    def clean_email(self) -> str:
        """In small letters, as sign-in looks for it."""
        return str(self.cleaned_data["email"]).lower()

    def clean_phone(self) -> str:
        """A mobile number, or none."""
        return optional_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        """Names and numbers are of other forms for people and for firms."""
        entered = super().clean() or {}
        firm = entered.get("kind") == Person.Kind.FIRM
        for field, checked in (("full_name", _checked_name), ("id_number", _checked_number)):
            if field in entered:
                try:
                    entered[field] = checked(entered[field], firm=firm)
                except forms.ValidationError as wrong:
                    self.add_error(field, wrong)
        return entered


def _checked_name(full_name: str, *, firm: bool) -> str:
    name = printable(clean_name(full_name)) if firm else checked_name(full_name)
    if not name:
        raise forms.ValidationError(gettext("Enter the name."))
    return name


def _checked_number(entered: str, *, firm: bool) -> str:
    number = "".join(entered.split())
    if not number:
        return ""
    citizens = is_citizen_number(number, year=now().year)
    # A household business has its owner's number for a tax code.
    if firm and not (citizens or is_tax_code(number)):
        raise forms.ValidationError(
            gettext("This is no tax code: its last digit does not fit, or digits are missing.")
        )
    if not firm and not citizens:
        raise forms.ValidationError(gettext("This is no identity number: 12 digits, as on the card."))
    if Person.objects.filter(id_number=number, verified_at__isnull=False).exists():
        raise forms.ValidationError(
            gettext("This number has an account already. Look for it in the list of people.")
        )
    return number
