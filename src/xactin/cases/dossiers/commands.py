"""What may be done with a dossier. One function is one act: right, decision, attestation and rows together.

An act reads once under the lock of its subject and writes once (docs/decisions.md, "the path of
an act"). A passkey needs a person, so `prepare` makes the statement without any lock and
`complete` does the act when the signature arrives, if what it saw is still so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any, Final
from uuid import UUID

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from xactin.cases.dossiers import applications, content, queries, store
from xactin.cases.dossiers.applying import applied, calendar, values_of
from xactin.cases.dossiers.asking import LOCAL, applicant_facts, handling_agency, language, local_day, new_id
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn, RuleFailed, Stale, TaskGone
from xactin.cases.models import PendingAct
from xactin.cases.procedures import queries as procedures
from xactin.cases.rules import number_prefix
from xactin.identity import commands as identity
from xactin.identity import queries as identity_queries
from xactin.identity.queries import Actor, Facts, folded, may, signing_with
from xactin.kernel.attestation import make_statement, time_text
from xactin.kernel.canonical import CanonicalError, canonical
from xactin.kernel.expressions import ExpressionError
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.kernel.signatures import challenge
from xactin.ledger import commands as ledger
from xactin.ledger import queries as ledger_queries
from xactin.ledger.clock import now
from xactin.ui.schema_form import validate
from xactin.vault import commands as vault
from xactin.vault import queries as vault_queries
from xactin.vault import secrets

PENDING_TIME: Final = timedelta(minutes=10)
REPLY_TIME: Final = timedelta(hours=24)
UPLOADS: Final = ("application/pdf", "image/jpeg", "image/png")
_NOTHING: Final = {"type": "object", "additionalProperties": False}


@dataclass(frozen=True, kw_only=True)
class ActDone:
    """What became of an act."""

    case: UUID
    entry: UUID
    seq: int
    phase: str
    number: str
    effect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Given:
    """A document of an application: its kind and the vault's file."""

    kind: str
    file: UUID


@dataclass(frozen=True)
class Asked:
    """What a person asked to do."""

    task: str
    act: str
    data: dict[str, Any]
    note: str

    def payload(self) -> dict[str, Any]:
        """The content the statement commits to."""
        return {"act": self.act, "data": self.data, "note": self.note}


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A statement that waits for its passkey: what is signed, and the browser's question."""

    statement: dict[str, Any]
    challenge: bytes
    options: dict[str, Any]


def subject_of(case: UUID) -> str:
    """The ledger's name for a case."""
    return f"case:{case}"


def act(
    *,
    by: Actor,
    case: UUID,
    task: str,
    act: str,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    entry: UUID | None = None,
) -> ActDone:
    """Does one act of an open task, signed at once by the actor's server-held key.

    `entry` is the statement's id, chosen by the door so that the same request twice is one act.
    Raises NotFound, Forbidden, TaskGone, Stale, OutOfTurn, Invalid.
    """
    asked = Asked(task=task, act=act, data=_normal(data or {}), note=content.normal(note.strip()))
    with ledger.acting(
        subject=subject_of(case), mandates=[by.mandate_id], reads=[(store.READ, (task, case))]
    ) as chain:
        found = _found(chain.rows[0])
        package = _allowed(by, case, found, asked)
        sealed, statement = _stated(by, case, found, package, asked, entry or new_id(), now())
        signature = identity.sign(by, statement)
        return _done(chain, by, case, found, package, asked, sealed, statement, signature)


def prepare(
    *, by: Actor, case: UUID, task: str, act: str, data: Mapping[str, Any] | None = None, note: str = ""
) -> Prepared:
    """The statement of an act for a passkey to sign, kept for ten minutes. `by` signs with a passkey.

    No lock is held meanwhile; `complete` checks again. Raises as `act` does.
    """
    asked = Asked(task=task, act=act, data=_normal(data or {}), note=content.normal(note.strip()))
    found = _found(store.read(connection, task, case))
    package = _allowed(by, case, found, asked)
    sealed, statement = _stated(by, case, found, package, asked, new_id(), now())
    carried = {"asked": asdict(asked), "salt": sealed.salt.hex() if sealed else ""}
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


