"""What the entries say of this room's rows: agencies, posts, who held them, accounts out of use, keys, mandates.

For `xactin audit` (ledger.audit): each subject's chain is folded and compared with the rows. An entry that cannot
be read is told by the audit itself; here it only means that the rows have nothing to stand on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from xactin.identity.attestations.attested_rows import KINDS, digests, told
from xactin.identity.attestations.signing import public_key, server_key
from xactin.identity.models import Account, Agency, Holding, KeyMandate, Post, SigningKey
from xactin.identity.posts.proposal_commands import proposed_effect
from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.signatures import PublicKey, SignatureError
from xactin.ledger.audit import Finding, Told, register_fold
from xactin.ledger.queries import EntryRow
from xactin.vault.secrets import SecretsError

Texts = Iterator[str]
Rows = Mapping[str, Any]
"""What was read for some subjects, by their ids."""


def register() -> None:
    """Has the audit look at this room's rows."""
    register_fold("agency", _told(_agencies, _agency), claims="SELECT 'agency:' || code FROM identity_agency")
    register_fold("post", _told(_posts, _post), claims="SELECT 'post:' || id FROM identity_post")
    register_fold("person", _told(_accounts, _account), claims=_PEOPLE)
    register_fold("mandate", _told(_mandates, _mandate), claims=_KEYS)


# No entry ever speaks of a key that has no mandate for its person: nobody enrolled it.
_KEYS: Final = """
SELECT 'mandate:' || id FROM identity_keymandate
UNION ALL SELECT 'key:' || id FROM identity_signingkey k
 WHERE NOT EXISTS (SELECT FROM identity_keymandate m WHERE m.key_id = k.id AND m.holding_id IS NULL)
"""

# Accounts, tokens, addresses and second factors of somebody who is no person stand on nothing either.
_PEOPLE: Final = """
SELECT 'person:' || id FROM identity_person
UNION ALL SELECT 'person:' || person_id FROM identity_account
"""


_OF_THE_POST: Final = ("post.create", "post.edit", "post.policy", "post.duties", "post.close")
_OUTCOMES: Final = {"post.confirm": "confirmed", "post.decline": "declined"}


def _told(
    read: Callable[[Sequence[str]], Rows], differences: Callable[[str, Sequence[EntryRow], Rows], Texts]
) -> Callable[[Sequence[Told]], Iterator[Finding]]:
    """Reads the rows of all subjects at once, and compares one after the other."""

    def check(told: Sequence[Told]) -> Iterator[Finding]:
        rows = read([one.id for one in told])
        for one in told:
            try:
                texts = list(differences(one.id, one.entries, rows))
            except (KeyError, TypeError, ValueError, AttributeError):
                texts = ["its entries cannot be read, so its rows rest on nothing"]
            yield from (Finding("table", one.subject, text) for text in texts)

    return check


def _act(entry: EntryRow) -> str:
    return str(entry.statement["act"])


def _changed(row: Mapping[str, Any], said: Mapping[str, Any], of: str) -> Texts:
    names = [name for name in said if row[name] != said[name]]
    if names:
        yield f"{of}: {', '.join(names)} not as attested"


def _agencies(codes: Sequence[str]) -> Rows:
    found = Agency.objects.select_related("parent").prefetch_related("calendars").filter(code__in=codes)
    return {row.code: row for row in found}


def _agency(code: str, entries: Sequence[EntryRow], rows: Rows) -> Texts:
    said: dict[str, Any] = {"closed": None}
    for entry in entries:
        if _act(entry) in ("agency.create", "agency.edit", "agency.close"):
            said |= entry.effect
    row, created = rows.get(code), "kind" in said
    if not created or row is None:
        if created:
            yield "the agency was created, and its row is gone"
        elif row is not None:
            yield "an agency that nobody created"
        return
    parent = row.parent
    shown = {
        "kind": row.kind,
        "name": {"vi": row.name_vi, "en": row.name_en},
        "parent": parent.code if parent else None,
        "functions": row.functions,
        "unit": row.unit_code or None,
        "path": row.path,
        "closed": _moment(row.closed_at),
    }
    said = {**said, "path": f"{parent.path if parent else ''}{code}/"}
    yield from _changed(shown, said, "the agency's row")
    yield from _calendars(row, entries)


