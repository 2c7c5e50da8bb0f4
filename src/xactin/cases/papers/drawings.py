"""The applicant's drawings with the stamp of the permit on each page, signed by the agency.

The stamp is appended: the drawing as it was attested stays the beginning of the file, byte for byte. What was
made is read again, by two readers, before anybody gets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import IO, Any, Final

from xactin.cases.papers.qr import qr_svg
from xactin.cases.papers.render import render_mark
from xactin.kernel.local import local_time
from xactin.kernel.refusal import Refusal
from xactin.vault.apart import Apart, Header, UnfinishedError, WorkError

# Nobody waits before a screen for what is sealed: each page of the longest drawing is looked at, on a busy machine too.
SECONDS, TRIAL_SECONDS = 600.0, 3.0
LOOKING: Final = 0.5  # the share of the time that goes to looking at pages
MEMORY: Final = 2 << 30
MOST_PAGES: Final = 500
LARGEST: Final = 60 * 1024 * 1024
FIELD: Final = "drawing"
SIGNED: Final = "Ký tên: chữ ký số của cơ quan"


# code -> (Vietnamese, English)
TEXTS: Final = {
    "unreadable": (
        "Tệp bản vẽ bị hỏng hoặc không đúng chuẩn PDF nên không đóng dấu được. Xin Ông/Bà mở tệp, chọn In rồi Lưu thành"
        " PDF, và gửi tệp mới.",
        "This drawing is damaged or no proper PDF, so it cannot be stamped. Please open it, choose Print, then Save as"
        " PDF, and send the new file.",
    ),
    "encrypted": (
        "Tệp bản vẽ đang đặt mật khẩu hoặc hạn chế sửa đổi nên không đóng dấu được. Xin Ông/Bà bỏ mật khẩu rồi"
        " gửi lại.",
        "This drawing is encrypted, so it cannot be stamped. Please remove its password and send it again.",
    ),
    "pages": (
        "Tệp bản vẽ không có trang nào hoặc có quá {most} trang. Xin Ông/Bà chia thành nhiều tệp rồi gửi lại.",
        "This drawing has no page, or more than {most}. Please divide it into several files.",
    ),
    "locked": (
        "Chữ ký số trong tệp bản vẽ cấm mọi thay đổi nên không đóng dấu được. Xin Ông/Bà gửi bản chưa khóa.",
        "A signature in this drawing forbids any change, so it cannot be stamped. Please send one that is not locked.",
    ),
    "unseen": (
        "Dấu đóng lên bản vẽ không hiện đúng ở trang {detail}. Xin Ông/Bà mở tệp, chọn In rồi Lưu thành PDF, và gửi tệp"
        " mới.",
        "The stamp would not show on page {detail} of this drawing. Please open it, choose Print, then Save as PDF, and"
        " send the new file.",
    ),
    "limits": (
        "Tệp bản vẽ quá lớn hoặc quá phức tạp nên không đọc kịp. Xin Ông/Bà chia nhỏ hoặc giản lược rồi gửi lại.",
        "This drawing is too large or too complex to be read in time. Please divide or simplify it.",
    ),
}


class DrawingError(Refusal):
    """A drawing that cannot be stamped.

    `code`: unreadable, encrypted, pages (none, or too many), locked (by a signature), unseen (the stamp would not
    show), limits (of time or memory).
    """

    status = 422

    def __init__(self, code: str, detail: str = "") -> None:
        vi, en = (
            text.format(detail=detail, most=MOST_PAGES) for text in TEXTS.get(code, TEXTS["unreadable"])
        )
        super().__init__(vi, en)
        self.code, self.detail = code if code in TEXTS else "unreadable", detail


def permit_lines(agency: str, heading: str, number: str, date: datetime) -> list[str]:
    """The words of the stamp (Decree 217/2026, form 06). The agency's digital signature over the whole file, which is
    made right after it, stands for the one by hand (Article 54.5.b)."""
    day = local_time(date)
    month = f"{day.month:02d}" if day.month < 3 else f"{day.month}"  # Decree 30/2020, II.4
    return [
        agency.upper(),
        heading.upper(),
        f"Số: {number}",
        f"ngày {day:%d} tháng {month} năm {day:%Y}",
        SIGNED,
    ]


def stamp_drawing(pdf: bytes, *, lines: Sequence[str], url: str | None, trial: bool, at: datetime) -> bytes:
    """The drawing with `lines` and the QR of `url` in each page's upper right corner. Raises DrawingError."""
    if len(pdf) > LARGEST:
        raise DrawingError("limits")
    mark = _mark(lines, url, trial=trial, at=at)
    return _asked(_stamper(), {"do": "stamp", "most": MOST_PAGES, "seconds": SECONDS * LOOKING}, [pdf, mark])[
        0
    ]


def try_stamp(pdf: bytes | IO[bytes]) -> None:
    """Stamps a drawing and throws it away, so that whoever sends it learns now what could not be done later.

    Raises DrawingError and Busy.
    """
    _asked(
        _trier(),
        {"do": "stamp", "most": MOST_PAGES, "seconds": TRIAL_SECONDS * LOOKING, "keep": False},
        [pdf, _sample()],
    )


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
    """The stamped drawing with the agency's PAdES signature (`agency` is a DocumentSigner), read again.

    Raises DrawingError and SigningError.
    """
    import asyncio

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError as NotAllowed

    from xactin.cases.papers.signing.pdf import sign

    stamped = stamp_drawing(pdf, lines=lines, url=url, trial=trial, at=at)
    try:
        # The stamper has read the file within its limits, with the same parser.
        sealed = asyncio.run(
            sign(
                stamped,
                agency,
                field=FIELD,
                # Who holds the file alone finds by it the page that says whether the permit is in force.
                reason=" ".join(("Kèm theo giấy phép", *([url] if url else ()))),
                at=at,
                time_service=time_service,
                strict=False,
            )
        )
    except NotAllowed as error:
        raise DrawingError("locked", str(error)) from error
    except PdfError as error:
        raise DrawingError("unreadable", str(error)) from error
    mark = _mark(lines, url, trial=trial, at=at)
    if not sealed.startswith(pdf):
        raise DrawingError("unreadable", "the drawing is not the beginning of what was made")
    _asked(_stamper(), {"do": "proof", "seconds": SECONDS * LOOKING}, [sealed, mark])
    return sealed


def _mark(lines: Sequence[str], url: str | None, *, trial: bool, at: datetime) -> bytes:
    facts: Mapping[str, Any] = {"lines": list(lines), "trial": trial}
    return render_mark("stamp", {**facts, "qr": None if url is None else qr_svg(url)}, at=at)


@cache
def _sample() -> bytes:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return _mark(permit_lines("Cơ quan cấp phép", "Đóng thử", "00", at), None, trial=True, at=at)


def _asked(apart: Apart, header: Header, parts: Sequence[bytes | IO[bytes]]) -> list[bytes]:
    try:
        return apart.ask(header, parts)[1]
    except WorkError as failure:
        raise DrawingError(failure.code, failure.detail) from failure
    except UnfinishedError as error:
        raise DrawingError("limits") from error


@cache
def _stamper() -> Apart:
    return Apart("xactin.cases.papers.stamps.child", seconds=SECONDS, memory=MEMORY)


@cache
def _trier() -> Apart:
    return Apart("xactin.cases.papers.stamps.child", seconds=TRIAL_SECONDS, memory=MEMORY, patience=10)
