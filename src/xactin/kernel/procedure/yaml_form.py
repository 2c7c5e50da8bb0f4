"""The exact form of procedure.yaml, so that a misspelt word is a problem and not a rule left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jsonschema import Draft202012Validator

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
    kind={"enum": ["advance", "return", "supplement", "refuse", "withdraw", "stop"]},
    label=WORDS,
    help=WORDS,
    writes=_list(PART),
    receives={"type": "boolean"},
    throws=TEXT,
    data_schema={"type": "object"},
    example={"type": "object"},
)
TASK: Final = _map(
    "name agency post acts",
    name=WORDS,
    help=WORDS,
    agency=TEXT,
    agencies={"anyOf": [LINES, TEXT]},
    started_by=_map("agency post", agency=TEXT, post=TEXT),
    post=TEXT,
    limit=DURATION,
    silence={"enum": ["consent", "none"]},
    reads=_list(PART),
    reserved={"type": "boolean"},
    irrevocable={"type": "boolean"},
    data_schema={"type": "object"},
    acts=_list(ACT) | {"minItems": 1},
)
SERVICE: Final = _map(
    "kind",
    kind={"enum": ["result.draft", "result.seal", "notify", "message"]},
    name=WORDS,
    reads=_list(PART),
    writes=_list(PART),
    limit=DURATION,
    irrevocable={"type": "boolean"},
)
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
PROCEDURE: Final = _map(
    "code version effective name field level handled_by legal_basis privacy limit tasks",
    code=TEXT,
    version=TEXT,
    effective=_map("from", **{"from": FREE, "until": DAY}),
    name=WORDS,
    summary=WORDS,
    field=_map("code name", code=TEXT, name=WORDS),
    level={"enum": ["commune", "province"]},
    handled_by=WORDS,
    online={"enum": ["full", "part"]},
    channels=LINES,
    applicants=LINES,
    legal_basis=LINES,
    privacy=_map(
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
    parts=_each(LINES),
    documents=_list(DOCUMENT),
    eligibility=_list(_map("when message", when=TEXT, message=WORDS)),
    fee=_list(
        _map(
            "kind name amount",
            kind=TEXT,
            name=WORDS,
            amount={"anyOf": [{"type": "integer", "minimum": 0}, TEXT]},
            set_by=WORDS,
        )
    ),
    limit=DURATION,
    supplement=_map(
        "within",
        within=DURATION,
        restart={"enum": ["zero", "resume"]},
        times={"type": "integer", "minimum": 1},
        lapse={"const": "stop"},
    ),
    reception=NODE,
    tasks=_each(TASK) | {"propertyNames": NODE},
    services=_each(SERVICE) | {"propertyNames": NODE},
    timers=_each(DURATION),
    ends=_each({"enum": ["done", "refused", "stopped"]}),
    authority_limits=_each(_map("maximum", default=DURATION, maximum=DURATION)),
    result={"type": "object", "required": ["kind", "name"]},
)
_VALIDATOR: Final = Draft202012Validator(PROCEDURE)


def form_problems(meta: Any) -> Iterator[Problem]:
    """Where procedure.yaml leaves its form: missing, misspelt or of the wrong kind."""
    for error in _VALIDATOR.iter_errors(meta):
        path = ".".join(str(step) for step in error.absolute_path)
        where = f"procedure.yaml: {path}" if path else "procedure.yaml"
        message = error.message if len(error.message) < 300 else error.message[:300] + "…"
        yield Problem(
            "package_form",
            where,
            f"Mục “{path or '/'}” trong procedure.yaml chưa đúng mẫu: {message}",
            f"“{path or '/'}” of procedure.yaml is not of its form: {message}",
        )