def complete(*, by: Actor, case: UUID, entry: UUID, credential: Mapping[str, Any]) -> ActDone:
    """Does a prepared act, now that its passkey has signed; `credential` is the browser's answer.

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
    asked = Asked(**carried["asked"])
    signature = identity.passkey_signature(credential)
    with ledger.acting(
        subject=subject_of(case), mandates=[signing.mandate_id], reads=[(store.READ, (asked.task, case))]
    ) as chain:
        found = _found(chain.rows[0])
        package = _allowed(signing, case, found, asked)
        sealed = None
        if carried["salt"]:
            sealed = vault.seal_value(
                subject=subject_of(case),
                part=_part(package, found, asked, str(entry)),
                value=asked.payload(),
                salt=bytes.fromhex(carried["salt"]),
            )
        chain.write("DELETE FROM cases_pendingact WHERE id = %s", (entry,))
        return _done(chain, signing, case, found, package, asked, sealed, pending.statement, signature)


def _found(rows: Sequence[tuple[Any, ...]]) -> store.Row:
    if not rows:
        raise NotFound
    return store.Row(*rows[0])


def _allowed(by: Actor, case: UUID, found: store.Row, asked: Asked) -> Package:
    """The package the case follows, if the task is open and this actor may do this act of it.

    Who may not see the case is told it does not exist; who may see it, why the act is refused.
    """
    package = procedures.version(found.version).package
    facts = Facts(
        subject=subject_of(case),
        kind="case",
        owner_person_ids=(found.applicant,),
        agency_id=found.agency,
        task_agency_id=found.task_agency,
        task_role=found.task_role,
    )
    if found.task_node is None:
        if not queries.sees(by, case):
            raise NotFound
        raise _gone(case, asked.task)
    decision = may(by, f"case.{found.task_node}.{asked.act}", facts)
    if not decision.allowed:
        if not queries.sees(by, case):
            raise NotFound
        raise Forbidden(decision.reason)
    task = _decided(engine.task_of, package, found.state, asked.task)
    described = next((offered for offered in task.acts if offered["id"] == asked.act), None)
    if described is None:
        raise OutOfTurn(_("This task has no such act."), act=asked.act)
    errors = validate(described.get("data_schema") or _NOTHING, asked.data, language())
    if errors:
        raise Invalid(errors)
    return package


def _gone(case: UUID, task: str) -> TaskGone:
    """What happened to a task that is not open: who ended it, by what, when."""
    ended = queries.ended_by(case, task)
    if ended is None:
        return TaskGone(_("This dossier has no such open task."), case=str(case), task=task)
    by = ended.statement["by"]
    facts = {"act": ended.statement["act"], "by": by, "at": time_text(ended.at), "entry": str(ended.id)}
    person = by.get("person")
    if person is None:
        return TaskGone(_("This task is no longer open: its time ran out."), case=str(case), **facts)
    names = identity_queries.full_names([UUID(person)])
    text = _("This task is no longer open: %(name)s did it at %(time)s.") % {
        "name": names.get(UUID(person), person),
        "time": ended.at.astimezone(LOCAL).strftime("%H:%M %d/%m/%Y"),
    }
    return TaskGone(text, case=str(case), **facts)


def _require_owner(by: Actor, act: str, case: UUID, found: store.Row) -> None:
    """Raises NotFound, or Forbidden for somebody who may see the case and is not its applicant."""
    facts = Facts(subject=subject_of(case), kind="case", owner_person_ids=(found.applicant,))
    decision = may(by, act, facts)
    if decision.allowed:
        return
    if not queries.sees(by, case):
        raise NotFound
    raise Forbidden(decision.reason)


def _part(package: Package, found: store.Row, asked: Asked, statement_id: str) -> str:
    """The part an act writes: the answer its task declares, or a note of its own."""
    for offered in package.meta["tasks"].get(found.task_node, {}).get("acts", ()):
        if offered["id"] == asked.act and offered.get("writes"):
            return str(offered["writes"][0])
    return f"note.{statement_id}"


def _stated(
    by: Actor, case: UUID, found: store.Row, package: Package, asked: Asked, entry: UUID, at: datetime
) -> tuple[vault.SealedValue | None, dict[str, Any]]:
    """The statement of an act, over exactly what its task reads now, and the content it commits to."""
    part = _part(package, found, asked, str(entry))
    writes = not part.startswith("note.")
    sealed = None
    if writes or asked.data or asked.note:
        sealed = vault.seal_value(subject=subject_of(case), part=part, value=asked.payload())
    statement = make_statement(
        id=str(entry),
        authority=ledger_queries.authority().id,
        subject=subject_of(case),
        act=f"case.{found.task_node}.{asked.act}",
        by=by.by(),
        rule=procedures.version(found.version).rule(),
        content=sealed.commitment if sealed else None,
        saw=engine.saw_of(package, found.state, asked.task) or None,
        wrote={part: sealed.commitment} if sealed and writes else None,
        at=at,
        key=by.key_id,
    )
    return sealed, statement


def _done(
    chain: ledger.Chain,
    by: Actor,
    case: UUID,
    found: store.Row,
    package: Package,
    asked: Asked,
    sealed: vault.SealedValue | None,
    statement: dict[str, Any],
    signature: dict[str, Any],
) -> ActDone:
    """Decides under the lock and writes everything the act changes."""
    state, effect = _decided(
        engine.act,
        package,
        found.state,
        task=asked.task,
        act=asked.act,
        values=values_of(package, case, found.state, found.applicant, (str(found.task_node), asked.data)),
        by_post=by.role,
        seq=chain.seq,
        saw=statement["saw"] or {},
        wrote=statement["wrote"] or {},
        at=chain.at,
        calendar=calendar(),
    )
    if sealed:
        chain.write(*sealed.sql())
    return _recorded(chain, case, found, package, state, effect, statement, signature)


def _refusal(refused: engine.Refused) -> Stale | OutOfTurn | RuleFailed:
    """The engine's refusal in the person's language."""
    text = refused.vi if language() == "vi" else refused.en
    kinds: dict[str, type[Stale | OutOfTurn | RuleFailed]] = {"stale": Stale, "condition_failed": RuleFailed}
    return kinds.get(refused.code, OutOfTurn)(text, reason=refused.code, **refused.facts)


def submit(
    *,
    by: Actor,
    code: str,
    data: Mapping[str, Any],
    documents: Sequence[Given] = (),
    agency: str | None = None,
    entry: UUID | None = None,
) -> ActDone:
    """An applicant attests an application; the answer comes after the durable write.

    `agency` is the code of the one that handles it, by default the first of the procedure's level that has a
    counter. Raises Invalid (by field), Forbidden, NoSuchProcedure.
    """
    version = procedures.in_force(code, local_day(now()))
    package = version.package
    decision = may(by, "case.submit", Facts(subject="", kind="case", owner_person_ids=(by.person_id,)))
    if not decision.allowed:
        raise Forbidden(decision.reason)
    applicant = applicant_facts(by)
    data = _normal(data)
    _complain(_faults(package, data, {given.kind for given in documents}, applicant))
    handling = handling_agency(package.meta["level"], agency)
    case = new_id()
    subject = subject_of(case)
    sealed = [
        vault.seal_value(subject=subject, part=part, value=value)
        for part, value in content.form_parts(package, data).items()
    ]
    files = _files(by, package, documents)
    wrote = {value.part: value.commitment for value in sealed} | {
        part: f.commitment for part, f in files.items()
    }
    at = now()
    prefix = number_prefix(handling.code, local_day(at))
    statement = make_statement(
        id=str(entry or new_id()),
        authority=ledger_queries.authority().id,
        subject=subject,
        act="case.submit",
        by=by.by(),
        rule=version.rule(),
        wrote=wrote,
        at=at,
        key=by.key_id,
    )
    signature = identity.sign(by, statement)
    with ledger.acting(
        subject=subject, mandates=[by.mandate_id], reads=[(store.NEXT_SERIAL, (prefix,))]
    ) as chain:
        number = f"{prefix}{chain.rows[0][0][0]:04d}"
        state, effect = _decided(
            engine.start,
            package,
            values={"form": data, "applicant": applicant, "acts": {}, "answers": {}},
            parts=wrote,
            at=chain.at,
            calendar=calendar(),
            limits=procedures.limits(code),
        )
        outcome = applied(
            package,
            case=case,
            agency=handling.id,
            before={},
            after=state,
            effect={**effect, "number": number, "agency": handling.code},
            at=chain.at,
            events=[("case.acted", {"case": str(case), "act": "case.submit", "seq": 0})],
        )
        ref = chain.append(statement, signature, outcome.effect)
        chain.write(*vault.values_sql(sealed))
        for part, file in files.items():
            chain.write(*vault.bind_sql(file, subject=subject, part=part))
        chain.write(
            *store.write(
                outcome.change,
                {
                    "number": number,
                    "version": version.id,
                    "agency": handling.id,
                    "applicant": by.person_id,
                    "applicant_name": by.name,
                    "search": folded(f"{number} {by.name} {package.meta['name']['vi']}"),
                },
            )
        )
        chain.write("DELETE FROM cases_draft WHERE person_id = %s AND code = %s", (by.person_id, code))
    return ActDone(case=case, entry=ref.id, seq=0, phase=state["phase"], number=number, effect=outcome.effect)


def _faults(
    package: Package, data: Mapping[str, Any], kinds: set[str], applicant: Mapping[str, Any]
) -> dict[str, str]:
    try:
        return applications.faults(package, data, kinds, applicant, language())
    except ExpressionError as error:
        raise RuleFailed(_("A rule of this procedure cannot be evaluated. The authority is told.")) from error


def _normal(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data in the one spelling that is signed. Raises Invalid, by field, for what has none."""
    found = content.normal(dict(data))
    try:
        canonical(found)
    except CanonicalError as error:
        raise Invalid({error.path: _("This value cannot be kept as it is written.")}) from error
    return dict(found)


