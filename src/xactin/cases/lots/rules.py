"""Which acts may be done to many dossiers at once: those that ask for nothing, or for one text common to all. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xactin.kernel.procedure.description import Act

MOST: Final = 500
"""Dossiers of one lot: what a person can look over in one sitting."""
_NEVER: Final = frozenset({"withdraw"})


@dataclass(frozen=True)
class Common:
    """What an act asks of all dossiers of a lot together: a text by its name, or nothing ("")."""

    text: str = ""


def common(act: Act) -> Common | None:
    """What has to be written once for all; None for an act that needs answers of each dossier's own."""
    if act.kind in _NEVER:
        return None
    schema = act.data_schema or {}
    required = list(schema.get("required", ()))
    if not required:
        return Common()
    asked = schema.get("properties", {}).get(required[0], {})
    single = len(required) == 1 and asked.get("type") == "string" and "enum" not in asked
    return Common(required[0]) if single else None


def usual(act: Act) -> Act:
    """An act as it is offered where nothing speaks against going on: nobody says why they go on all the same."""
    if not act.despite or act.data_schema is None:
        return act
    schema = dict(act.data_schema)
    schema["properties"] = {name: one for name, one in schema["properties"].items() if name != act.despite}
    schema["required"] = [name for name in schema.get("required", ()) if name != act.despite]
    return Act(id=act.id, kind=act.kind, label=act.label, data_schema=schema)


def text_schema(act: Act, asked: Common) -> dict[str, Any] | None:
    """The form of the one text, None where nothing is asked."""
    if not asked.text:
        return None
    schema: Mapping[str, Any] = act.data_schema or {}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [asked.text],
        "properties": {asked.text: schema["properties"][asked.text]},
    }
