"""What a signature shows: a person's own, blue, or an agency's seal, red, each on nothing (Decree 30/2020/NĐ-CP,
Appendix I, II.7.d and II.8.a). What somebody sends is opened in a closed child, cut to what is drawn, and refused in
words where it is no such picture.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal

from xactin.kernel.refusal import Refusal
from xactin.vault.apart import Apart, Header, UnfinishedError, WorkError

Kind = Literal["hand", "seal"]
HAND: Final = "hand"
SEAL: Final = "seal"
LARGEST: Final = 4 * 1024 * 1024  # bytes, as it is sent
KEPT: Final = 300 * 1024  # bytes, as it is kept: each issued paper carries it
MOST_PIXELS: Final = 40_000_000
FINEST: Final = (1200, 900, 600)  # pixels of the longer side, the first that is small enough
SMALLEST: Final = 60  # pixels of the shorter side of what is drawn
FAINT: Final = 24  # of 255: what is fainter is nothing
CLEAR: Final = 0.15  # the least share of a picture that is nothing
LEAD: Final = 20  # of 255: by how much its colour leads over the other

# code -> (Vietnamese, English)
TEXTS: Final = {
    "format": (
        "Hình phải là tệp PNG nền trong suốt.",
        "The picture has to be a PNG on nothing (transparent).",
    ),
    "large": (
        "Tệp hình quá lớn. Xin Ông/Bà dùng tệp dưới 4 MB.",
        "This picture is too large. Please use a file under 4 MB.",
    ),
    "unreadable": (
        "Tệp hình bị hỏng hoặc là ảnh động nên không đọc được. Xin Ông/Bà lưu lại thành PNG rồi gửi lại.",
        "This picture is damaged or moves. Please save it as PNG once more and send it again.",
    ),
    "background": (
        "Hình còn nền. Xin Ông/Bà xóa nền (để trong suốt) rồi gửi lại, để chữ và dấu không bị che.",
        "This picture has a background. Please remove it (make it transparent), so that no text is covered.",
    ),
    "small": (
        "Hình quá nhỏ nên in ra sẽ không rõ. Xin Ông/Bà quét lại nét hơn (từ 200 dpi).",
        "This picture is too small to print well. Please scan it finer (200 dpi or more).",
    ),
    "not_blue": (
        "Hình chữ ký phải có màu xanh (Nghị định 30/2020/NĐ-CP, Phụ lục I).",
        "The picture of a signature has to be blue (Decree 30/2020/NĐ-CP, Appendix I).",
    ),
    "not_red": (
        "Hình con dấu phải có màu đỏ (Nghị định 30/2020/NĐ-CP, Phụ lục I).",
        "The picture of a seal has to be red (Decree 30/2020/NĐ-CP, Appendix I).",
    ),
}


class PictureError(Refusal):
    """A picture that no paper shows. `code`: format, large, unreadable, background, small, not_blue, not_red."""

    status = 422

    def __init__(self, code: str) -> None:
        known = code if code in TEXTS else "unreadable"
        super().__init__(*TEXTS[known])
        self.code = known


def taken(data: bytes, kind: Kind) -> bytes:
    """The PNG to keep: cut to what is drawn, without notes. Raises PictureError and Busy."""
    if len(data) > LARGEST:
        raise PictureError("large")
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise PictureError("format")
    try:
        return _reader().ask({"kind": kind}, [data])[1][0]
    except WorkError as failure:
        raise PictureError(failure.code) from failure
    except UnfinishedError as error:
        raise PictureError("unreadable") from error


@cache
def _reader() -> Apart:
    return Apart(__name__, seconds=3.0, memory=2 << 30, patience=10)


def work(header: Header, parts: Sequence[bytes]) -> tuple[Header, list[bytes]]:
    """In the child: opens the one part, a picture of `kind`."""
    (data,) = parts
    try:
        return {}, [_cut(data, header["kind"])]
    except WorkError:
        raise
    # Whatever a decoder raises on what strangers wrote, it means: not readable.
    except Exception as error:
        raise WorkError("unreadable", f"{type(error).__name__}: {error}"[:200]) from error


def _cut(data: bytes, kind: str) -> bytes:
    from PIL import Image

    image = Image.open(io.BytesIO(data), formats=("PNG",))
    if image.width * image.height > MOST_PIXELS:
        raise WorkError("large")
    if getattr(image, "n_frames", 1) > 1:
        raise WorkError("unreadable", "animated")
    drawn = image.convert("RGBA")
    ink = drawn.getchannel("A").point(lambda value: 255 if value > FAINT else 0)
    box = ink.getbbox()
    if box is None or ink.histogram()[0] < CLEAR * image.width * image.height:
        raise WorkError("background")
    if min(box[2] - box[0], box[3] - box[1]) < SMALLEST:
        raise WorkError("small")
    _check_colour(drawn, ink, kind)
    return _written(drawn.crop(box))


def _check_colour(drawn: Any, ink: Any, kind: str) -> None:
    from PIL import ImageStat

    red, _green, blue = ImageStat.Stat(drawn.convert("RGB"), mask=ink).mean
    if kind == HAND and blue < red + LEAD:
        raise WorkError("not_blue")
    if kind == SEAL and red < blue + LEAD:
        raise WorkError("not_red")


def _written(picture: Any) -> bytes:
    for finest in FINEST:
        picture.thumbnail((finest, finest))
        picture.info = {}
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=True)
        if out.tell() <= KEPT:
            return out.getvalue()
    raise WorkError("large")
