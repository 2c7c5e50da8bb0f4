"""Parties of a dossier, as its entries tell them, against their rows; and whether a party's acts were a party's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from xactin.cases.audit.derived import asked_by, unlike
from xactin.cases.models import Party
from xactin.cases.runtime import BEGIN, DECLINE, INVITE, JOIN, REVOKE_INVITATION, SUBMIT
from xactin.kernel.procedure.package import Package
from xactin.ledger.queries import EntryRow


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and what became of it."""

    kind: str
    person_id: UUID
    invited_at: datetime
    state: str = Party.State.INVITED.value
    answered_at: datetime | None = None


COLUMNS: Final = tuple(Invited.__dataclass_fields__)
_ANSWERS: Final = {JOIN: Party.State.ACCEPTED.value, DECLINE: Party.State.DECLINED.value}
_ENDS: Final = _ANSWERS | {REVOKE_INVITATION: Party.State.REVOKED.value}


def invited(entries: Sequence[EntryRow]) -> dict[UUID, Invited]:
    """The invitations of one dossier, by the entry that gave them."""
    found: dict[UUID, Invited] = {}
    for row in entries:
        _take(found, row)
    return found


def _take(found: dict[UUID, Invited], row: EntryRow) -> None:
    said, effect = row.statement, row.effect
    if said["act"] == INVITE:
        found[UUID(said["id"])] = Invited(effect["party"], UUID(effect["person"]), row.at)
    elif said["act"] in _ENDS:
        id = UUID(effect["invitation"])
        found[id] = replace(found[id], state=_ENDS[said["act"]], answered_at=row.at)


def strangers(package: Package, entries: Sequence[EntryRow]) -> Iterator[str]:
    """Acts that a package leaves to a party, done by a person who was none of it then; answers of others; invitations
    taken back that were answered, or by another than who asks."""
    found: dict[UUID, Invited] = {}
    asked = ""
    for row in entries:
        said = row.statement
        person, act = said["by"].get("person"), said["act"]
        if act in (SUBMIT, BEGIN):
            asked = asked_by(row)
        elif act in _ANSWERS:
            one = found.get(UUID(row.effect["invitation"]))
            if one is None or (str(one.person_id), one.state) != (person, Party.State.INVITED):
                yield f"entry {row.seq}: it answers no invitation that waited for this person"
        elif act == REVOKE_INVITATION:
            one = found.get(UUID(row.effect["invitation"]))
            if one is None or one.state != Party.State.INVITED or (asked and person != asked):
                yield f"entry {row.seq}: it takes back no invitation that waited, or is not by who could invite"
        elif (party := _alone(package, said)) and person not in _members(
            found, party, package.procedure.asks, asked
        ):
            yield f"entry {row.seq}: done by a person who was not the party “{party}”"
        _take(found, row)


def _alone(package: Package, said: Mapping[str, Any]) -> str:
    """The party that an act of a task is left to, where a person did it for themselves; "" for other acts."""
    if not said["by"].get("person") or said["by"].get("post") or said["act"].count(".") < 2:
        return ""
    rule = package.rules.get(said["act"].split(".")[1])
    return rule.party if rule else ""


def _members(found: Mapping[UUID, Invited], party: str, asks: str, asked: str) -> set[str]:
    if party == asks:
        return {asked}
    return {
        str(one.person_id) for one in found.values() if (one.kind, one.state) == (party, Party.State.ACCEPTED)
    }


def differences(rows: Sequence[Party], entries: Sequence[EntryRow]) -> Iterator[str]:
    """What rows of one dossier say other than its entries."""
    return unlike("party", rows, invited(entries), COLUMNS, begun="invited")
