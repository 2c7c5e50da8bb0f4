"""A procedure in which two owners sign before the office decides: parties beside who asks, each by its own task."""

import re
from typing import Any, Final

import orjson

from xactin.cases import testing

CODE: Final = "9.000777"
FORM: Final = {"title": "Tách thửa đất số 12", "price": "1200000000"}
_TEXT: Final = {"type": "string", "minLength": 3, "maxLength": 200}
_PARTY: Final = "co_owner"


def _words(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


def said() -> dict[str, Any]:
    """procedure.yaml."""
    agree = {"id": "agree", "kind": "advance", "label": _words("Đồng ý")}
    office = {"agency": "handling", "post": "chair"}
    return {
        "format": 2,
        "kind": "matter",
        "code": CODE,
        "version": "2026-07",
        "effective": {"from": "2026-07-01", "until": None},
        "name": _words("Tách thửa có đồng sở hữu"),
        "summary": _words("Đồng sở hữu cùng ký"),
        "field": {"code": "DD", "name": _words("Đất đai")},
        "level": "commune",
        "begins": [{"origin": "person"}, {"origin": "counter", "posts": ["reception"]}],
        "limit": {"working_day": 5},
        "parties": {
            "asker": {"name": _words("Người đề nghị"), "asks": True},
            _PARTY: {"name": _words("Đồng sở hữu")},
            "heir": {"name": _words("Người thừa kế"), "reads": ["form.price"]},
        },
        "tasks": {
            "report": {
                "name": _words("Đồng sở hữu ký"),
                "party": _PARTY,
                "reads": ["form.title"],
                "acts": [agree | {"writes": ["answer.consent"]}],
            },
            "accept": {
                "name": _words("Quyết định"),
                **office,
                "reads": ["form.*", "answer.consent"],
                "acts": [
                    {"id": "accept", "kind": "advance", "label": _words("Chấp nhận")},
                    {"id": "return", "kind": "return", "label": _words("Ký lại")},
                ],
            },
        },
    }


def package(**changed: Any) -> dict[str, bytes]:
    """The files, on the flow of the internal task with one report."""
    drawn = (testing.package_folder("internal-task") / "process.bpmn").read_text("utf-8")
    single = re.sub(r"<bpmn:multiInstance.*?</bpmn:multiInstanceLoopCharacteristics>", "", drawn, flags=re.S)
    form = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["title", "price"],
        "properties": {name: {**_TEXT, "x-ui": {"label": _words(name)}} for name in ("title", "price")},
    }
    return {
        "procedure.yaml": orjson.dumps(said() | changed),
        "process.bpmn": single.encode(),
        "form.schema.json": orjson.dumps(form),
    }
