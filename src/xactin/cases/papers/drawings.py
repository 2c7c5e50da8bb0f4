"""The applicant's drawings with the stamp of the permit on each page, signed by the agency.

The stamp is appended: the drawing as it was attested stays the beginning of the file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from xactin.cases.papers.qr import qr_svg
from xactin.cases.papers.render import render_mark
from xactin.kernel.local import local_time
from xactin.vault.apart import Apart, Header, UnfinishedError, WorkError

SECONDS: Final = 60.0
MEMORY: Final = 2 << 30
LARGEST: Final = 60 * 1024 * 1024
MOST_PAGES: Final = 500
FIELD: Final = "drawing"
MILLIMETRE: Final = 72 / 25.4
STAMP: Final = (82.0, 34.0)  # mm, as marks.typ draws it
EDGE: Final = 8.0  # mm
SHARE: Final = 0.34  # of the page's width
SMALLEST, LARGEST_SCALE = 0.6, 1.8


class DrawingError(ValueError):
    """A drawing that cannot be stamped. `code`: unreadable, encrypted, locked (by a signature), limits."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


def permit_lines(agency: str, permit: str, number: str, date: datetime) -> list[str]:
    """The words of the stamp that Decree 175/2024 asks for."""
    day = local_time(date)
    return [agency.upper(), f"KÈM THEO {permit.upper()}", f"Số: {number}", f"Ngày {day:%d/%m/%Y}"]


def stamp_drawing(pdf: bytes, *, lines: Sequence[str], url: str | None, trial: bool, at: datetime) -> bytes:
    """The drawing with `lines` and the QR of `url` in each page's upper right corner. Raises DrawingError."""
    if len(pdf) > LARGEST:
        raise DrawingError("limits")
    facts: Mapping[str, Any] = {"lines": list(lines), "trial": trial}
    mark = render_mark("stamp", {**facts, "qr": None if url is None else qr_svg(url)}, at=at)
    try:
        return _stamper().ask({}, [pdf, mark])[1][0]
    except WorkError as failure:
        raise DrawingError(failure.code, failure.detail) from failure
    except UnfinishedError as error:
        raise DrawingError("limits") from error


def seal_drawing(
    pdf: bytes,
    *,
    lines: Sequence[str],
    url: str | None,
    agency: Any,
    trial: bool,
    at: datetime,
    time_service: Any = None,
) -> bytes:
    """The stamped drawing with the agency's PAdES signature (`agency` is a DocumentSigner).

    Raises DrawingError and SigningError.
    """
    import asyncio

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError as NotAllowed

    from xactin.cases.papers.signing.pdf import sign

    stamped = stamp_drawing(pdf, lines=lines, url=url, trial=trial, at=at)
    try:
        # The stamper has read the file within its limits, with the same parser.
        return asyncio.run(
            sign(
                stamped,
                agency,
                field=FIELD,
                reason="Kèm theo giấy phép",
                at=at,
                time_service=time_service,
                strict=False,
            )
        )
    except NotAllowed as error:
        raise DrawingError("locked", str(error)) from error
    except PdfError as error:
        raise DrawingError("unreadable", str(error)) from error


@cache
def _stamper() -> Apart:
    return Apart("xactin.cases.papers.drawings", seconds=SECONDS, memory=MEMORY)


def work(header: Header, parts: Sequence[bytes]) -> tuple[Header, list[bytes]]:
    """In the child: parts are the drawing and the printed stamp."""
    import io

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    from xactin.cases.papers.signing.pdf import AppendingWriter

    drawing, mark = parts
    try:
        writer = AppendingWriter(drawing, strict=False)
        if writer.prev.encrypted:
            raise WorkError("encrypted")
        pages = int(writer.root["/Pages"]["/Count"])
        if not 0 < pages <= MOST_PAGES:
            raise WorkError("limits", f"{pages} pages")
        stamp = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(mark)))
        for number in range(pages):
            _stamp_page(writer, number, stamp)
        return {}, [writer.appended()]
    except WorkError:
        raise
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise WorkError("unreadable", f"{type(error).__name__}: {error}"[:200]) from error


def _stamp_page(writer: Any, number: int, stamp: Any) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name

    from xactin.cases.papers.signing.pdf import entry

    page = writer.find_page_for_modification(number)[0].get_object()
    turn, unit = int(_inherited(page, "/Rotate", 0)) % 360, float(entry(page, "/UserUnit", 1))
    matrix = placement(_box(page), turn, unit)
    numbers = " ".join(f"{value:.4f}" for value in matrix)
    for content, first in ((b"q", True), (f"Q q {numbers} cm /XactinStamp Do Q".encode(), False)):
        stream = writer.add_object(generic.StreamObject(stream_data=content))
        resources = None
        if not first:
            named = generic.DictionaryObject({pdf_name("/XactinStamp"): stamp})
            resources = generic.DictionaryObject({pdf_name("/XObject"): named})
        writer.add_stream_to_page(number, stream, resources, prepend=first)


def placement(box: tuple[float, float, float, float], rotate: int, unit: float = 1.0) -> tuple[float, ...]:
    """The matrix that lays the stamp into the upper right corner as the page is seen.

    `box` in the page's units (1/72 inch times `unit`), `rotate` clockwise as the page says.
    """
    left, bottom, right, top = box
    turned = rotate in (90, 270)
    width, height = (top - bottom, right - left) if turned else (right - left, top - bottom)
    point = MILLIMETRE / unit
    scale = min(max(SHARE * width / (STAMP[0] * point), SMALLEST), LARGEST_SCALE)
    scale = min(scale, width * 0.9 / (STAMP[0] * point), height * 0.5 / (STAMP[1] * point)) / unit
    x = width - (STAMP[0] * MILLIMETRE * scale) - min(EDGE * point, 0.02 * width)
    y = height - (STAMP[1] * MILLIMETRE * scale) - min(EDGE * point, 0.02 * height)
    # Seen (x, y) to the page's own coordinates: a quarter turn clockwise sends its "up" to the seen "right".
    return {
        0: (scale, 0, 0, scale, left + x, bottom + y),
        90: (0, scale, -scale, 0, right - y, bottom + x),
        180: (-scale, 0, 0, -scale, right - x, top - y),
        270: (0, -scale, scale, 0, left + y, top - x),
    }[rotate if rotate in (90, 180, 270) else 0]


def _box(page: Any) -> tuple[float, float, float, float]:
    found = _inherited(page, "/CropBox", None) or _inherited(page, "/MediaBox", None)
    one, two, three, four = (float(edge) for edge in found)
    return min(one, three), min(two, four), max(one, three), max(two, four)


def _inherited(page: Any, key: str, default: Any) -> Any:
    node = page
    for _ in range(50):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return default
