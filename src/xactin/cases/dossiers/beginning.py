"""How every case begins, whoever begins it: one entry that attests its content, its number and its first tasks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from xactin.cases.dossiers.records import ActDone, decided, subject_of
from xactin.cases.dossiers.state import content, store
from xactin.cases.dossiers.state.effects import applied
from xactin.cases.dossiers.state.people import known
from xactin.cases.errors import Invalid
from xactin.cases.procedures import queries as procedures
from xactin.cases.rules import number_prefix
from xactin.identity import commands as identity
from xactin.identity.calendars.queries import calendar
from xactin.identity.models import Agency
from xactin.identity.queries import Actor
from xactin.kernel.attestation import is_subject
from xactin.kernel.local import local_day
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger import commands as ledger
from xactin.ledger.clock import now
from xactin.vault import commands as vault
from xactin.vault.ids import new_id

_TRIES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks for a case."""

    person_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class Intake:
    """How a counter took a dossier in: whose counter, that the person stood there, and of each paper (by kind) whether
    it was only seen, kept and scanned, or kept and scanned later."""

    counter: Agency
    present: bool
    papers: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As the entry says it."""
        return {"agency": self.counter.code, "present": self.present, "papers": dict(self.papers)}


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a case begins with. `asks` is who asks for it, None where nobody does: who signs, or at a counter another
    person, whom the effect then names. `source` is what the case came from, a subject (`case:<id>`), "" where from
    nothing that has entries of its own. `intake`: a counter took it in. `also` are further statements of the same act.
    """

    handling: Agency
    data: Mapping[str, Any]
    files: Mapping[str, vault.StoredFile]
    asks: Asker | None
    facts: Mapping[str, Any]
    source: str = ""
    intake: Intake | None = None
    also: Sequence[tuple[str, Any]] = ()


class _Superseded(Exception):
    """Another version or limit is in force than this process knew of."""


def begin(
    *,
    by: Actor,
    code: str,
    act: str,
    origin: str,
    matter: Callable[[Package], Matter],
    entry: UUID | None,
) -> ActDone:
    """Attests the beginning of a case of the version in force; `matter` says what of, or raises why not.

    Raises NoSuchProcedure, Invalid for a file that another act took meanwhile, ValueError for a source that is no
    subject.
    """
    for _try in range(_TRIES):
        standing = procedures.standing(code, local_day(now()))
        found = matter(standing.version.package)
        if found.source and not is_subject(found.source):
            raise ValueError(f"a case cannot come from {found.source!r}: it is no subject")
        try:
            return _begun(by, standing, act, origin, found, entry)
        except _Superseded:
            procedures.forget_standing()
    raise RuntimeError(f"the rules of {code} do not stand still")


def _begun(
    by: Actor, standing: procedures.Standing, act: str, origin: str, matter: Matter, entry: UUID | None
) -> ActDone:
    version, case = standing.version, new_id()
    package, subject = version.package, subject_of(case)
    sealed = [
        vault.seal_value(subject=subject, part=part, value=value)
        for part, value in content.form_parts(package, matter.data).items()
    ]
    wrote = {value.part: value.commitment for value in sealed} | {
        part: file.commitment for part, file in matter.files.items()
    }
    prefix = number_prefix(matter.handling.code, local_day(now()))
    reads = [standing.statement, (store.NEXT_SERIAL, (prefix,))]
    with uploads_once(), ledger.acting(subject=subject, mandates=[by.mandate_id], reads=reads) as chain:
        ((rules,), ((serial,),)) = chain.rows
        if not standing.holds(rules):
            raise _Superseded
        number = f"{prefix}{serial:04d}"
        state, effect = decided(
            engine.start,
            package,
            values={"form": matter.data, "applicant": matter.facts, "acts": {}, "answers": {}},
            parts=wrote,
            at=chain.at,
            calendar=calendar(matter.handling.id),
            limits=standing.limits,
            received=matter.intake is not None,
        )
        # A person's own application is what every case was before there were origins: it says none.
        told: dict[str, Any] = {} if origin == "person" else {"origin": origin}
        if matter.asks and matter.asks.person_id != by.person_id:
            told["applicant"] = str(matter.asks.person_id)
        if matter.source:
            told["source"] = matter.source
        if matter.intake:
            told["counter"] = matter.intake.told()
        outcome = applied(
            package,
            case=case,
            agency=matter.handling.id,
            before={},
            after=state,
            effect={**effect, "number": number, "agency": matter.handling.code, **told},
            at=chain.at,
            events=[("case.acted", {"case": str(case), "act": act, "seq": 0})],
        )
        ref = chain.attest(
            identity.signer_of(by),
            act=act,
            rule=version.rule(),
            wrote=wrote,
            effect=outcome.effect,
            id=entry,
        )
        chain.write(*vault.values_sql(sealed))
        for part, file in matter.files.items():
            chain.write(*vault.bind_sql(file, subject=subject, part=part))
        chain.write(*store.write(outcome.change, _columns(version, matter, number, origin)))
        if matter.intake:
            chain.write(store.INVOLVE_COUNTER, (matter.intake.counter.pk, case))
        for sql, params in matter.also:
            chain.write(sql, params)
    return ActDone(case=case, entry=ref.id, seq=0, phase=state["phase"], number=number, effect=outcome.effect)


def _columns(version: procedures.InForce, matter: Matter, number: str, origin: str) -> dict[str, Any]:
    """The columns that only a new case has."""
    name, package = matter.asks.name if matter.asks else "", version.package
    return {
        "number": number,
        "version": version.id,
        "agency": matter.handling.id,
        "origin": origin,
        "source": matter.source,
        "applicant": matter.asks.person_id if matter.asks else None,
        "applicant_name": name,
        **asdict(known(package, number=number, applicant=name, data=matter.data)),
    }


@contextmanager
def uploads_once() -> Iterator[None]:
    """Of two acts that would take one upload in the same moment the second is refused, and nothing of it stays."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is None or diagnosis.table_name != "vault_binding":
            raise
        raise Invalid(
            {"": _("A file was just used for another application. Please attach it again.")}
        ) from error