def _complain(faults: Mapping[str, str]) -> None:
    if faults:
        raise Invalid(faults)


def upload(*, by: Actor, stream: IO[bytes], name: str, accepts: Sequence[str] = UPLOADS) -> vault.StoredFile:
    """Keeps a file for an application of this person. Raises the vault's FileRefused."""
    return vault.put_file(stream=stream, name=name, accepts=list(accepts) or UPLOADS, owner=str(by.person_id))


def _files(by: Actor, package: Package, documents: Sequence[Given]) -> dict[str, vault.StoredFile]:
    """The uploaded files of an application by part; only the applicant's own, not yet used elsewhere, each of
    a type that the procedure takes for its kind."""
    media = {document["kind"]: document.get("media") for document in package.meta.get("documents", ())}
    if len({given.file for given in documents}) < len(documents):
        raise Invalid(
            {"": _("One file is attached twice. Please attach each document as a file of its own.")}
        )
    found: dict[str, vault.StoredFile] = {}
    counts: dict[str, int] = {}
    for given in documents:
        file = vault_queries.own_upload(given.file, owner=str(by.person_id))
        if file is None:
            raise Invalid(
                {
                    f"document.{given.kind}": _(
                        "This file was not found among your uploads. Please attach it again."
                    )
                }
            )
        if media.get(given.kind) and file.media_type not in media[given.kind]:
            raise Invalid(
                {f"document.{given.kind}": _("A file of this type is not taken for this document.")}
            )
        position = counts.get(given.kind, 0)
        counts[given.kind] = position + 1
        found[content.document_part(given.kind, position)] = file
    return found


