"""What may be done with a dossier. One function is one act: right, decision, attestation and rows together.

An act reads once under the lock of its subject and writes once (docs/decisions.md, "the path of
an act"). A passkey needs a person, so `prepare` makes the statement without any lock and
`complete` does the act when the signature arrives, if what it saw is still so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.beginning import uploads_once
from xactin.cases.dossiers.records import (
    ActDone,
    Asked,
    asked_for,
    decided,
    doers_of,
    found_in,
    owners_of,
    recorded,
    subject_of,
)
from xactin.cases.dossiers.state import attachments, content, makers, store
from xactin.cases.dossiers.state.effects import values_of
from xactin.cases.dossiers.state.settling import settle_cases
from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.system_commands import serve, tick
from xactin.cases.dossiers.warnings import with_warnings
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn, TaskGone
from xactin.cases.models import PendingAct
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import SIGN, CaseFacts
from xactin.identity import commands as identity
from xactin.identity import queries as identity_queries
from xactin.identity.calendars.queries import calendar
from xactin.identity.queries import Actor, may, signing_with
from xactin.kernel.attestation import time_text
from xactin.kernel.local import local_time
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.package import Package
from xactin.kernel.signatures import challenge
from xactin.ledger import commands as ledger
from xactin.ledger.clock import now
from xactin.ui.schema_form import cleaned, validate
from xactin.vault import commands as vault
from xactin.vault import secrets
from xactin.vault.ids import new_id

__all__ = [
    "PENDING_TIME",
    "ActDone",
    "Asked",
    "Offer",
    "Prepared",
    "act",
    "complete",
    "offer_of",
    "prepare",
    "serve",
    "settle_cases",
    "subject_of",
    "tick",
]

PENDING_TIME: Final = timedelta(minutes=10)
_NOTHING: Final = {"type": "object", "additionalProperties": False}


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A statement that waits for its passkey: what is signed, and the browser's question."""

    statement: dict[str, Any]
    challenge: bytes
    options: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An act of an open task as it stands for one actor now, and what a screen of the task shows."""

    act: Act
    shown: str


def act(
    *,
    by: Actor,
    case: UUID,
    task: str,
    act: str,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    shown: str | None = None,
    unseen: bool = False,
    files: Sequence[UUID] = (),
    entry: UUID | None = None,
) -> ActDone:
    """Does one act of an open task, signed at once by the actor's server-held key.

    `entry` is the statement's id, chosen by the door so that the same request twice is one act. `shown` is what
    the door showed (`engine.shown_of`): where a part is another by now, the act is refused and names it. None is
    for callers in this process; a door that showed nothing says `unseen`, and so does the entry. `files`: uploads of
    the actor that come with it.
    Raises NotFound, Forbidden, TaskGone, Stale, OutOfTurn, Invalid.
    """
    asked = asked_for(task, act, data, note, unseen, files)
    with (
        uploads_once(),
        ledger.acting(
            subject=subject_of(case), mandates=[by.mandate_id], reads=[(store.READ, (task, case))]
        ) as chain,
    ):
        found = found_in(chain.rows[0])
        package, asked = _allowed(by, case, found, asked)
        _check_shown(package, found, asked, shown)
        made = makers.make(_making(by, case, found, package, asked, chain.at))
        sealed, said = _said(by, case, found, package, asked, entry or new_id(), made)
        enter = partial(chain.attest, identity.signer_of(by), **said)
        return _done(chain, by, case, found, package, asked, sealed, said, made, enter)


def prepare(
    *,
    by: Actor,
    case: UUID,
    task: str,
    act: str,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    shown: str | None = None,
    unseen: bool = False,
    files: Sequence[UUID] = (),
) -> Prepared:
    """The statement of an act for a passkey to sign, kept for ten minutes. `by` signs with a passkey.

    No lock is held meanwhile; `complete` checks again. Raises as `act` does.
    """
    asked = asked_for(task, act, data, note, unseen, files)
    found = found_in(store.read(connection, task, case))
    package, asked = _allowed(by, case, found, asked)
    _check_shown(package, found, asked, shown)
    made = makers.plan(_making(by, case, found, package, asked, now()))
    sealed, said = _said(by, case, found, package, asked, new_id(), made)
    statement = ledger.statement_of(identity.signer_of(by), subject=subject_of(case), **said)
    carried = {"asked": asdict(asked), "salt": sealed.salt.hex() if sealed else ""}
    carried["planned"] = dict(made.planned)
    PendingAct.objects.create(
        id=statement["id"],
        case_id=case,
        person_id=by.person_id,
        statement=statement,
        sealed=secrets.seal(orjson.dumps(carried), _pending(statement["id"])),
        created_at=now(),
    )
    to_sign = challenge(statement)
    return Prepared(statement=statement, challenge=to_sign, options=identity.passkey_options(by, to_sign))


def _pending(entry: str | UUID) -> str:
    return f"pending:{entry}"


def complete(
    *,
    by: Actor,
    case: UUID,
    entry: UUID,
    credential: Mapping[str, Any],
    batch: Mapping[str, Any] | None = None,
) -> ActDone:
    """Does a prepared act, now that its passkey has signed; `credential` is the browser's answer, `batch` the
    statement's place among those that it signed together (`kernel.signatures.batch`).

    The ledger verifies the signature; everything else is checked anew, under the lock. Raises NotFound
    when nothing was prepared or ten minutes have passed, and as `act` does.
    """
    pending = PendingAct.objects.filter(
        pk=entry, case_id=case, person_id=by.person_id, created_at__gt=now() - PENDING_TIME
    ).first()
    signing = signing_with(by, pending.statement["key"]) if pending else None
    if pending is None or signing is None:
        raise NotFound
    carried = orjson.loads(secrets.unseal(bytes(pending.sealed), _pending(entry)))
    asked = Asked(**carried["asked"] | {"files": tuple(carried["asked"]["files"])})
    signature = identity.passkey_signature(credential, batch)
    with (
        uploads_once(),
        ledger.acting(
            subject=subject_of(case), mandates=[signing.mandate_id], reads=[(store.READ, (asked.task, case))]
        ) as chain,
    ):
        found = found_in(chain.rows[0])
        package, asked = _allowed(signing, case, found, asked)
        sealed = None
        if carried["salt"]:
            sealed = vault.seal_value(
                subject=subject_of(case),
                part=_part(package, found, asked, str(entry)),
                value=asked.payload(),
                salt=bytes.fromhex(carried["salt"]),
            )
        made = makers.make(_making(signing, case, found, package, asked, chain.at), carried["planned"])
        chain.write("DELETE FROM cases_pendingact WHERE id = %s", (entry,))
        enter = partial(chain.append, pending.statement, signature)
        return _done(chain, signing, case, found, package, asked, sealed, pending.statement, made, enter)


def offer_of(by: Actor, case: UUID, task: str, act: str) -> Offer:
    """An act as it is offered here, read without the lock. Raises what `act` would raise before its answers count."""
    found = found_in(store.read(connection, task, case))
    package, described = _offered(by, case, found, task, act)
    return Offer(act=described, shown=decided(engine.shown_of, package, found.state, task, act))


def _allowed(by: Actor, case: UUID, found: store.Row, asked: Asked) -> tuple[Package, Asked]:
    """The package the case follows, if the task is open and this actor may do this act of it; and what was asked,
    its data in the one spelling of the act's schema."""
    package, described = _offered(by, case, found, asked.task, asked.act)
    schema = described.data_schema or _NOTHING
    told = cleaned(schema, asked.data)
    errors = validate(schema, told, language()) or _nowhere(found, described, told)
    if errors:
        raise Invalid(errors)
    return package, replace(asked, data=told)


