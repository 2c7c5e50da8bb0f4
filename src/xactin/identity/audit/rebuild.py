"""This room's rows written anew from their entries: agencies with their calendars, posts with who held them and what
was proposed for them, keys and their mandates, whether an account is in use.

What no entry holds cannot come back: a private key, names and passwords (entries say a digest of them), what a person
called a key. Those columns are left as they stand, and the audit compares them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from xactin.identity.agencies.tree_queries import forget_tree
from xactin.identity.models import (
    Account,
    Agency,
    Holding,
    KeyMandate,
    Post,
    Proposal,
    SigningKey,
    WorkCalendar,
)
from xactin.kernel.attestation import parse_time
from xactin.ledger.audit import Told, register_rebuild
from xactin.ledger.queries import EntryRow

Written = Mapping[str, int]
_AGENCY: Final = ("agency.create", "agency.edit", "agency.close")
_POST: Final = ("post.create", "post.edit", "post.policy", "post.duties", "post.close")
_OUTCOMES: Final = {"post.confirm": "confirmed", "post.decline": "declined"}


def register() -> None:
    """Has `xactin audit --rebuild` write this room's rows, in the order in which they name each other."""
    register_rebuild("agency", _agencies)
    register_rebuild("post", _posts)
    register_rebuild("mandate", _mandates)
    register_rebuild("person", _accounts)


def _act(entry: EntryRow) -> str:
    return str(entry.statement["act"])


