"""Where django-allauth meets this room: accounts get people and keys, secrets are sealed, mail is queued."""

from base64 import b64decode, b64encode
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from xactin.identity.attestations.attested_rows import together
from xactin.identity.commands import enrol_person
from xactin.identity.jobs import send_later
from xactin.identity.models import Account
from xactin.identity.queries import actor_of
from xactin.identity.web.sign_in.known_devices import device_of, remember
from xactin.ui import nav
from xactin.vault import secrets

MFA_CONTEXT = "identity.mfa"


def _of_ours(value: Any) -> Any:
    """A link to a page of ours, at the address that people know; anything else as it is."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    return f"{settings.XACTIN_URL}{urlsplit(value).path}"


# By address and name together, so that a stranger's wrong passwords lock out only where they are typed; a wide
# count by name alone still stops guesses from many addresses. In a known browser only its own tries count.
WRONG_PASSWORDS: Final = "5/5m/key"
WRONG_ANYWHERE: Final = "100/h/key"
WRONG_ADDRESS: Final = "30/m/ip"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts belong to people."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts a try; it is taken back when the password is right. Raises ValidationError beyond the limits."""
        login = str(credentials.get("email", credentials.get("username", ""))).lower()
        device = device_of(request, login)
        if device:
            limits = [(f"device:{device}:{login}", WRONG_PASSWORDS)]
        else:
            address = ratelimit.get_ip(request)
            limits = [
                ("", WRONG_ADDRESS),
                (f"address:{address}:{login}", WRONG_PASSWORDS),
                (f"name:{login}", WRONG_ANYWHERE),
            ]
        self._login_failed_rl_usage = ratelimit.RateLimitUsage(usage=[])
        for key, rate in limits:
            used = ratelimit.consume(
                request, app="xactin", action="wrong_password", key=key, config={"wrong_password": rate}
            )
            if used is None:
                raise self.validation_error("too_many_login_attempts")
            self._login_failed_rl_usage.usage += used.usage

    def post_login(self, request: HttpRequest, user: Account, **more: Any) -> HttpResponse:
        """From now on this browser is known to the account."""
        response: HttpResponse = super().post_login(request, user, **more)
        remember(request, response, user.pk)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where one goes who signed in without having been somewhere: an official to the first line of their menu."""
        actor = actor_of(request)
        if not actor or not actor.post_code:
            return str(super().get_login_redirect_url(request))
        request.actor = actor  # type: ignore[attr-defined]  # who has just signed in
        return next((entry.url for group in nav.desk(request) for entry in group.entries), "/desk/")

    def save_user(self, request: HttpRequest, user: Account, form: BaseForm, commit: bool = True) -> Account:
        """A citizen signs up: person, key and account stand together or not at all."""
        entered = form.cleaned_data
        with transaction.atomic(), together():
            user.person = enrol_person(
                full_name=entered["full_name"],
                id_number=entered["id_number"],
                phone=entered["phone"],
            )
            user.language = getattr(request, "LANGUAGE_CODE", "vi")
            saved: Account = super().save_user(request, user, form, commit)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Renders now, in the language of the page; sends later.

        Links lead to the address in the settings: allauth takes the Host header, the word of who asks.
        """
        request = allauth_context.request
        told = {name: _of_ours(value) for name, value in context.items()}
        host = urlsplit(settings.XACTIN_URL).netloc
        about = {"request": request, "email": email, "current_site": {"domain": host, "name": host}}
        message = self.render_mail(template_prefix, email, about | told)
        send_later(email, message.subject, message.body)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets sealed at rest, and one name that passkeys belong to."""

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return b64encode(secrets.seal(text.encode(), MFA_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """A stored secret."""
        return secrets.unseal(b64decode(encrypted_text), MFA_CONTEXT).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name from the settings. allauth would take the Host header, which anybody may set."""
        return {"id": settings.XACTIN_RP_ID, "name": "Xác Tín"}