def _offered(by: Actor, case: UUID, found: store.Row, named: str, act: str) -> tuple[Package, Act]:
    """The package of the case and an act of its open task, if this actor may do it.

    Who may not see the case is told it does not exist; who may see it, why the act is refused.
    """
    package = procedures.version(found.version).package
    result = package.procedure.result
    signs = result is not None and found.task_node == result.signed_by
    facts = CaseFacts(
        subject=subject_of(case),
        owners=owners_of(found),
        parties=found.people(),
        agency=found.agency,
        task_agency=found.task_agency,
        task_role=found.task_role,
        task_people=doers_of(package, found),
        duty=SIGN if signs else "",
        code=package.code,
    )
    if found.task_node is None:
        if not queries.sees(by, case):
            raise NotFound
        raise _gone(by, case, named)
    decision = may(by, f"case.{found.task_node}.{act}", facts)
    if not decision.allowed:
        if not queries.sees(by, case):
            raise NotFound
        raise Forbidden(decision.reason)
    task = decided(engine.task_of, package, found.state, named)
    task = with_warnings(package, case, found.state, task)
    described = next((offered for offered in task.acts if offered.id == act), None)
    if described is None:
        raise OutOfTurn(_("This task has no such act."), act=act)
    return package, described


def _nowhere(found: store.Row, act: Act, told: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong where a task is begun at an agency that is none of ours, or was closed."""
    place = content.place_chosen(found.task_kind, told)
    if not place or act.kind != "start":
        return {}
    agency = next((one for _depth, one in identity_queries.agency_tree() if one.code == place), None)
    if agency is None:
        return {"/agency": _("There is no agency with this code.")}
    return {} if agency.closed_at is None else {"/agency": _("This agency was closed.")}


def _making(
    by: Actor, case: UUID, found: store.Row, package: Package, asked: Asked, at: datetime
) -> makers.Making:
    return makers.Making(by=by, case=case, found=found, package=package, act=asked.act, at=at)


def _check_shown(package: Package, found: store.Row, asked: Asked, shown: str | None) -> None:
    if shown is not None:
        decided(engine.check_shown, package, found.state, asked.task, shown, asked.act)


def _gone(by: Actor, case: UUID, task: str) -> TaskGone:
    """What happened to a task that is not open: who ended it, by what, when."""
    ended = queries.ended_by(case, task)
    if ended is None:
        return TaskGone(_("This dossier has no such open task."), case=str(case), task=task)
    signer = queries.signer_shown(by, queries.case_for(by, case), ended.statement["by"])
    facts = {"act": ended.statement["act"], "by": signer, "at": time_text(ended.at), "entry": str(ended.id)}
    if "party" in signer:  # whose dossier it is, this actor is not told
        return TaskGone(
            _("This task is no longer open: a party to the dossier ended it."), case=str(case), **facts
        )
    person = signer.get("person")
    if person is None:
        return TaskGone(_("This task is no longer open: its time ran out."), case=str(case), **facts)
    names = identity_queries.full_names([UUID(person)])
    text = _("This task is no longer open: %(name)s did it at %(time)s.") % {
        "name": names.get(UUID(person), person),
        "time": local_time(ended.at).strftime("%H:%M %d/%m/%Y"),
    }
    return TaskGone(text, case=str(case), **facts)


def _part(package: Package, found: store.Row, asked: Asked, statement_id: str) -> str:
    """The part in which an act answers, as its task declares it, or a note of its own."""
    task = decided(engine.task_of, package, found.state, asked.task)
    offered = next((act for act in task.acts if act.id == asked.act), None)
    if offered is not None and offered.writes and offered.writes[0] != content.paper(package):
        return str(offered.writes[0])
    return f"note.{statement_id}"


def _attached(by: Actor, package: Package, found: store.Row, asked: Asked) -> dict[str, vault.StoredFile]:
    """The uploads that come with an act, by the parts they become, behind those that stand. Raises Invalid."""
    if not asked.files:
        return {}
    task = decided(engine.task_of, package, found.state, asked.task)
    place = next((one.attaches for one in task.acts if one.id == asked.act), "")
    if not place or len(set(asked.files)) < len(asked.files):
        raise Invalid({"": _("No file, or not one twice, comes with this act.")})
    return attachments.attached(by, package, found, place, asked.files)


def _said(
    by: Actor, case: UUID, found: store.Row, package: Package, asked: Asked, entry: UUID, made: makers.Made
) -> tuple[vault.SealedValue | None, dict[str, Any]]:
    """The content an act commits to, and what its statement says of it, over exactly what its task reads now."""
    part = _part(package, found, asked, str(entry))
    files = {name: file.commitment for name, file in _attached(by, package, found, asked).items()}
    writes = not part.startswith("note.")
    sealed = None
    if writes or asked.data or asked.note:
        sealed = vault.seal_value(subject=subject_of(case), part=part, value=asked.payload())
    return sealed, {
        "id": entry,
        "act": f"case.{found.task_node}.{asked.act}",
        "rule": procedures.version(found.version).rule(),
        "content": sealed.commitment if sealed else None,
        "saw": engine.saw_of(package, found.state, asked.task, asked.act),
        "wrote": ({part: sealed.commitment} if sealed and writes else {}) | made.wrote() | files or None,
    }


def _done(
    chain: ledger.Chain,
    by: Actor,
    case: UUID,
    found: store.Row,
    package: Package,
    asked: Asked,
    sealed: vault.SealedValue | None,
    said: Mapping[str, Any],
    made: makers.Made,
    enter: Callable[..., ledger.EntryRef],
) -> ActDone:
    """Decides under the lock and writes everything the act changes."""
    state, effect = decided(
        engine.act,
        package,
        found.state,
        task=asked.task,
        act=asked.act,
        values=values_of(package, case, found.state, found.applicant, (str(found.task_node), asked.data)),
        by_post=by.role if by.post_code else found.task_role,
        seq=chain.seq,
        saw=said["saw"] or {},
        wrote=said["wrote"] or {},
        at=chain.at,
        calendar=calendar(found.agency),
        place=content.place_chosen(found.task_kind, asked.data),
    )
    if sealed:
        chain.write(*sealed.sql())
    for part, file in _attached(by, package, found, asked).items():
        chain.write(*vault.bind_sql(file, subject=subject_of(case), part=part))
    for sql, params in made.writes:
        chain.write(sql, params)
    effect = {**effect, **made.said, **({"shown": False} if asked.unseen else {})}
    return recorded(chain, case, found, package, state, effect, act=said["act"], enter=enter)