def _moment(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def _last(entries: Sequence[EntryRow], acts: Sequence[str]) -> dict[str, Any]:
    """What these acts said last of each thing."""
    said: dict[str, Any] = {"closed": None}
    for entry in entries:
        if _act(entry) in acts:
            said |= entry.effect
    return said


# -- agencies, whose codes stand in the order of the tree: an agency comes after the one above it


def _agencies(told: Sequence[Told]) -> Written:
    written = Counter[str]()
    for one in told:
        said = _last(one.entries, _AGENCY)
        parent = Agency.objects.get(code=said["parent"]) if said["parent"] else None
        columns = {
            "kind": said["kind"],
            "name_vi": said["name"]["vi"],
            "name_en": said["name"]["en"],
            "parent": parent,
            "functions": said["functions"],
            "unit_code": said["unit"] or "",
            "path": f"{parent.path if parent else ''}{one.id}/",
            "closed_at": _moment(said["closed"]),
        }
        agency, _made = Agency.objects.update_or_create(code=one.id, defaults=columns)
        written.update({"identity_agency": 1, "identity_workcalendar": _calendars(agency, one.entries)})
    forget_tree()
    return written


def _calendars(agency: Agency, entries: Sequence[EntryRow]) -> int:
    """Calendars are in force in the order of their rows; where one differs, all are written behind each other."""
    said = [
        {
            "entry": entry.id,
            "digest": entry.effect["digest"],
            "calendar": entry.effect["calendar"],
            "set_at": entry.at,
        }
        for entry in entries
        if _act(entry) == "agency.calendar"
    ]
    rows = agency.calendars.order_by("pk")
    if list(rows.values("entry", "digest", "calendar", "set_at")) != said:
        WorkCalendar.objects.filter(entry__in=[one["entry"] for one in said]).delete()
        rows.delete()
        WorkCalendar.objects.bulk_create([WorkCalendar(agency=agency, **one) for one in said])
    return len(said)


# -- posts


def _posts(told: Sequence[Told]) -> Written:
    written = Counter[str]()
    for one in told:
        said = _last(one.entries, _POST)
        columns = {
            "code": said["code"],
            "agency": Agency.objects.get(code=said["agency"]),
            "role": said["role"],
            "title_vi": said["title"]["vi"],
            "title_en": said["title"]["en"],
            "requires_passkey": said["passkey"],
            "duties": said.get("duties"),
            "closed_at": _moment(said["closed"]),
        }
        post, _made = Post.objects.update_or_create(pk=one.id, defaults=columns)
        written.update(
            {
                "identity_post": 1,
                "identity_holding": _holdings(post, one.entries),
                "identity_proposal": _proposals(post, one.entries),
            }
        )
    return written


def _holdings(post: Post, entries: Sequence[EntryRow]) -> int:
    held: dict[str, dict[str, Any]] = {}
    for entry in entries:
        effect = entry.effect
        if _act(entry) == "post.appoint":
            held[effect["holding"]] = {
                name: effect.get(name) for name in ("person", "since", "until", "terms")
            }
        elif _act(entry) == "post.end":
            held[effect["holding"]]["until"] = effect["until"]
    others = post.holdings.exclude(pk__in=held)
    KeyMandate.objects.filter(holding__in=others).delete()  # those that were granted come back after posts
    others.delete()
    for id, said in held.items():
        times = {name: _moment(said[name]) for name in ("since", "until")}
        columns = {"post": post, "person_id": said["person"], "terms": said["terms"], **times}
        Holding.objects.update_or_create(pk=id, defaults=columns)
    return len(held)


def _proposals(post: Post, entries: Sequence[EntryRow]) -> int:
    made: dict[str, dict[str, Any]] = {}
    for entry in entries:
        effect = entry.effect
        if _act(entry) == "post.propose":
            made[effect["proposal"]] = {
                "kind": effect["kind"],
                "duties": effect.get("duties", []),
                "person_id": effect.get("person"),
                "until": _moment(effect.get("until")),
                "terms": effect.get("terms"),
                "proposed_by_id": effect["by"],
                "proposed_at": _moment(effect["at"]),
                "outcome": "",
                "ended_by_id": None,
                "ended_at": None,
            }
        elif _act(entry) in _OUTCOMES:
            ended = {
                "outcome": _OUTCOMES[_act(entry)],
                "ended_by_id": effect["by"],
                "ended_at": _moment(effect["at"]),
            }
            made[effect["proposal"]] |= ended
    post.proposals.exclude(pk__in=made).delete()
    for id, said in made.items():
        Proposal.objects.update_or_create(pk=id, defaults={"post": post, **said})
    return len(made)


# -- keys and accounts


def _mandates(told: Sequence[Told]) -> Written:
    written = Counter[str]()
    for one in told:
        said: dict[str, Any] = {"person": None}
        ended = None
        for entry in one.entries:
            if _act(entry) == "mandate.grant":
                said = entry.effect["mandate"]
            elif _act(entry) == "mandate.end":
                ended = entry.at
        if said["person"] is not None:
            written.update(_of_person(UUID(one.id), said, ended))
    return written


def _of_person(id: UUID, said: Mapping[str, Any], ended: datetime | None) -> Written:
    """A person's mandate, and with their own one the key. One whose row is gone had a private half, or a credential,
    that no entry tells: neither can be written again."""
    key = said["key"]
    columns = {name: key[name] for name in ("alg", "public", "custody", "origins")}
    columns |= {"rp_id": key["rp_id"] or "", "person_id": said["person"]}
    if said["post"] is None:
        columns["revoked_at"] = ended
    if not SigningKey.objects.filter(pk=key["id"]).update(**columns):
        return {}
    holding = _holding_of(id, said)
    if said["post"] is not None and holding is None:
        return {}
    columns = {"key_id": key["id"], "holding": holding, "ended_at": ended}
    KeyMandate.objects.update_or_create(pk=id, defaults=columns)
    return {"identity_keymandate": 1, "identity_signingkey": int(said["post"] is None)}


def _holding_of(id: UUID, said: Mapping[str, Any]) -> Holding | None:
    """The holding a mandate was granted for: of this person and post, standing when the mandate began."""
    if said["post"] is None:
        return None
    begun = parse_time(said["from"])
    rows = Holding.objects.filter(person_id=said["person"], post__code=said["post"], since__lte=begun)
    fitting = [one for one in rows.order_by("since") if one.until is None or begun <= one.until]
    kept = KeyMandate.objects.filter(pk=id).values_list("holding_id", flat=True).first()
    return next((one for one in fitting if one.pk == kept), fitting[-1] if fitting else None)


def _accounts(told: Sequence[Told]) -> Written:
    written = Counter[str]()
    for one in told:
        active = True
        for entry in one.entries:
            if _act(entry) in ("account.deactivate", "account.reactivate"):
                active = entry.effect["active"]
        written["identity_account"] += Account.objects.filter(person_id=one.id).update(is_active=active)
    return written