def _calendars(agency: Agency, entries: Sequence[EntryRow]) -> Texts:
    """Calendars in the order in which they were set: the last is in force."""
    said = [
        (entry.id, entry.effect["digest"], entry.effect["calendar"], entry.at)
        for entry in entries
        if _act(entry) == "agency.calendar"
    ]
    rows = sorted(agency.calendars.all(), key=lambda row: row.pk)
    if [(row.entry, row.digest, row.calendar, row.set_at) for row in rows] != said:
        yield "its calendars are not those that were attested"


def _posts(ids: Sequence[str]) -> Rows:
    """Each post with its holdings and proposals."""
    posts = Post.objects.select_related("agency").prefetch_related("holdings", "proposals")
    return {str(post.pk): post for post in posts.filter(pk__in=ids)}


def _post(id: str, entries: Sequence[EntryRow], rows: Rows) -> Texts:
    said: dict[str, Any] = {"duties": None, "closed": None}
    held: dict[str, dict[str, Any]] = {}
    proposed: dict[str, dict[str, Any]] = {}
    for entry in entries:
        act, effect = _act(entry), entry.effect
        if act in _OF_THE_POST:
            said |= effect
        elif act == "post.propose":
            proposed[effect["proposal"]] = {**effect, "outcome": "", "ended": None}
        elif act in ("post.confirm", "post.decline"):
            ended = {"outcome": _OUTCOMES[act], "ended": (effect["by"], effect["at"])}
            proposed[effect["proposal"]] |= ended
        elif act == "post.appoint":
            held[effect["holding"]] = {
                "terms": None,
                **{name: effect[name] for name in ("person", "since", "until", "terms") if name in effect},
            }
        elif act == "post.end":
            held[effect["holding"]]["until"] = effect["until"]
    row = rows.get(id)
    if row is None:
        yield "the post was created, and its row is gone"
        return
    shown = {
        "code": row.code,
        "agency": row.agency.code,
        "role": row.role,
        "title": {"vi": row.title_vi, "en": row.title_en},
        "passkey": row.requires_passkey,
        "duties": row.duties,
        "closed": _moment(row.closed_at),
    }
    yield from _changed(shown, said, "the post's row")
    yield from _holdings(row, held)
    yield from _proposals(row, proposed)


def _proposals(post: Post, proposed: dict[str, dict[str, Any]]) -> Texts:
    for row in post.proposals.all():
        said = proposed.pop(str(row.pk), None)
        if said is None:
            yield f"proposal {row.pk}: a row that nobody proposed"
            continue
        by = str(row.ended_by_id) if row.ended_by_id else None
        ended = (by, time_text(row.ended_at)) if row.ended_at else None
        shown = {**proposed_effect(row), "outcome": row.outcome, "ended": ended}
        yield from _changed(shown, said, f"proposal {row.pk}")
        times = [moment for moment in (row.proposed_at, row.until, row.ended_at) if moment]
        if any(
            moment.microsecond % 1000 for moment in times
        ):  # finer than entries tell: it would agree by rounding
            yield f"proposal {row.pk}: a time not as attested"
    for gone in proposed:
        yield f"proposal {gone}: somebody proposed it, and the row is gone"


def _moment(at: datetime | None) -> str | None:
    """A time as entries tell it; one that is finer than they tell stands as it is, and agrees with none."""
    return None if at is None else time_text(at) if at.microsecond % 1000 == 0 else at.isoformat()


def _holdings(post: Post, held: dict[str, dict[str, Any]]) -> Texts:
    for row in post.holdings.all():
        said = held.pop(str(row.pk), None)
        if said is None:
            yield f"holding {row.pk}: a row by which somebody holds the post, and nobody appointed them"
            continue
        # Rows with finer times than entries tell would agree by rounding.
        shown = {"person": str(row.person_id), "since": row.since, "until": row.until, "terms": row.terms}
        times = {name: said[name] and parse_time(said[name]) for name in ("since", "until")}
        yield from _changed(shown, said | times, f"holding {row.pk}")
    for gone in held:
        yield f"holding {gone}: somebody was appointed, and the row is gone"


