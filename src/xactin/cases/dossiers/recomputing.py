"""An entry's effect decided again by the engine, from the state before it and the content it stood on."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from xactin.cases.dossiers import content
from xactin.cases.dossiers.applying import applicant_kind, asks_content, calendar
from xactin.identity import queries as identity
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger.queries import EntryRow
from xactin.vault import queries as vault

State = Mapping[str, Any]
Decided = tuple[dict[str, Any], dict[str, Any]]
_OURS = ("state", "asked", "drawn", "number", "agency")
"""Members of an effect that the room adds to the engine's."""


class Unknown(Exception):
    """The engine cannot be asked: content was erased, or another calendar or package was in use then."""


class Recomputing:
    """The engine's second opinion on the entries of one case."""

    def __init__(self, package: Package, entries: Sequence[EntryRow]) -> None:
        self._package = package
        self._subject = str(entries[0].statement["subject"])
        self._applicant = UUID(entries[0].statement["by"]["person"])
        fees = package.meta.get("fee", ())
        self._posts = identity.posts_named(row.statement["by"].get("post") for row in entries)
        self._asks_content = asks_content(package)
        self._prices_content = any(isinstance(item["amount"], str) for item in fees)

    @cached_property
    def _values(self) -> dict[str, Any]:
        return vault.plain_values(self._subject)

    def differs(self, row: EntryRow, before: State, after: State) -> list[str]:
        """What this entry's effect says that the engine does not; empty where the engine cannot be asked.

        `before` is as `as_stored` gives it.
        """
        try:
            state, effect = self._decided(row, before, after)
        except Unknown:
            return []
        except engine.Refused as refused:
            return [f"the engine refuses this act ({refused.code})"]
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
            raise Unknown
        if row.effect.get("calendar") != calendar().digest():
            raise Unknown
        if said["act"] == "case.submit":
            return engine.start(
                self._package,
                values=self._asked(said["wrote"], always=self._prices_content),
                parts=said["wrote"],
                at=row.at,
                calendar=calendar(),
                limits=after["limits"],
            )
        decide = self._ways.get(said["act"], self._act)
        return decide(row, before)

    @cached_property
    def _ways(self) -> dict[str, Callable[[EntryRow, State], Decided]]:
        return {"case.supply": self._supply, "case.withdraw": self._withdraw, "case.tick": self._tick}

    def _supply(self, row: EntryRow, before: State) -> Decided:
        parts = {**before["parts"], **row.statement["wrote"]}
        return engine.supply(
            self._package,
            before,
            wrote=row.statement["wrote"],
            values=self._asked(parts, always=self._prices_content),
            seq=row.seq,
            at=row.at,
            calendar=calendar(),
        )

    def _withdraw(self, row: EntryRow, before: State) -> Decided:
        return engine.withdraw(self._package, before, seq=row.seq, at=row.at, calendar=calendar())

    def _tick(self, row: EntryRow, before: State) -> Decided:
        values = self._asked(before["parts"])
        found = engine.tick(self._package, before, values=values, seq=row.seq, at=row.at, calendar=calendar())
        if found is None:
            raise engine.Refused("not_due", "Chưa đến hạn", "Nothing was due")
        return found

    def _act(self, row: EntryRow, before: State) -> Decided:
        """An act of a task. Which of several instances of a node it was, the effect says by what it closed."""
        said = row.statement
        _case, node, *offered = said["act"].split(".")
        act = offered[0] if offered else "done"
        open_now = [task.id for task in engine.open_tasks(self._package, before) if task.node == node]
        closed = {task["id"] for task in row.effect.get("closed", ())}
        tokens = sorted(open_now, key=lambda token: token not in closed)
        values = self._asked(before["parts"])
        values["answers"][node] = self._answer(said["content"])
        return engine.act(
            self._package,
            before,
            task=tokens[0] if tokens else node,
            act=act,
            values=values,
            by_post=self._role(said["by"]),
            seq=row.seq,
            saw=said["saw"] or {},
            wrote=said["wrote"] or {},
            at=row.at,
            calendar=calendar(),
        )

    def _role(self, by: Mapping[str, str | None]) -> str | None:
        """The role in which somebody acted: none for a system, and for applicants."""
        post = self._posts.get(by.get("post") or "")
        return str(post.role) if post else None

    def _answer(self, commitment: str | None) -> Any:
        """The data of an act, which conditions may ask."""
        if commitment is None or not self._asks_content:
            return {}
        return self._value(commitment).get("data") or {}

    def _asked(self, parts: Mapping[str, str], *, always: bool = False) -> dict[str, Any]:
        """What conditions and fees may ask, as content stood then. Raises Unknown where it is needed and gone."""
        values: dict[str, Any] = {"form": {}, "applicant": {}, "acts": {}, "answers": {}}
        if self._asks_content or always:
            opened = {
                part: self._value(commitment)
                for part, commitment in parts.items()
                if part.startswith(("form.", "answer."))
            }
            values["applicant"] = applicant_kind(self._applicant)
            values["form"] = content.form_data(opened)
            values["answers"] = content.answers(opened, self._package)
        return values

    def _value(self, commitment: str) -> Any:
        try:
            return self._values[commitment]
        except KeyError:
            raise Unknown from None


def as_stored(value: Any) -> Any:
    """A copy of a value with the order of keys in which `jsonb` gives it back, for the engine goes by that order."""
    if isinstance(value, dict):
        return {key: as_stored(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
    return [as_stored(item) for item in value] if isinstance(value, list) else value
