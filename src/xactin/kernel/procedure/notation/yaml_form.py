"""The exact form of procedure.yaml, so that a misspelt word is a problem and not a rule left out.

Two formats: 2, and 1 for packages without `format`. Old packages stay readable for as long as a case follows one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jsonschema import Draft202012Validator

from xactin.kernel.procedure.kinds import KINDS
from xactin.kernel.procedure.problems import Problem
from xactin.kernel.working_time import UNITS


def _map(required: str = "", /, **members: Any) -> dict[str, Any]:
    """An object of exactly these members; `required` names those that must be there."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": members,
        "required": required.split(),
    }


def _each(value: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value}


def _list(value: Any) -> dict[str, Any]:
    return {"type": "array", "items": value}


TEXT: Final = {"type": "string", "minLength": 1}
LINES: Final = _list(TEXT)
FREE: Final[dict[str, Any]] = {}
WORDS: Final = _map("vi en", vi=TEXT, en=TEXT)
TOLD: Final = {"anyOf": [TEXT, WORDS, {"type": "boolean"}]}
DAY: Final = {"anyOf": [{"type": "null"}, FREE]}
DURATION: Final = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {unit: {"type": "integer", "minimum": 0} for unit in UNITS if unit != "same_day"}
    | {"same_day": {"const": True}},
}
NAME: Final = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
# What BPMN calls an id, but for dots: those part the words of an act and of a part's name.
NODE: Final = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"}
PART: Final = {"type": "string", "pattern": r"^[a-z_]+(\.[A-Za-z0-9_-]+)*(\.\*)?$"}
RULE: Final = {"type": ["string", "boolean"]}