def _accounts(ids: Sequence[str]) -> Rows:
    """Accounts by person, under `rows` what the attested kinds of rows digest to, by person."""
    people = [UUID(id) for id in ids]
    accounts = {str(row.person_id): row for row in Account.objects.filter(person_id__in=ids)}
    return {**accounts, "rows": digests(people)}


def _account(id: str, entries: Sequence[EntryRow], rows: Rows) -> Texts:
    """An account is in use unless an administrator said otherwise last; its rows are those last attested."""
    said = {"active": True}
    for entry in entries:
        if _act(entry) in ("account.deactivate", "account.reactivate"):
            said = entry.effect
    attested, standing = told(entries), rows["rows"][UUID(id)]
    for kind in KINDS:
        if attested.get(kind) != standing.get(kind):
            yield f"{kind}: the rows are not those that were last attested"
    if id in rows:
        yield from _changed({"active": rows[id].is_active}, said, "the account's row")
    elif "account" in attested:
        yield "the account's row is gone"


def _mandates(ids: Sequence[str]) -> Rows:
    """Each key mandate with its key, holding, post and agency."""
    found = KeyMandate.objects.select_related("key", "holding__post__agency").filter(pk__in=ids)
    return {str(row.pk): row for row in found}


def _mandate(id: str, entries: Sequence[EntryRow], rows: Rows) -> Texts:
    said: dict[str, Any] = {}
    ended = None
    for entry in entries:
        if _act(entry) == "mandate.grant":
            said = entry.effect["mandate"]
        elif _act(entry) == "mandate.end":
            ended = entry.at
    row = rows.get(id)
    if said["person"] is None:
        # A system's or a device's: its rows are the ledger's.
        if row is not None:
            yield "a key's row claims a mandate that no person was given"
        return
    if row is None:
        yield "the key's mandate was granted, and its row is gone"
        return
    if row.ended_at != ended:
        yield "the key mandate's row says another end than the entries"
    yield from _changed(_signer(row.key), {"person": said["person"], "key": said["key"]}, f"key {row.key_id}")
    if said["post"] is None:
        yield from _own(row, ended)
    elif row.holding is None or not _fits(row.holding, said):
        yield "the key mandate's row names another post, or another holding of it"


def _signer(key: SigningKey) -> dict[str, Any]:
    try:
        public: dict[str, Any] | None = public_key(key).to_dict()
    except SignatureError:
        public = None
    return {"person": str(key.person_id), "key": public}


def _own(row: KeyMandate, ended: Any) -> Texts:
    """Each key has one mandate for its person alone: it begins and ends with the key."""
    if row.holding_id is not None:
        yield "the key mandate's row names a post, and it was granted for none"
    if row.key.revoked_at != ended:
        yield f"key {row.key_id}: revoked at another time than its person's mandate ended"
    if row.key.custody == SigningKey.Custody.SERVER and not _opens(row.key):
        yield f"key {row.key_id}: the private half kept here is not this key's"


def _opens(key: SigningKey) -> bool:
    try:
        private = server_key(key)
    except (SecretsError, ValueError):
        return False
    return PublicKey.ed25519(private.public_key().public_bytes_raw()).id == key.pk


def _fits(holding: Holding, said: Mapping[str, Any]) -> bool:
    place = (holding.post.code, holding.post.agency.code, str(holding.person_id))
    since, until = time_text(holding.since), time_text(holding.until) if holding.until else None
    terms = holding.terms or {"for": None, "acts": None}
    limits = ((said["for"] or {}).get("person"), said["acts"])
    if limits != (terms["for"], terms["acts"]):
        return False
    return place == (said["post"], said["agency"], said["person"]) and (
        since <= said["from"] and (until is None or said["from"] <= until)
    )