def supply(
    *,
    by: Actor,
    case: UUID,
    data: Mapping[str, Any] | None = None,
    documents: Sequence[Given] = (),
    entry: UUID | None = None,
) -> ActDone:
    """The applicant brings what form 02 asked for: changed answers, new documents, or both.

    A value that did not change keeps its salt and commitment, so only what changed voids the acts
    that saw it. Raises as `act` does, and Invalid when nothing was brought.
    """
    with ledger.acting(
        subject=subject_of(case), mandates=[by.mandate_id], reads=[(store.READ, (engine.SUPPLY, case))]
    ) as chain:
        found = _found(chain.rows[0])
        package = procedures.version(found.version).package
        _require_owner(by, "case.supply", case, found)
        if found.task_node is None:
            raise TaskGone(_("Nothing is asked of you in this dossier at the moment."), case=str(case))
        opened = {
            p: v
            for p, (v, _s) in vault_queries.open_values(
                by=str(by.person_id),
                purpose="supply",
                subject=subject_of(case),
                parts=[part for part in found.state["parts"] if part.startswith("form.")],
            ).items()
        }
        now_data = content.form_data(opened) if data is None else _normal(data)
        files = _files(by, package, documents)
        kinds = {
            content.document_kind(p) for p in [*found.state["parts"], *files] if p.startswith("document.")
        }
        _complain(_faults(package, now_data, kinds, applicant_facts(by)))
        sealed = [
            vault.seal_value(subject=subject_of(case), part=part, value=value)
            for part, value in content.form_parts(package, now_data).items()
            if opened.get(part) != value
        ]
        wrote = {value.part: value.commitment for value in sealed} | {
            p: f.commitment for p, f in files.items()
        }
        if not wrote:
            raise Invalid(
                {"": _("Nothing has changed yet: attach what was asked for, or correct the answers.")}
            )
        statement = make_statement(
            id=str(entry or new_id()),
            authority=ledger_queries.authority().id,
            subject=subject_of(case),
            act="case.supply",
            by=by.by(),
            rule=procedures.version(found.version).rule(),
            wrote=wrote,
            at=now(),
            key=by.key_id,
        )
        state, effect = _decided(
            engine.supply,
            package,
            found.state,
            wrote=wrote,
            values=values_of(package, case, found.state, found.applicant)
            | {"form": now_data, "applicant": applicant_facts(by)},
            seq=chain.seq,
            at=chain.at,
            calendar=calendar(),
        )
        if sealed:
            chain.write(*vault.values_sql(sealed))
        for part, file in files.items():
            chain.write(*vault.bind_sql(file, subject=subject_of(case), part=part))
        return _recorded(chain, case, found, package, state, effect, statement, identity.sign(by, statement))


