"""The named parts of a dossier's content: what acts see and write (kernel/README.md, "what was seen is signed").

Pure: package and data in, parts out.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import covers
from xactin.kernel.procedure.requirements.results import DRAFT


def form_parts(package: Package, data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The form's data cut into its parts: `{"form.house": {"house": {...}}}`.

    `parts` of procedure.yaml names which top-level properties make which part; every other
    property is a part of its own, `form.<property>`.
    """
    placed: dict[str, dict[str, Any]] = {}
    for part, pointers in package.procedure.parts.items():
        names = [pointer.lstrip("/").split("/")[0] for pointer in pointers]
        held = {name: data[name] for name in names if name in data}
        if held:
            placed[part] = held
    taken = {name for held in placed.values() for name in held}
    for name, value in data.items():
        if name not in taken:
            placed[f"form.{name}"] = {name: value}
    return placed


def form_data(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The form's data put together again from opened parts; parts that are not of the form are left out."""
    data: dict[str, Any] = {}
    for part, value in parts.items():
        if part.startswith("form."):
            data |= value
    return data


def writers(package: Package) -> dict[str, str]:
    """The parts in which tasks answer, each with its task; where a task is done several times, `<part>.<number>`
    each. The paper that signing makes is no answer."""
    signed = paper(package)
    return {
        part: task.id
        for task in package.procedure.tasks.values()
        for act in task.acts
        for part in act.writes
        if part != signed
    }


def paper(package: Package) -> str:
    """The part of the paper that signing makes; "" where the draft itself is what is issued."""
    return package.procedure.result.paper if package.procedure.result else ""


def signed(package: Package) -> str:
    """The part that whoever signs stands behind: the paper, or in packages of before the draft itself."""
    return paper(package) or written_by(package, DRAFT)


def writer_of(written: Mapping[str, str], part: str) -> str:
    """The task that wrote a part (`writers`); "" for what no task writes."""
    while part and part not in written:
        part, _dot, number = part.rpartition(".")
        if not number.isdigit():
            return ""
    return written.get(part, "")


def asked_of(package: Package, parts: Iterable[str]) -> list[str]:
    """Those parts that rules may ask: the form's, and what tasks answered."""
    written = writers(package)
    return [part for part in parts if part.startswith("form.") or writer_of(written, part)]


def written_by(package: Package, kind: str) -> str:
    """The part that a service of this kind writes: the draft of the result, the result; "" where none does."""
    return next(
        (one.writes[0] for one in package.procedure.services.values() if one.kind == kind and one.writes), ""
    )


def is_file(package: Package, part: str) -> bool:
    """Whether a part is a file: what the applicant attached, a service made, or signing."""
    return (
        part.startswith("document.")
        or part == paper(package)
        or any(covers(made, part) for one in package.procedure.services.values() for made in one.writes)
    )


def answers(parts: Mapping[str, Any], package: Package) -> dict[str, Any]:
    """What tasks answered, by task id, from opened parts; a list where a task is done several times."""
    written, found = writers(package), dict[str, Any]()
    for part in sorted(parts, key=_numbered):
        task, value = writer_of(written, part), parts[part]
        if not task or not isinstance(value, dict):
            continue
        told = value.get("data") or {}
        node = package.flow.nodes.get(task)
        found[task] = [*found.get(task, ()), told] if node is not None and node.repeats else told
    return found


def with_answer(package: Package, told: Mapping[str, Any], task: str, data: Any) -> dict[str, Any]:
    """The answers with that of an act being done, which no part holds yet."""
    node = package.flow.nodes.get(task)
    several = node is not None and node.repeats
    return {**told, task: [*told.get(task, ()), data] if several else data}


def place_chosen(kind: str | None, data: Mapping[str, Any]) -> str:
    """The agency at which a task is begun, or ended, by the code that whoever may begin it chose; "" elsewhere."""
    return str(data.get("agency", "")) if kind == "offer" else ""


def _numbered(part: str) -> list[tuple[int, str]]:
    """`answer.opinion.10` after `answer.opinion.2`."""
    return [(int(word), "") if word.isdigit() else (-1, word) for word in part.split(".")]


def normal(value: Any) -> Any:
    """A JSON value as it is kept: text in NFC, whole numbers as integers, whichever way a client wrote them."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, dict):
        return {normal(key): normal(item) for key, item in value.items()}
    return value


def document_part(kind: str, position: int) -> str:
    """The part of the n-th file of a kind, counted from 0: `document.drawing`, `document.drawing.1`."""
    return f"document.{kind}" if position == 0 else f"document.{kind}.{position}"


def document_kind(part: str) -> str:
    """The kind of a `document.*` part."""
    return part.split(".")[1]
