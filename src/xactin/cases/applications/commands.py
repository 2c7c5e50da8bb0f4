"""What an applicant does: sends an application, brings what is asked for, takes it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.applications import examination
from xactin.cases.applications.applicants import reason_against
from xactin.cases.dossiers.beginning import Asker, Matter, begin, uploads_once
from xactin.cases.dossiers.records import (
    ActDone,
    decided,
    found_in,
    normal_data,
    normal_note,
    recorded,
    require_owner,
    subject_of,
)
from xactin.cases.dossiers.state import content, store
from xactin.cases.dossiers.state.effects import values_of
from xactin.cases.dossiers.state.people import known
from xactin.cases.dossiers.surroundings import applicant_facts, handling_agency, language
from xactin.cases.errors import Forbidden, Invalid, RuleFailed, TaskGone
from xactin.cases.papers.drawings import DrawingError, try_stamp
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import CaseFacts
from xactin.cases.runtime import SUBMIT, SUPPLY, WITHDRAW
from xactin.identity import commands as identity
from xactin.identity.calendars.queries import calendar
from xactin.identity.queries import Actor, may
from xactin.kernel.expressions import ExpressionError
from xactin.kernel.local import local_day
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger import commands as ledger
from xactin.ledger.clock import now
from xactin.ui.schema_form import cleaned
from xactin.vault import commands as vault
from xactin.vault import queries as vault_queries
from xactin.vault.ids import new_id

UPLOADS: Final = ("application/pdf", "image/jpeg", "image/png")


@dataclass(frozen=True, kw_only=True)
class Given:
    """A document of an application: its kind and the vault's file."""

    kind: str
    file: UUID


def submit(
    *,
    by: Actor,
    code: str,
    data: Mapping[str, Any],
    documents: Sequence[Given] = (),
    agency: str | None = None,
    entry: UUID | None = None,
    draft: UUID | None = None,
) -> ActDone:
    """An applicant attests an application; the answer comes after the durable write.

    `agency` is the code of the one that handles it, by default the first of the procedure's level that has a
    counter. `draft` is the draft that it was until now: it goes; others of the same procedure stay. Raises Invalid
    (by field), Forbidden, NoSuchProcedure.
    """

    def matter(package: Package) -> Matter:
        if not package.procedure.begun("person"):
            raise Forbidden(_("Nobody applies for this: the authority begins it itself."))
        against = reason_against(by, package)
        if against:
            raise Forbidden(against)
        decision = may(by, SUBMIT, CaseFacts(subject="case:", owners=(by.person_id,)))
        if not decision.allowed:
            raise Forbidden(decision.reason)
        facts = applicant_facts(by)
        told = cleaned(package.form_schema, normal_data(data))
        _complain(_faults(package, told, {given.kind for given in documents}, facts))
        return Matter(
            handling=handling_agency(package.procedure.level, agency),
            data=told,
            files=given_files(by, package, documents),
            asks=Asker(person_id=by.person_id, name=by.name),
            facts=facts,
            also=[(_FORGET_DRAFT, (by.person_id, draft))] if draft else [],
        )

    return begin(by=by, code=code, act=SUBMIT, origin="person", matter=matter, entry=entry)


_FORGET_DRAFT: Final = "DELETE FROM cases_draft WHERE person_id = %s AND id = %s"


def _faults(
    package: Package, data: Mapping[str, Any], kinds: set[str], applicant: Mapping[str, Any]
) -> dict[str, str]:
    try:
        return examination.faults(package, data, kinds, applicant, language(), local_day(now()))
    except ExpressionError as error:
        raise RuleFailed(_("A rule of this procedure cannot be evaluated. The authority is told.")) from error


def complain(
    package: Package, data: Mapping[str, Any], kinds: set[str], applicant: Mapping[str, Any]
) -> None:
    """Raises Invalid for an application that is not as its procedure asks, for whomever it is."""
    _complain(_faults(package, data, kinds, applicant))


def _complain(faults: Mapping[str, str]) -> None:
    if faults:
        raise Invalid(faults)


