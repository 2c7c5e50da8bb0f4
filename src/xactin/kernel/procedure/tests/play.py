"""A dossier played in a test: acts by node name, with commitments that count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.testing import MORNING
from xactin.kernel.working_time import Calendar, vietnam


class Play:
    """Plays one dossier; `state` and `effect` are the last."""

    def __init__(
        self,
        package: Package,
        form: Mapping[str, Any] | None = None,
        parts: Mapping[str, str] | None = None,
        at: datetime = MORNING,
        calendar: Calendar | None = None,
        **started: Any,
    ) -> None:
        self.package = package
        self.form = dict(form or {})
        self.answers: dict[str, Any] = {}
        self.at = at
        self.calendar = calendar or vietnam()
        self.seq = 0
        self.state, self.effect = engine.start(
            package,
            values=self.values,
            parts=parts or {"form.a": "a0", "form.b": "b0"},
            at=at,
            calendar=self.calendar,
            **started,
        )

    @property
    def values(self) -> dict[str, Any]:
        return {"form": self.form, "applicant": {"kind": "citizen"}, "answers": self.answers}

    @property
    def common(self) -> dict[str, Any]:
        self.seq += 1
        return {"seq": self.seq, "at": self.at, "calendar": self.calendar}

    def wait(self, **time: int) -> Play:
        self.at += timedelta(**time)
        return self

    @property
    def tasks(self) -> list[engine.OpenTask]:
        return engine.open_tasks(self.package, self.state)

    @property
    def open(self) -> list[str]:
        return sorted(task.node for task in self.tasks if task.kind != "offer")

    @property
    def offers(self) -> list[str]:
        return sorted(task.node for task in self.tasks if task.kind == "offer")

    def start(self, node: str, post: str | None = "") -> Play:
        """Begins a task of an ad-hoc subprocess."""
        task = next(t for t in self.tasks if t.node == node and t.kind == "offer")
        self.state, self.effect = engine.act(
            self.package,
            self.state,
            task=task.id,
            act="start",
            values=self.values,
            by_post=(task.post or None) if post == "" else post,
            saw={},
            wrote={},
            **self.common,
        )
        return self

    def signal(self, name: str) -> bool:
        found = engine.signal(self.package, self.state, name=name, values=self.values, **self.common)
        if found is not None:
            self.state, self.effect = found
        return found is not None

    @property
    def phase(self) -> str:
        return str(self.state["phase"])

    def task(self, node: str, instance: int | None = None) -> engine.OpenTask:
        return next(
            t for t in self.tasks if t.node == node and t.kind != "offer" and instance in (None, t.instance)
        )

    def act(
        self,
        node: str,
        act: str = "",
        instance: int | None = None,
        data: Any = None,
        post: str | None = "",
        **given: Any,
    ) -> Play:
        """Does an act of an open task; by default its first one, by its own post, having seen what is so."""
        task = self.task(node, instance)
        name = act or str(task.acts[0].id)
        writes = next((a.writes for a in task.acts if a.id == name), ())
        common = self.common
        if data is not None:
            self.answers[node] = data
        self.state, self.effect = engine.act(
            self.package,
            self.state,
            task=task.id,
            act=name,
            values=self.values,
            by_post=(task.post or None) if post == "" else post,
            saw=given.pop("saw", None) or engine.saw_of(self.package, self.state, task.id),
            wrote=given.pop("wrote", {part: f"{part}@{common['seq']}" for part in writes}),
            **common,
        )
        return self

    def amend(self, **parts: str) -> Play:
        return self._write(engine.amend, parts)

    def supply(self, **parts: str) -> Play:
        return self._write(engine.supply, parts)

    def _write(self, verb: Any, parts: Mapping[str, str]) -> Play:
        wrote = {name.replace("__", "."): value for name, value in parts.items()}
        self.state, self.effect = verb(
            self.package, self.state, wrote=wrote, values=self.values, **self.common
        )
        return self

    def tick(self) -> bool:
        ticked = engine.tick(self.package, self.state, values=self.values, **self.common)
        if ticked is None:
            return False
        self.state, self.effect = ticked
        return True

    @property
    def voided(self) -> list[str]:
        return sorted(void["task"] for void in self.effect.get("voided", ()))
