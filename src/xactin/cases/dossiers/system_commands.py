"""What the platform does by itself in a dossier: time passes, services of the flow are done."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xactin.cases.dossiers import store
from xactin.cases.dossiers.effects import calendar, values_of
from xactin.cases.dossiers.records import ActDone, decided, found_in, recorded, subject_of
from xactin.cases.dossiers.surroundings import new_id
from xactin.cases.procedures import queries as procedures
from xactin.kernel.attestation import make_statement
from xactin.kernel.procedure import engine
from xactin.ledger import commands as ledger
from xactin.ledger import queries as ledger_queries
from xactin.ledger.clock import now


def tick(*, case: UUID) -> ActDone | None:
    """What time alone does: silence becomes consent, a limit passes. An entry of the system; None if nothing is due."""
    signer = ledger.system_signer("clock")
    with ledger.acting(
        subject=subject_of(case), mandates=[signer.mandate], reads=[(store.READ, ("", case))]
    ) as chain:
        found = found_in(chain.rows[0])
        package = procedures.version(found.version).package
        moved = decided(
            engine.tick,
            package,
            found.state,
            values=values_of(package, case, found.state, found.applicant),
            seq=chain.seq,
            at=chain.at,
            calendar=calendar(),
        )
        if moved is None:
            return None
        statement = _system_statement(signer, case, "case.tick", found)
        state, effect = moved
        return recorded(chain, case, found, package, state, effect, statement, signer.sign(statement))


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
        found = found_in(chain.rows[0])
        if found.task_node is None or found.task_kind != "service":
            return None
        package = procedures.version(found.version).package
        state, effect = decided(
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
        return recorded(chain, case, found, package, state, effect, statement, signer.sign(statement))


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