def withdraw(*, by: Actor, case: UUID, note: str = "", entry: UUID | None = None) -> ActDone:
    """The applicant takes the application back, as long as nothing irrevocable was done."""
    with ledger.acting(
        subject=subject_of(case), mandates=[by.mandate_id], reads=[(store.READ, ("", case))]
    ) as chain:
        found = _found(chain.rows[0])
        _require_owner(by, "case.withdraw", case, found)
        package = procedures.version(found.version).package
        sealed = None
        identifier = str(entry or new_id())
        if note.strip():
            sealed = vault.seal_value(
                subject=subject_of(case), part=f"note.{identifier}", value={"note": note.strip()}
            )
        statement = make_statement(
            id=identifier,
            authority=ledger_queries.authority().id,
            subject=subject_of(case),
            act="case.withdraw",
            by=by.by(),
            rule=procedures.version(found.version).rule(),
            content=sealed.commitment if sealed else None,
            at=now(),
            key=by.key_id,
        )
        state, effect = _decided(
            engine.withdraw, package, found.state, seq=chain.seq, at=chain.at, calendar=calendar()
        )
        if sealed:
            chain.write(*sealed.sql())
        return _recorded(chain, case, found, package, state, effect, statement, identity.sign(by, statement))


def tick(*, case: UUID) -> ActDone | None:
    """What time alone does: silence becomes consent, a limit passes. An entry of the system; None if nothing is due."""
    signer = ledger.system_signer("clock")
    with ledger.acting(
        subject=subject_of(case), mandates=[signer.mandate], reads=[(store.READ, ("", case))]
    ) as chain:
        found = _found(chain.rows[0])
        package = procedures.version(found.version).package
        decided = _decided(
            engine.tick,
            package,
            found.state,
            values=values_of(package, case, found.state, found.applicant),
            seq=chain.seq,
            at=chain.at,
            calendar=calendar(),
        )
        if decided is None:
            return None
        statement = _system_statement(signer, case, "case.tick", found)
        state, effect = decided
        return _recorded(chain, case, found, package, state, effect, statement, signer.sign(statement))


