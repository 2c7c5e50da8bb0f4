"""By what somebody's name and number were verified, by whom, and who is told of it.

The entry `person.verify` says the ground by its name here, and is signed by the official who looked. Whoever made the
account does not verify it: one person alone could otherwise give themselves an account as anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xactin.identity.models import KeyMandate, Person
from xactin.identity.policies import VERIFYING
from xactin.identity.posts.changes import Change
from xactin.identity.queries import holders_of_duty, posts_named
from xactin.kernel.attestation import parse_time
from xactin.ledger.queries import entries_of

GROUNDS: Final[Mapping[str, Promise]] = {
    "card": gettext_lazy("The identity card itself"),
    "vneid": gettext_lazy("The electronic identity in VNeID, on the person's own device"),
    "registration": gettext_lazy("The registration certificate of the firm or organisation"),
    "personnel": gettext_lazy("The personnel file of the agency where the person works"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who verified somebody, in which post, when, and by what; texts in the reader's language."""

    by: str
    place: str
    at: datetime
    ground: str


def ground_text(ground: str) -> str:
    """A ground in words; what was verified before grounds were asked for has none."""
    return str(GROUNDS.get(ground) or _("no ground was stated"))


def evidence_of(person: UUID) -> Evidence | None:
    """By what somebody is verified; None for who is not, or was when the authority itself made the account."""
    for row in reversed(list(entries_of(f"person:{person}"))):
        if row.statement["act"] == VERIFYING:
            by, effect = row.statement["by"], row.effect
            return Evidence(
                _name(by.get("person")),
                _place(by.get("post")),
                parse_time(row.statement["at"]),
                ground_text(effect.get("ground", "")),
            )
    return None


def made_by(person: UUID) -> UUID | None:
    """Who made somebody's account: whoever signed for its first key; None where that was no person."""
    first = KeyMandate.objects.filter(key__person_id=person, holding=None).order_by("id").first()
    entry = next(iter(entries_of(f"mandate:{first.pk}")), None) if first else None
    signer = entry.statement["by"].get("person") if entry else None
    return UUID(signer) if signer and signer != str(person) else None


def verified_told(body: Mapping[str, Any]) -> list[Change]:
    """What an event of `news` says that somebody was verified: to the person, and to who inspects there."""
    person, by = UUID(body["person"]), body["by"]
    inspectors = [
        one for one in holders_of_duty("readings.inspect", body["path"]) if str(one) not in (by, str(person))
    ]
    return [
        _change([person], body, reverse("identity:me")),
        _change(inspectors, body, reverse("identity:readings")),
    ]


def _change(people: list[UUID], body: Mapping[str, Any], url: str) -> Change:
    titles, texts = {}, {}
    for language in ("vi", "en"):
        with translation.override(language):
            titles[language] = _("The identity of an account was verified")
            texts[language] = _("%(name)s. Ground: %(ground)s. By %(by)s, %(place)s.") % {
                "name": _name(body["person"]),
                "ground": ground_text(body["ground"]),
                "by": _name(body["by"]),
                "place": _place(body["by_post"]),
            }
    return Change(people, titles, texts, url)


def _name(person: str | None) -> str:
    found = Person.objects.values_list("full_name", flat=True).filter(pk=person).first() if person else None
    return found or "-"


def _place(code: str | None) -> str:
    """A post and its agency in words."""
    found = posts_named([code]).get(code) if code else None
    if found is None:
        return "-"
    vietnamese = translation.get_language() != "en"
    title, agency = (
        (found.title_vi, found.agency.name_vi) if vietnamese else (found.title_en, found.agency.name_en)
    )
    return f"{title}, {agency}"