ACT: Final = _map(
    "id kind label",
    id=NAME,
    kind={
        "enum": ["advance", "return", "supplement", "refuse", "withdraw", "stop", "add", "write", "revise"]
    },
    label=WORDS,
    help=WORDS,
    writes=_list(PART),
    receives={"type": "boolean"},
    throws=TEXT,
    reads=_list(PART),
    revises=NAME,
    attaches=NAME,
    lacks=_each(NAME) | {"propertyNames": PART},
    objects={"type": "boolean"},
    despite=NAME,
    data_schema={"type": "object"},
    example={"type": "object"},
)
_TASK: Final[dict[str, Any]] = {
    "name": WORDS,
    "help": WORDS,
    "agency": TEXT,
    "agencies": {"anyOf": [LINES, TEXT]},
    "started_by": _map("agency post", agency=TEXT, post=TEXT, label=WORDS),
    "post": TEXT,
    "limit": DURATION,
    "limit_by": _map(
        "table unit", table=NAME, unit={"enum": ["working_day", "working_hour", "calendar_day"]}
    ),
    "silence": {"enum": ["consent", "none"]},
    "reads": _list(PART),
    "sees": _list(PART),
    "reserved": {"type": "boolean"},
    "irrevocable": {"type": "boolean"},
    "data_schema": {"type": "object"},
    "acts": _list(ACT) | {"minItems": 1},
}
_SERVICE: Final[dict[str, Any]] = {
    "kind": {"enum": ["result.draft", "result.seal", "notify", "message"]},
    "name": WORDS,
    "reads": _list(PART),
    "writes": _list(PART),
    "limit": DURATION,
    "irrevocable": {"type": "boolean"},
}
DOCUMENT: Final = _map(
    "kind name required",
    kind=NAME,
    name=WORDS,
    required=RULE,
    media=LINES,
    show_only={"type": "boolean"},
    reuse=TOLD,
    note=TOLD,
    catalogue=LINES,
)
NEEDED: Final = _list({"type": "string", "pattern": r"^[a-z_]+(\.[A-Za-z0-9_-]+)*(/[a-z][a-z0-9_]*)+$"})
POINTER: Final = {"type": "string", "pattern": "^(/[a-z][a-z0-9_]*)+$"}
COMPARED: Final = _list(POINTER)
_PROCEDURE: Final[dict[str, Any]] = {
    "code": TEXT,
    "version": TEXT,
    "effective": _map("from", **{"from": FREE, "until": DAY}),
    "name": WORDS,
    "summary": WORDS,
    "field": _map("code name", code=TEXT, name=WORDS),
    "level": {"enum": ["commune", "province"]},
    "handled_by": WORDS,
    "online": {"enum": ["full", "part"]},
    "channels": LINES,
    "applicants": LINES,
    "legal_basis": LINES,
    "privacy": _map(
        "purpose legal_basis receivers retention",
        purpose=WORDS,
        legal_basis=LINES,
        receivers=_map("vi en", vi=LINES, en=LINES),
        retention=_map(
            "years",
            years={"anyOf": [{"type": "integer", "minimum": 0}, {"const": "permanent"}]},
            basis=TEXT,
        ),
    ),
    "owner": POINTER,
    "found_by": COMPARED,
    "parts": _each(LINES),
    "documents": _list(DOCUMENT),
    "eligibility": _list(_map("when message", when=TEXT, message=WORDS)),
    "checks": _list(
        _map(
            "when message kind",
            when=TEXT,
            message=WORDS,
            kind={"enum": ["refuse", "warn"]},
            at=TEXT,
            id=NAME,
            task=NODE,
        )
    ),
    "fee": _list(
        _map(
            "kind name amount",
            kind=TEXT,
            name=WORDS,
            amount={"anyOf": [{"type": "integer", "minimum": 0}, TEXT]},
            set_by=WORDS,
        )
    ),
    "limit": DURATION,
    "supplement": _map(
        "within",
        within=DURATION,
        restart={"enum": ["zero", "resume"]},
        times={"type": "integer", "minimum": 1},
        lapse={"enum": ["stop", "resume"]},
    ),
    "reception": NODE,
    "timers": _each(DURATION),
    "decisions": _each(NAME) | {"propertyNames": NODE},
    "ends": _each({"enum": ["done", "refused", "stopped"]}),
    "keywords": WORDS,
    "authority_limits": _each(_map("maximum", default=DURATION, maximum=DURATION)),
}
_NEEDED: Final = "code version effective name field limit tasks"
FORMAT_1: Final = _map(
    f"{_NEEDED} level handled_by legal_basis privacy",
    **_PROCEDURE,
    tasks=_each(_map("name agency post acts", **_TASK)) | {"propertyNames": NODE},
    services=_each(_map("kind", **_SERVICE)) | {"propertyNames": NODE},
    result={
        "type": "object",
        "required": ["kind", "name"],
        "properties": {"compare": COMPARED, "paper": PART, "requires": NEEDED},
    },
)
ORIGINS: Final = ("person", "counter", "post", "case", "signal", "schedule", "authority")
FORMAT_2: Final = _map(
    f"format kind begins {_NEEDED}",
    **_PROCEDURE,
    format={"const": 2},
    kind={"enum": sorted(KINDS)},
    begins=_list(_map("origin", origin={"enum": list(ORIGINS)}, posts=LINES)) | {"minItems": 1},
    parties=_each(_map("name", name=WORDS, asks={"type": "boolean"}, reads=_list(PART)))
    | {"propertyNames": NAME},
    tasks=_each(
        _map("name acts", **_TASK, party=NAME)
        | {
            "oneOf": [{"required": ["party"]}, {"required": ["agency", "post"]}],
            "dependentSchemas": {
                "party": {"not": {"anyOf": [{"required": ["agency"]}, {"required": ["post"]}]}}
            },
        }
    )
    | {"propertyNames": NODE},
    services=_each(_map("kind", **_SERVICE | {"kind": TEXT}, tells=_map("to text", to=NAME, text=WORDS)))
    | {"propertyNames": NODE},
    result=_map(
        "kind name template number signed_by paper",
        kind=NAME,
        name=WORDS,
        template=TEXT,
        number=TEXT,
        signed_by=NODE,
        paper=PART,
        requires=NEEDED,
        signature=_map("", form=TEXT, body=WORDS, title=WORDS),
        register=WORDS,
        attach=_list(PART),
        stamp=WORDS,
        compare=COMPARED,
        catalogue=TEXT,
    ),
)
_VALIDATORS: Final = {1: Draft202012Validator(FORMAT_1), 2: Draft202012Validator(FORMAT_2)}


def format_of(meta: Any) -> int:
    """The format a package says it is of; 1 where it says none. 0 for one that nobody knows."""
    said = meta.get("format", 1)
    return said if type(said) is int and said in _VALIDATORS else 0


def form_problems(meta: Any) -> Iterator[Problem]:
    """Where procedure.yaml leaves its form: missing, misspelt or of the wrong kind."""
    known = format_of(meta)
    if not known:
        yield Problem(
            "package_form",
            "procedure.yaml: format",
            f"Không biết định dạng “{meta['format']}”; các định dạng đọc được là 1 và 2",
            f"Unknown format “{meta['format']}”; 1 and 2 can be read",
        )
        return
    for error in _VALIDATORS[known].iter_errors(meta):
        path = ".".join(str(step) for step in error.absolute_path)
        where = f"procedure.yaml: {path}" if path else "procedure.yaml"
        message = error.message if len(error.message) < 300 else error.message[:300] + "…"
        yield Problem(
            "package_form",
            where,
            f"Mục “{path or '/'}” trong procedure.yaml chưa đúng mẫu: {message}",
            f"“{path or '/'}” of procedure.yaml is not of its form: {message}",
        )
