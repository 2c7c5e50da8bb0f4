"""The named parts of a dossier's content: what acts see and write (kernel.md, "what was seen is signed").

Pure: package and data in, parts out.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from xactin.kernel.procedure.package import Package


def form_parts(package: Package, data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The form's data cut into its parts: `{"form.house": {"house": {...}}}`.

    `parts` of procedure.yaml names which top-level properties make which part; every other
    property is a part of its own, `form.<property>`.
    """
    placed: dict[str, dict[str, Any]] = {}
    for part, pointers in package.meta.get("parts", {}).items():
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


def answers(parts: Mapping[str, Any], package: Package) -> dict[str, Any]:
    """What tasks answered, by task id, from opened `answer.*` parts."""
    writer = {
        part: task
        for task, described in package.meta.get("tasks", {}).items()
        for act in described.get("acts", ())
        for part in act.get("writes", ())
    }
    return {
        writer[part]: value.get("data") or {}
        for part, value in parts.items()
        if part in writer and isinstance(value, dict)
    }


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