def upload(
    *, by: Actor, stream: IO[bytes], name: str, accepts: Sequence[str] = UPLOADS, stamped: bool = False
) -> vault.StoredFile:
    """Keeps a file for an application of this person. Every PDF is tried with a stamp now.

    One that goes back `stamped` is refused if the stamp fails; of others, whose use is not known yet, it is noted,
    and told when they are handed in as such (`_files`). Raises the vault's FileRefused, DrawingError and Busy.
    """
    return vault.put_file(
        stream=stream,
        name=name,
        accepts=list(accepts) or UPLOADS,
        owner=str(by.person_id),
        tries=_stampable if stamped else _stamp_noted,
    )


def _stampable(pdf: IO[bytes]) -> str:
    try_stamp(pdf)
    return ""


def _stamp_noted(pdf: IO[bytes]) -> str:
    try:
        return _stampable(pdf)
    except DrawingError as error:
        return error.code


def given_files(by: Actor, package: Package, documents: Sequence[Given]) -> dict[str, vault.StoredFile]:
    """The uploaded files of an application by part; only the applicant's own, not yet used elsewhere, each of
    a type that the procedure takes for its kind."""
    media = {document.kind: document.media for document in package.procedure.documents}
    if len({given.file for given in documents}) < len(documents):
        raise Invalid(
            {"": _("One file is attached twice. Please attach each document as a file of its own.")}
        )
    result = package.procedure.result
    goes_back = result.attach if result else ()
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
        if file.noted and f"document.{given.kind}" in goes_back:
            refusal = DrawingError(file.noted)
            raise Invalid({f"document.{given.kind}": refusal.in_language(language())})
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
    reads = [(store.READ, (engine.SUPPLY, case))]
    with (
        uploads_once(),
        ledger.acting(subject=subject_of(case), mandates=[by.mandate_id], reads=reads) as chain,
    ):
        found = found_in(chain.rows[0])
        package = procedures.version(found.version).package
        require_owner(by, SUPPLY, case, found)
        if found.task_node is None:
            raise TaskGone(_("Nothing is asked of you in this dossier at the moment."), case=str(case))
        opened = {
            p: v
            for p, (v, _s) in vault_queries.open_named(
                by=str(by.person_id),
                purpose="supply",
                subject=subject_of(case),
                named={p: c for p, c in found.state["parts"].items() if p.startswith("form.")},
            ).items()
        }
        now_data = content.form_data(opened)
        if data is not None:
            now_data = cleaned(package.form_schema, normal_data(data))
        files = given_files(by, package, documents)
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
        state, effect = decided(
            engine.supply,
            package,
            found.state,
            wrote=wrote,
            values=values_of(package, case, found.state, found.applicant)
            | {"form": now_data, "applicant": applicant_facts(by)},
            seq=chain.seq,
            at=chain.at,
            calendar=calendar(found.agency),
        )
        if sealed:
            chain.write(*vault.values_sql(sealed))
        for part, file in files.items():
            chain.write(*vault.bind_sql(file, subject=subject_of(case), part=part))
        act, rule = SUPPLY, procedures.version(found.version).rule()
        enter = partial(chain.attest, identity.signer_of(by), act=act, rule=rule, wrote=wrote, id=entry)
        told = known(package, number=found.number, applicant=found.applicant_name, data=now_data)
        return recorded(chain, case, found, package, state, effect, act=act, enter=enter, known=told)


def withdraw(*, by: Actor, case: UUID, note: str = "", entry: UUID | None = None) -> ActDone:
    """The applicant takes the application back, as long as nothing irrevocable was done."""
    with ledger.acting(
        subject=subject_of(case), mandates=[by.mandate_id], reads=[(store.READ, ("", case))]
    ) as chain:
        found = found_in(chain.rows[0])
        require_owner(by, WITHDRAW, case, found)
        package = procedures.version(found.version).package
        sealed = None
        entry, note = entry or new_id(), normal_note(note)
        if note:
            sealed = vault.seal_value(subject=subject_of(case), part=f"note.{entry}", value={"note": note})
        state, effect = decided(
            engine.withdraw, package, found.state, seq=chain.seq, at=chain.at, calendar=calendar(found.agency)
        )
        if sealed:
            chain.write(*sealed.sql())
        act, rule = WITHDRAW, procedures.version(found.version).rule()
        commitment = sealed.commitment if sealed else None
        enter = partial(
            chain.attest, identity.signer_of(by), act=act, rule=rule, content=commitment, id=entry
        )
        return recorded(chain, case, found, package, state, effect, act=act, enter=enter)
