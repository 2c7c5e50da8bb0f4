"""The forms of the room."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordKeyForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from xactin.identity.rules import (
    TOKEN_CHOICES,
    TOKEN_DAYS,
    clean_name,
    clean_phone,
    is_citizen_number,
    is_mobile,
)
from xactin.ledger.clock import now
from xactin.ui.schema_form.letters import missing_letter


def checked_phone(number: str) -> str:
    """A mobile number with its digits only. Raises ValidationError."""
    phone = clean_phone(number)
    if not is_mobile(phone):
        raise forms.ValidationError(
            gettext("Enter a Vietnamese mobile number: ten digits from 03, 05, 07, 08 or 09.")
        )
    return phone


def optional_phone(text: str) -> str:
    """A mobile number with its digits only; "" where none is given."""
    entered = text.strip()
    return checked_phone(entered) if entered else ""


def checked_name(full_name: str) -> str:
    """A citizen's name of two words at least. Raises ValidationError."""
    name = clean_name(full_name)
    if len(name.split()) < 2 or any(letter.isdigit() for letter in name):
        raise forms.ValidationError(gettext("Enter family name and given name, as on the identity card."))
    return printable(name)


def printable(text: str) -> str:
    """The text itself, if papers can print it. Raises ValidationError."""
    letter = missing_letter(text)
    if letter:
        raise forms.ValidationError(
            gettext("Papers cannot print “%(letter)s”. Please write it with other letters.")
            % {"letter": letter}
        )
    return text


def _without_placeholders(form: forms.Form) -> None:
    # A label says it, and stays when one types.
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """Somebody signs in."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        _without_placeholders(self)


class ChoosePasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """Somebody chooses a password by a link."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """A citizen makes an account."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        help_text=_("As written on the identity card."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    id_number = forms.CharField(
        label=_("Identity number (CCCD)"),
        max_length=20,
        help_text=_("12 digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    field_order = ("full_name", "id_number", "phone", "email", "username", "password1", "password2")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)

    def clean_full_name(self) -> str:
        """A name of two words at least."""
        return checked_name(self.cleaned_data["full_name"])

    def clean_id_number(self) -> str:
        """Twelve digits that can be a CCCD number. Whether it is known here is nobody's to learn by signing up."""
        number = "".join(self.cleaned_data["id_number"].split())
        if not is_citizen_number(number, year=now().year):
            raise forms.ValidationError(gettext("This is no identity number: 12 digits, as on the card."))
        return number

    def clean_phone(self) -> str:
        """A mobile number with its digits only."""
        return checked_phone(self.cleaned_data["phone"])


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey that signs in gets a name."""

    name = forms.CharField(label=_("Name"), required=False, max_length=100)


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """A passkey that signs in gets another name."""

    name = forms.CharField(label=_("Name"), max_length=100)


class ProfileForm(forms.Form):
    """How a person can be reached."""

    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def clean_phone(self) -> str:
        """A mobile number, or none."""
        return optional_phone(self.cleaned_data["phone"])

    def clean_address(self) -> str:
        """What papers can print."""
        return printable(str(self.cleaned_data["address"]))


class LabelForm(forms.Form):
    """The name by which a token or key is told from others."""

    label = forms.CharField(label=_("Name"), max_length=100, required=False)


class TokenForm(LabelForm):
    """A token for a program, and for how long."""

    days = forms.TypedChoiceField(label=_("Ends after"), coerce=int, initial=TOKEN_DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(days, ngettext("%d day", "%d days", days) % days) for days in TOKEN_CHOICES]
        self.fields["days"].choices = words  # type: ignore[attr-defined]


class AppointForm(forms.Form):
    """Who shall hold a post, and until when."""

    person = forms.UUIDField(label=_("Person"), widget=forms.HiddenInput)
    until = forms.DateField(
        label=_("Until the end of"),
        required=False,
        input_formats=["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"],
        help_text=_("Day/month/year, such as 31/12/2027. Leave empty when no end is set."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
