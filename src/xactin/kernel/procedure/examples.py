"""Runs the worked examples of a package and says where one does not come out.

Their form is told in `package.py`. Commitments stand in for real ones: the digest of part and value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from xactin.kernel.attestation import parse_time
from xactin.kernel.expressions import ExpressionError, compile_expression
from xactin.kernel.local import local_day
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.checks import caught
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, Refused
from xactin.kernel.working_time import Calendar, CalendarError

TOP = {"name", "submitted", "applicant", "limits", "data", "documents", "expect_start", "acts", "expect"}
STEP = {
    "at",
    "task",
    "act",
    "post",
    "instance",
    "agency",
    "data",
    "supply",
    "amend",
    "tick",
    "withdraw",
    "stop",
    "expect",
}
MOST_STEPS = 2_000
"""Of all examples of a package together."""

EXPECTED = {"tasks", "offers", "due", "phase", "fee", "voided", "acts", "refused"}


class Wrong(Exception):
    """An example that does not come out as told; the words say where, and what came instead."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def form_parts(package: Package, data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The form's data by named part, as `parts` of procedure.yaml cuts it: `{"form.x": {"x": ...}}`."""
    found: dict[str, dict[str, Any]] = {}
    where = {
        pointer.removeprefix("/"): part
        for part, pointers in package.procedure.parts.items()
        for pointer in pointers
    }
    for name, value in data.items():
        found.setdefault(where.get(name, f"form.{name}"), {})[name] = value
    return found


def example_problems(package: Package, calendar: Calendar) -> Iterator[Problem]:
    """example_fails for each example that is of no form, or whose tasks, times or end are other than told."""
    left = MOST_STEPS
    for name, example in package.examples.items():
        acts = example.get("acts")
        left -= len(acts) if isinstance(acts, list) else 0
        if left < 0:
            told = f"{MOST_STEPS}"
            yield Problem(
                "too_many_examples",
                name,
                f"Các ví dụ có tổng cộng hơn {told} bước. Hãy bớt đi",
                f"The examples have more than {told} steps together. Have fewer",
            )
            return
        try:
            Run(package, example, calendar).run()
        except Wrong as wrong:
            yield Problem("example_fails", name, wrong.vi, wrong.en)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"{type(error).__name__}: {error}"
            yield Problem(
                "example_fails", name, f"Ví dụ sai cấu trúc: {what}", f"The example is of no form: {what}"
            )