def serve(
    *,
    case: UUID,
    task: str,
    saw: Mapping[str, str],
    wrote: Mapping[str, str],
    system: str,
    writes: Callable[[datetime], Sequence[tuple[str, Any]]] = lambda at: (),
    said: Mapping[str, Any] | None = None,
) -> ActDone | None:
    """A service task is done by a part of the platform; None when it is not open any more.

    `writes` are further rows of the same act, given its time; `said` goes into its effect. Raises Stale
    when what it saw has changed meanwhile.
    """
    signer = ledger.system_signer(system)
    with ledger.acting(
        subject=subject_of(case), mandates=[signer.mandate], reads=[(store.READ, (task, case))]
    ) as chain:
        found = _found(chain.rows[0])
        if found.task_node is None or found.task_kind != "service":
            return None
        package = procedures.version(found.version).package
        state, effect = _decided(
            engine.act,
            package,
            found.state,
            task=task,
            act="done",
            values=values_of(package, case, found.state, found.applicant),
            by_post=None,
            seq=chain.seq,
            saw=saw,
            wrote=wrote,
            at=chain.at,
            calendar=calendar(),
        )
        statement = _system_statement(signer, case, f"case.{found.task_node}", found, saw, wrote)
        for sql, params in writes(chain.at):
            chain.write(sql, params)
        effect = {**effect, **(said or {})}
        return _recorded(chain, case, found, package, state, effect, statement, signer.sign(statement))


def _system_statement(
    signer: ledger.Signer,
    case: UUID,
    act: str,
    found: store.Row,
    saw: Mapping[str, str] | None = None,
    wrote: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    return make_statement(
        id=str(new_id()),
        authority=ledger_queries.authority().id,
        subject=subject_of(case),
        act=act,
        by=signer.by(),
        rule=procedures.version(found.version).rule(),
        saw=saw or None,
        wrote=wrote or None,
        at=now(),
        key=signer.key_id,
    )


def _decided(decide: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What the engine decides; its refusal in the person's language."""
    try:
        return decide(*given, **named)
    except engine.Refused as refused:
        raise _refusal(refused) from refused


def _recorded(
    chain: ledger.Chain,
    case: UUID,
    found: store.Row,
    package: Package,
    state: dict[str, Any],
    effect: dict[str, Any],
    statement: dict[str, Any],
    signature: dict[str, Any],
) -> ActDone:
    """Writes the entry and the derived rows of an act that was decided."""
    outcome = applied(
        package,
        case=case,
        agency=found.agency,
        before=found.state,
        after=state,
        effect=effect,
        at=chain.at,
        events=[("case.acted", {"case": str(case), "act": statement["act"], "seq": chain.seq})],
    )
    ref = chain.append(statement, signature, outcome.effect)
    chain.write(*store.write(outcome.change))
    return ActDone(
        case=case, entry=ref.id, seq=ref.seq, phase=state["phase"], number=found.number, effect=outcome.effect
    )
