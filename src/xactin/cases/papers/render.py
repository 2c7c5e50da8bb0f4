"""From facts to paper: results and forms as PDF/A-3b. The same facts give the same bytes anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal

from xactin.cases.papers.plain_text import TooMuchTextError, WrongValueError, plain, plain_text
from xactin.cases.papers.qr import qr_svg
from xactin.vault.apart import Apart, UnfinishedError, WorkError

ARCHIVAL: Final = ("a-3b",)
SECONDS: Final = 10.0
MEMORY: Final = 2 << 30
LARGEST_TEMPLATE: Final = 512 * 1024
FORMS: Final = {
    "01": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "02": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "03": "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    "04": "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
    "05": "Thông báo dừng giải quyết hồ sơ",
    "06": "Phiếu kiểm soát quá trình giải quyết hồ sơ",
    "07": "Sổ theo dõi hồ sơ",
}
LYING: Final = frozenset({"07"})
"""Forms on a sheet that lies."""
Kind = Literal["01", "02", "03", "04", "05", "06", "07"]
# The template is content of its own module: it cannot take the sheet away, and `closing` checks every page.
SHEET: Final = """#import "/decree30.typ": state-paper, closing, settings
#show: state-paper.with(title: settings.title, lying: settings.lying)
#include "/{template}"
#closing
"""
REGISTRY: Final = re.compile(r"@[a-z0-9_-]+/", re.IGNORECASE)
PARTS: Final = (".typ", ".svg", ".png", ".jpg")


class RenderError(RuntimeError):
    """A document not made. `code`: template, text, limits, file_name, broken; `detail` is for the author."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


def draft_result(
    package_files: Mapping[str, bytes | str],
    context: Mapping[str, Any],
    *,
    trial: bool,
    at: datetime,
    template: str = "result.typ",
    title: str = "",
    unsigned: bool = False,
) -> bytes:
    """A result before any signature: PDF/A-3b bytes, which whoever signs attests.

    `unsigned`: a draft to be looked at. Each page says so; number, date and code are not in its `context`.

    `package_files` are the files of the procedure package, of which `template` is printed; `context` is a
    `context.ResultContext`; `at` becomes the document's date. Without a certificate of the State's
    public-service CA, `trial` must be true, and each page says so. Raises RenderError.
    """
    files = {name: _bytes(data) for name, data in package_files.items() if name.endswith(PARTS)}
    if template not in files:
        raise RenderError("template", f"no {template}")
    for name, data in files.items():
        if name.endswith(".typ") and REGISTRY.search(data.decode("utf-8", "replace")):
            raise RenderError("template", f"{name}: packages of the registry are not allowed")
    labels = _labels(package_files.get("form.schema.json"))
    named = title or str(context.get("title") or context["case"].get("procedure") or "Kết quả")
    return _print(template, files, context, labels, title=named, trial=trial, at=at, draft=unsigned)


def render_form(
    form: Kind, context: Mapping[str, Any], *, trial: bool, at: datetime, template: bytes | None = None
) -> bytes:
    """A form of Circular 03/2025 as PDF/A-3b: 01 receipt, 02 supplement, 03 refusal, 04 apology, 05 stopping, 06 slip,
    07 register.

    `context` is that form's (`context.py`); `template` is the authority's own Typst text in the place of ours. Raises
    RenderError.
    """
    name, files = f"form{form}.typ", {}
    if template is not None:
        name, files = f"own/{name}", {f"own/{name}": template}
        if REGISTRY.search(template.decode("utf-8", "replace")):
            raise RenderError("template", f"{name}: packages of the registry are not allowed")
    lying = form in LYING
    return _print(name, files, context, {}, title=FORMS[form], trial=trial, at=at, lying=lying)


Mark = Literal["hand", "named-hand", "seal", "small-seal", "stamp", "form"]


def render_mark(kind: Mark, facts: Mapping[str, Any], *, at: datetime, picture: bytes | None = None) -> bytes:
    """One mark on nothing, to be laid over a page: a signature, a seal (each with its `picture`, a PNG, where there is
    one), or the stamp on drawings."""
    told = {key: value for key, value in facts.items() if key != "qr"}
    data = {"kind": kind, "picture": picture is not None, **_plain(told)}
    if "qr" in facts:
        data["qr"] = facts["qr"]
    # The mark becomes part of other pages, whose structure tree knows nothing of it.
    files = {} if picture is None else {"picture.png": picture}
    return press('#include "/marks.typ"', files, {"data": json.dumps(data)}, standards=(), at=at)


def press(
    main: str,
    files: Mapping[str, bytes],
    inputs: Mapping[str, str],
    *,
    standards: Sequence[str],
    at: datetime,
) -> bytes:
    """Prints a Typst text with its files and inputs. Raises RenderError."""
    if sum(map(len, files.values())) > LARGEST_TEMPLATE:
        raise RenderError("limits", "the template is too large")
    header = {
        "main": main,
        "files": list(files),
        "inputs": dict(inputs),
        "standards": list(standards),
        "time": int(at.timestamp()),
    }
    try:
        return _press().ask(header, list(files.values()))[1][0]
    except WorkError as failure:
        raise RenderError(failure.code, failure.detail) from failure
    except UnfinishedError as error:
        raise RenderError("limits", "printing took too much time or memory") from error


@cache
def _press() -> Apart:
    return Apart("xactin.cases.papers.press", seconds=SECONDS, memory=MEMORY)


def _print(
    template: str,
    files: Mapping[str, bytes],
    context: Mapping[str, Any],
    labels: Mapping[str, Any],
    *,
    title: str,
    trial: bool,
    at: datetime,
    draft: bool = False,
    lying: bool = False,
) -> bytes:
    data = _plain(context)
    settings: dict[str, Any] = {"trial": trial, "draft": draft, "lying": lying, "labels": labels}
    settings["title"] = plain_text(title)
    if data.get("verify"):
        settings["qr"] = qr_svg(data["verify"]["url"])
    inputs = {"data": json.dumps(data), "settings": json.dumps(settings)}
    return press(SHEET.format(template=template), files, inputs, standards=ARCHIVAL, at=at)


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    try:
        made: dict[str, Any] = plain(context)
    except (TooMuchTextError, WrongValueError) as error:
        raise RenderError("text", str(error)) from error
    return made


def _bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _labels(schema: bytes | str | None) -> dict[str, dict[str, str]]:
    """What the choices of a form are called: `/land/purpose` -> {"ODT": "Đất ở tại đô thị (ODT)"}."""
    found: dict[str, dict[str, str]] = {}

    def walk(node: Any, pointer: str) -> None:
        options = node.get("x-ui", {}).get("options", {})
        if options:
            found[pointer] = {key: plain_text(str(name["vi"])) for key, name in options.items()}
        for name, child in node.get("properties", {}).items():
            walk(child, f"{pointer}/{name}")

    if schema is not None:
        walk(json.loads(schema), "")
    return found