class Run:
    """An example being played: `state` is where it stands. `run` plays it to its end; raises Wrong."""

    def __init__(self, package: Package, example: Mapping[str, Any], calendar: Calendar) -> None:
        self.package = package
        self.example = example
        self.calendar = calendar
        self.data = dict(example["data"])
        self.answers: dict[str, Any] = {}
        self.effect: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self.seq = 0
        self.filed = ""
        self.place = ("lúc nộp", "the submission")

    def run(self) -> None:
        """Plays all of it and compares what comes with what is expected."""
        _known(self.example, TOP)
        first = self.example["acts"][0]["at"]
        submitted = (
            self.moment(self.example["submitted"])
            if "submitted" in self.example
            else self.moment(first) - timedelta(hours=1)
        )
        self.filed = local_day(submitted).isoformat()
        self.fits()
        started = self.example.get("expect_start", {})
        if not self.refusable(started, lambda: self.start(submitted)):
            return
        self.compare(started)
        last = submitted
        for number, step in enumerate(self.example["acts"], 1):
            _known(step, STEP)
            at = self.moment(step["at"])
            self.place = (f"bước {number}", f"step {number}")
            if at < last:
                raise self.wrong("at", at, f">= {last}")
            last, self.seq = at, self.seq + 1
            expected = step.get("expect", {})
            if self.refusable(expected, lambda step=step, at=at: self.step(step, at)):
                self.compare(expected)
        self.place = ("cuối", "the end")
        self.compare(self.example.get("expect", {}))

    def refusable(self, expected: Mapping[str, Any], do: Any) -> bool:
        """Does it; False when it was refused as expected."""
        try:
            do()
        except Refused as refused:
            if expected.get("refused") != refused.code:
                raise Wrong(
                    f"{self.place[0]}: bị từ chối ({refused.code}): {refused.vi}",
                    f"{self.place[1]}: refused ({refused.code}): {refused.en}",
                ) from refused
            return False
        if "refused" in expected:
            raise self.wrong("refused", None, expected["refused"])
        return True

    # -- what happens

    def fits(self) -> None:
        """The data is of the form, the documents are those asked for, and the applicant may apply."""
        error = next(iter(Draft202012Validator(self.package.form_schema).iter_errors(self.data)), None)
        if error is not None:
            path = "/".join(str(step) for step in error.absolute_path)
            raise Wrong(f"data /{path}: {error.message}", f"data /{path}: {error.message}")
        given = set(self.example.get("documents", ()))
        documents = self.package.procedure.documents
        for document in documents:
            needed = self.rule(document.required) if isinstance(document.required, str) else document.required
            if needed and not document.show_only and document.kind not in given:
                raise self.wrong("documents", sorted(given), document.kind)
        unknown = given - {document.kind for document in documents}
        if unknown:
            raise self.wrong("documents", sorted(unknown), None)
        for rule in self.package.procedure.eligibility:
            if not self.rule(rule.when):
                raise Wrong(rule.message["vi"], rule.message["en"])
        try:
            refused = caught(self.package, self.data, self.filed, "refuse")
        except ExpressionError as failed:
            raise Wrong(failed.vi, failed.en) from failed
        for check in refused:
            raise Wrong(check.message["vi"], check.message["en"])

    def rule(self, text: str) -> Any:
        empty = dict.fromkeys(self.package.procedure.tasks, "")
        values = self.values() | {"filed": self.filed, "acts": empty, "answers": {name: {} for name in empty}}
        try:
            return compile_expression(text, self.package.names).evaluate(values)
        except ExpressionError as error:
            raise Wrong(error.vi, error.en) from error

    def start(self, at: datetime) -> None:
        """The submission."""
        parts = form_parts(self.package, self.data)
        wrote = {part: _commitment(value) for part, value in parts.items()}
        wrote |= self.documents(self.example.get("documents", ()))
        self.state, self.effect = engine.start(
            self.package,
            values=self.values(),
            parts=wrote,
            at=at,
            calendar=self.calendar,
            limits=self.example.get("limits"),
        )

    def step(self, step: Mapping[str, Any], at: datetime) -> None:
        """One act, or time alone. Raises Wrong and Refused."""
        common: dict[str, Any] = {"seq": self.seq, "at": at, "calendar": self.calendar}
        if "task" in step:
            self.act(step, common)
        elif "tick" in step:
            ticked = engine.tick(self.package, self.state, values=self.values(), **common)
            self.state, self.effect = ticked or (self.state, {})
        elif "withdraw" in step or "stop" in step:
            end = engine.withdraw if "withdraw" in step else engine.stop
            self.state, self.effect = end(self.package, self.state, **common)
        else:
            self.rewrite("supply" if "supply" in step else "amend", step, common)

    def act(self, step: Mapping[str, Any], common: dict[str, Any]) -> None:
        open_now = [
            task
            for task in engine.open_tasks(self.package, self.state)
            if task.node == step["task"]
            and (task.kind == "offer") == (step["act"] in ("start", "release"))
            and step.get("instance") in (None, task.instance)
            and step.get("agency") in (None, task.agency)
        ]
        if not open_now:
            raise self.wrong("task", sorted(self.open()), step["task"])
        task = open_now[0]
        data = step.get("data", {})
        act = next((act for act in task.acts if act.id == step["act"]), None)
        before = self.answers
        if act is not None and act.kind == "advance":
            node = self.package.flow.nodes.get(task.node)
            several = node is not None and node.repeats
            told = [*self.answers.get(task.node, ()), data] if several else data
            self.answers = self.answers | {task.node: told}
        try:
            self.state, self.effect = engine.act(
                self.package,
                self.state,
                task=task.id,
                act=step["act"],
                values=self.values(),
                by_post=step.get("post"),
                saw=engine.saw_of(self.package, self.state, task.id, step["act"]),
                wrote={part: _commitment([self.seq, data]) for part in (act.writes if act else ())},
                place=data.get("agency", "") if task.kind == "offer" else "",
                **common,
            )
        except Refused:
            self.answers = before
            raise

    def rewrite(self, kind: str, step: Mapping[str, Any], common: dict[str, Any]) -> None:
        changed = step[kind]
        _known(changed, {"data", "documents"})
        before = self.data
        self.data = before | changed.get("data", {})
        wrote = {part: _commitment(value) for part, value in form_parts(self.package, self.data).items()}
        wrote |= self.documents(changed.get("documents", ()))
        verb = engine.supply if kind == "supply" else engine.amend
        try:
            self.state, self.effect = verb(
                self.package, self.state, wrote=wrote, values=self.values(), **common
            )
        except Refused:
            self.data = before
            raise

    # -- what is expected

    def compare(self, expected: Mapping[str, Any]) -> None:
        _known(expected, EXPECTED)
        found: dict[str, Any] = {
            "phase": self.state["phase"],
            "fee": self.state["fee"],
            "due": self.state["due"] and self.local(self.state["due"]),
            "tasks": sorted(self.open()),
            "offers": sorted(self.offers()),
            "voided": sorted(void["task"] for void in self.effect.get("voided", ())),
        }
        for name, value in expected.items():
            if name == "due" and value is not None:
                value = self.moment(value).astimezone(self.calendar.zone)
            if name in ("tasks", "offers", "voided"):
                value = sorted(value)
            if name == "acts":
                acts = self.acts()
                found["acts"] = {task: acts.get(task) for task in value}
            if name != "refused" and found[name] != value:
                raise self.wrong(name, found[name], value)

    def open(self) -> list[str]:
        tasks = engine.open_tasks(self.package, self.state)
        return [task.node for task in tasks if task.kind not in ("supply", "offer")]

    def offers(self) -> list[str]:
        return [task.node for task in engine.open_tasks(self.package, self.state) if task.kind == "offer"]

    def acts(self) -> dict[str, Any]:
        steps = [step for step in self.state["steps"].values() if step.get("kind", "start") != "start"]
        return {step["n"]: step["act"] for step in sorted(steps, key=lambda step: int(step["seq"]))}

    # -- values and times

    def values(self) -> dict[str, Any]:
        applicant = self.example.get("applicant", {"kind": "citizen"})
        return {"form": self.data, "applicant": applicant, "answers": self.answers}

    def documents(self, kinds: Any) -> dict[str, str]:
        return {f"document.{kind}": _commitment([self.seq, kind]) for kind in kinds}

    def moment(self, value: Any) -> datetime:
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment if moment.tzinfo else moment.replace(tzinfo=self.calendar.zone)

    def local(self, text: str) -> datetime:
        return parse_time(text).astimezone(self.calendar.zone)

    def wrong(self, what: str, found: Any, expected: Any) -> Wrong:
        vi, en = self.place
        shown = [_shown(value) for value in (found, expected)]
        return Wrong(
            f"{vi}: {what} là {shown[0]}, ví dụ ghi {shown[1]}",
            f"{en}: {what} is {shown[0]}, the example says {shown[1]}",
        )


def _shown(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _commitment(value: Any) -> str:
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _known(value: Mapping[str, Any], names: set[str]) -> None:
    unknown = sorted(set(value) - names)
    if unknown:
        raise CalendarError(f"unknown: {', '.join(unknown)}")
