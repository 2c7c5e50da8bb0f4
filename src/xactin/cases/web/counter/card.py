"""The card of who stands at the counter, as a form holds it: scanned into one field, or typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from xactin.cases.counter import queries
from xactin.cases.counter.cards import Unreadable, read
from xactin.cases.dossiers.surroundings import language
from xactin.identity.people.queries import number_typed, person_named
from xactin.kernel.local import local_day
from xactin.ledger.clock import now

FIELDS: Final = ("number", "name", "phone", "address")
PREFIX: Final = "visitor_"
"""Before the fields of the card: a form of a procedure may have a field `name` of its own."""
SCAN: Final = "scan"
LONGEST: Final = 200


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The fields of the card; whether a scanner filled them just now, or what was wrong with what it typed."""

    values: Mapping[str, str]
    scanned: bool = False
    unreadable: str = ""

    @property
    def known_facts(self) -> dict[str, str]:
        """What is known of the visitor, by the names that forms are filled by (`x-ui.fill`)."""
        facts = {
            "full_name": self.values["name"],
            "id_number": number_typed(self.values["number"]),
            "phone": self.values["phone"],
            "address": self.values["address"],
        }
        return {name: value for name, value in facts.items() if value}


EMPTY: Final = Typed(values=dict.fromkeys(FIELDS, ""))


def typed(sent: QueryDict) -> Typed:
    """The card as it came: what a scanner typed takes the place of what stood there before."""
    values = {name: " ".join(sent.get(PREFIX + name, "").split())[:LONGEST] for name in FIELDS}
    text = sent.get(SCAN, "")
    if not text.strip():
        return Typed(values=values)
    try:
        card = read(text, local_day(now()))
    except Unreadable as refused:
        return Typed(values=values, unreadable=refused.in_language(language()))
    if card.number != number_typed(values["number"]):
        values["phone"] = ""  # somebody else's
    # Cards write names in capitals; people are not.
    told = {"number": card.number, "name": card.name.title(), "address": card.address[:LONGEST]}
    return Typed(values=values | told, scanned=True)


def lines(card: Typed, told: Mapping[str, str]) -> list[dict[str, Any]]:
    """The inputs of the card, each with what is wrong with it."""
    labels = (
        _("Personal number (CCCD) or tax code"),
        _("Full name"),
        _("Phone (optional)"),
        _("Address (optional)"),
    )
    return [
        {"name": PREFIX + name, "label": label, "value": card.values[name], "error": told.get(name, "")}
        for name, label in zip(FIELDS, labels, strict=True)
    ]


def standing(card: Typed) -> dict[str, str]:
    """Whether the visitor is known here: {kind, text} of a notice, {} while number and name are not both there."""
    number, name = number_typed(card.values["number"]), card.values["name"]
    if not number or not name:
        return {}
    if person_named(number, name):
        return {"kind": "success", "text": _("Known here: the dossier will stand among their own.")}
    if queries.bears_other_name(number):
        text = _(
            "This number is known here with another name. Nothing of theirs is changed. Please compare the card."
        )
        return {"kind": "warning", "text": text}
    return {"kind": "info", "text": _("New here: neither a phone nor an e-mail address is needed.")}
