"""What the platform does by itself in a dossier: time passes, services of the flow are done."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from xactin.cases.dossiers.records import ActDone, decided, found_in, recorded, subject_of
from xactin.cases.dossiers.state import store
from xactin.cases.dossiers.state.effects import values_of
from xactin.cases.procedures import queries as procedures
from xactin.cases.runtime import TICK
from xactin.identity.calendars.queries import calendar
from xactin.kernel.procedure import engine
from xactin.ledger import commands as ledger


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
            calendar=calendar(found.agency),
        )
        if moved is None:
            return None
        state, effect = moved
        act, rule = TICK, procedures.version(found.version).rule()
        enter = partial(chain.attest, signer, act=act, rule=rule)
        return recorded(chain, case, found, package, state, effect, act=act, enter=enter)


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
            calendar=calendar(found.agency),
        )
        for sql, params in writes(chain.at):
            chain.write(sql, params)
        effect = {**effect, **(said or {})}
        named, rule = f"case.{found.task_node}", procedures.version(found.version).rule()
        enter = partial(chain.attest, signer, act=named, rule=rule, saw=saw, wrote=wrote)
        return recorded(chain, case, found, package, state, effect, act=named, enter=enter)
