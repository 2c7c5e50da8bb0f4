"""An entry's effect decided again by the engine, from the state before it and the content it stood on."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

from xactin.cases.audit.derived import Derived, asked_by
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.state.effects import asks_content
from xactin.cases.runtime import ATTACH, BEGIN, EXTEND, SUBMIT, SUPPLY, TICK, WITHDRAW
from xactin.identity.calendars.queries import calendar_named
from xactin.kernel.attestation import parse_time
from xactin.kernel.calendars import Calendar
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.engine import ENGINE
from xactin.kernel.procedure.package import Package
from xactin.ledger.audit import Told, count, counts
from xactin.ledger.queries import EntryRow

State = Mapping[str, Any]
Decided = tuple[dict[str, Any], dict[str, Any]]
_OURS = frozenset(
    {
        "state",
        "engine",
        "asked",
        "drawn",
        "number",
        "agency",
        "origin",
        "applicant",
        "source",
        "shown",
        "counter",
    }
)
"""Members of an effect that the room adds to the engine's."""


BEFORE_NAMES: Final = "1"
"""The engine of effects that name none: they were decided before effects did."""


class Unknown(Exception):
    """The engine cannot be asked: content was erased, or another engine, calendar or package was in use. Says why."""


class Recomputing:
    """The engine's second opinion on the entries of one case. Asks no database: `rows` and `told` have all."""

    def __init__(self, package: Package, told: Told, rows: Derived) -> None:
        self._package = package
        self._contents = told.contents
        self._roles = rows.roles
        self._kinds = rows.kinds
        self._applicant = asked_by(told.entries[0])
        self._asks_content = asks_content(package)
        self._prices_content = any(isinstance(fee.amount, str) for fee in package.procedure.fee)

    def differs(self, row: EntryRow, before: State, after: State) -> list[str]:
        """What this entry's effect says that the engine does not; empty where the engine cannot be asked.

        Both states are as `as_stored` gives them.
        """
        try:
            state, effect = self._decided(row, before, after)
        except Unknown as why:
            count(f"{counts.UNDECIDABLE} ({why})")
            return []
        except engine.Refused as refused:
            return [f"the engine refuses this act ({refused.code})"]
        count(counts.DECIDED)
        said = {name: value for name, value in row.effect.items() if name not in _OURS}
        found = [
            f"{name} is not what the engine decides"
            for name in sorted(said.keys() | effect.keys())
            if said.get(name) != effect.get(name)
        ]
        return found if state == after else [*found, "the state after it is not what the engine decides"]

    def _decided(self, row: EntryRow, before: State, after: State) -> Decided:
        said = row.statement
        if (said["rule"] or {}).get("digest") != self._package.digest:
            raise Unknown("another package than the dossier began with")
        if row.effect.get("engine", BEFORE_NAMES) != ENGINE:
            raise Unknown("another engine decided it")
        if said["act"] in (SUBMIT, BEGIN):
            return engine.start(
                self._package,
                values=self._asked(said["wrote"], always=self._prices_content),
                parts=said["wrote"],
                at=row.at,
                calendar=_calendar(row),
                limits=after["limits"],
                received="counter" in row.effect,
            )
        if said["act"] == EXTEND:
            due = parse_time(after["due"])
            return engine.extend(
                self._package, before, due=due, seq=row.seq, at=row.at, calendar=_calendar(row)
            )
        decide = self._ways.get(said["act"], self._act)
        return decide(row, before)

    @cached_property
    def _ways(self) -> dict[str, Callable[[EntryRow, State], Decided]]:
        return {SUPPLY: self._supply, WITHDRAW: self._withdraw, TICK: self._tick, ATTACH: self._attach}

    def _supply(self, row: EntryRow, before: State) -> Decided:
        parts = {**before["parts"], **row.statement["wrote"]}
        return engine.supply(
            self._package,
            before,
            wrote=row.statement["wrote"],
            values=self._asked(parts, always=self._prices_content),
            seq=row.seq,
            at=row.at,
            calendar=_calendar(row),
        )

    def _attach(self, row: EntryRow, before: State) -> Decided:
        return engine.amend(
            self._package,
            before,
            wrote=row.statement["wrote"],
            values=self._asked(before["parts"], always=self._prices_content),
            seq=row.seq,
            at=row.at,
            calendar=_calendar(row),
        )

    def _withdraw(self, row: EntryRow, before: State) -> Decided:
        return engine.withdraw(self._package, before, seq=row.seq, at=row.at, calendar=_calendar(row))

    def _tick(self, row: EntryRow, before: State) -> Decided:
        values = self._asked(before["parts"])
        found = engine.tick(
            self._package, before, values=values, seq=row.seq, at=row.at, calendar=_calendar(row)
        )
        if found is None:
            raise engine.Refused("not_due", "Chưa đến hạn", "Nothing was due")
        return found

    def _act(self, row: EntryRow, before: State) -> Decided:
        """An act of a task."""
        said = row.statement
        _case, node, *offered = said["act"].split(".")
        values = self._asked(before["parts"])
        task, told = self._task(row, before, node), self._answer(said["content"])
        values["answers"] = content.with_answer(self._package, values["answers"], node, told)
        return engine.act(
            self._package,
            before,
            task=task,
            act=".".join(offered) or "done",
            values=values,
            by_post=self._role(node, said["by"]),
            seq=row.seq,
            saw=said["saw"] or {},
            wrote=said["wrote"] or {},
            at=row.at,
            calendar=_calendar(row),
            place=self._place(before, task, said["content"]),
        )

    def _place(self, before: State, task: str, commitment: str | None) -> str:
        """The agency that was chosen, where a task was begun or ended at one."""
        if commitment is None or ":" not in task:
            return ""
        kind = next((one.kind for one in engine.open_tasks(self._package, before) if one.id == task), None)
        return (
            content.place_chosen(kind, self._value(commitment).get("data") or {}) if kind == "offer" else ""
        )

    def _task(self, row: EntryRow, before: State, node: str) -> str:
        """Which of several instances of a node was done: the effect says, or tells it by what it closed."""
        if "task" in row.effect:
            return str(row.effect["task"])
        for task in row.effect.get("closed", ()):
            if task["node"] == node:
                return str(task["id"])
        open_now = engine.open_tasks(self._package, before)
        return next((task.id for task in open_now if task.node == node), node)

    def _role(self, node: str, by: Mapping[str, str | None]) -> str | None:
        """The role in which somebody acted, or the party they are; none for a system."""
        if by.get("person") and not by.get("post"):
            rule = self._package.rules.get(node)
            return rule.party if rule else None
        return self._roles.get(by.get("post") or "")

    def _answer(self, commitment: str | None) -> Any:
        """The data of an act, which conditions may ask."""
        if commitment is None or not self._asks_content:
            return {}
        return self._value(commitment).get("data") or {}

    def _asked(self, parts: Mapping[str, str], *, always: bool = False) -> dict[str, Any]:
        """What conditions and fees may ask, as content stood then. Raises Unknown where it is needed and gone."""
        values: dict[str, Any] = {"form": {}, "applicant": {}, "acts": {}, "answers": {}}
        if self._asks_content or always:
            asked = set(content.asked_of(self._package, parts))
            opened = {part: self._value(commitment) for part, commitment in parts.items() if part in asked}
            values["applicant"] = {"kind": self._kinds[self._applicant] if self._applicant else ""}
            values["form"] = content.form_data(opened)
            values["answers"] = content.answers(opened, self._package)
        return values

    def _value(self, commitment: str) -> Any:
        found = self._contents.get(commitment)
        if found is None or found.state != "sound":
            raise Unknown(f"content {'gone' if found is None else found.state}")
        return found.value


def _calendar(row: EntryRow) -> Calendar:
    """The calendar that an effect names. Raises Unknown."""
    found = calendar_named(str(row.effect.get("calendar")))
    if found is None:
        raise Unknown("its calendar is not known")
    return found


def as_stored(value: Any, known: Any = None) -> Any:
    """A value with the order of keys in which `jsonb` gives it back, for the engine goes by that order.

    `known` has that order already: what `value` shares with it is taken as it is.
    """
    if isinstance(value, list):
        return [as_stored(item) for item in value]
    if not isinstance(value, dict):
        return value
    held = known if isinstance(known, dict) else {}
    found = {}
    # Shorter keys first, those of a length by their letters.
    for key in held if held.keys() == value.keys() else sorted(sorted(value), key=len):
        item, old = value[key], held.get(key)
        found[key] = as_stored(item, old) if item is not old and isinstance(item, (dict, list)) else item
    return found
