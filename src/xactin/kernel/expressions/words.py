"""The words of CEL that rules may use, and what is known of what they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from xactin.kernel.refusal import Refusal


class ExpressionError(Refusal):
    """An expression that cannot be used. `code`: syntax, unknown_name, kinds or evaluation."""

    status = 503

    def __init__(self, code: str, text: str, *, vi: str, en: str) -> None:
        super().__init__(vi, en)
        self.code = code
        self.text = text

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.code, self.text, self.vi, self.en)


def _again(code: str, text: str, vi: str, en: str) -> ExpressionError:
    return ExpressionError(code, text, vi=vi, en=en)


@dataclass(frozen=True)
class Shape:
    """What a name holds: `kind` map, list, string, int, bool, time, null or any; known members and items.

    A map whose `members` is None may hold any name. `required` members are never missing.
    """

    kind: str
    members: Mapping[str, Shape] | None = None
    items: Shape | None = None
    required: frozenset[str] = frozenset()


ANY: Final = Shape("any")


@dataclass(frozen=True, eq=False)
class Names:
    """The names an expression may use, by root: `form`, `acts`, `answers`, `applicant`."""

    roots: Mapping[str, Shape]


@dataclass
class Parsed:
    """What an expression uses. `text` is what CEL compiles; `roots` the first members asked of each root
    (None: all of it); `calls`: whether it needs our functions; `paths` every dotted path; `unguarded` those
    that may be missing and are not asked for with has(); `literals` the texts in it; `constants` what is in it
    that asks no name, and so can be evaluated before anybody uses it."""

    text: str = ""
    roots: dict[str, frozenset[str] | None] = field(default_factory=dict)
    calls: bool = False
    paths: set[tuple[str, ...]] = field(default_factory=set)
    unguarded: set[tuple[str, ...]] = field(default_factory=set)
    literals: set[str] = field(default_factory=set)
    constants: set[str] = field(default_factory=set)
    shape: Shape = ANY


TOKEN: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rR]?(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
    |(?P<fraction>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+)
    |(?P<number>0x[0-9a-fA-F]+|\d+)(?![\w.])
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
RESERVED: Final = frozenset(
    {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "in", "let", "loop"}
    | {"package", "namespace", "return", "var", "void", "while"}
)
CONSTANTS: Final = {"true": "bool", "false": "bool", "null": "null"}
LISTED: Final = {"all": "bool", "exists": "bool", "exists_one": "bool", "map": "list", "filter": "list"}
METHODS: Final = {
    "startsWith": "bool",
    "endsWith": "bool",
    "contains": "bool",
    "matches": "bool",
    "size": "int",
    "getFullYear": "int",
    "getMonth": "int",
    "getDate": "int",
    "getDayOfWeek": "int",
}
CALLS: Final = {
    "size": "int",
    "date": "time",
    "days": "int",
    "hundredths": "int",
    "earliest": "string",
    "latest": "string",
    "int": "int",
    "string": "string",
}
CONVERTED: Final[Mapping[str, frozenset[str]]] = {
    "int": frozenset({"int", "string"}),
    "string": frozenset({"int", "string", "time"}),
    "size": frozenset({"string", "list", "map"}),
    "date": frozenset({"string"}),
    "days": frozenset({"string"}),
    "hundredths": frozenset({"string"}),
    "earliest": frozenset({"string"}),
    "latest": frozenset({"string"}),
}
ORDERED: Final = frozenset({"int", "string", "time", "bool"})
ADDED: Final = frozenset({"int", "string", "list"})
HELD: Final = frozenset({"list", "map"})
OWN: Final = frozenset({"size", "date", "days", "hundredths", "earliest", "latest"})
OUR_SIZE: Final = "xt_size"
DEEP: Final = 60
NESTED: Final = 2
"""How deep comprehensions stand in each other: each level multiplies the work."""

MOST_TEXT: Final = 4_000


def unquoted(token: str) -> str:
    raw = token[0] in "rR"
    token = token[1:] if raw else token
    marks = 3 if token[:3] in ('"""', "'''") else 1
    inside = token[marks:-marks]
    return inside if raw else re.sub(r"\\(.)", r"\1", inside)
