"""Opening what somebody sends, before it is kept: three seconds, within the limits of the closed child."""

from __future__ import annotations

import io
from functools import cache
from typing import IO, Final

from xactin.vault.apart import Apart, UnfinishedError, WorkError
from xactin.vault.errors import (
    Animated,
    EncryptedPdf,
    FileRefused,
    TooComplex,
    TooManyPages,
    TooManyPixels,
    Unreadable,
)

SECONDS: Final = 3.0
MEMORY: Final = 2 << 30
MOST_PAGES: Final = 2000
OPENED: Final = ("application/pdf", "image/jpeg", "image/png")


def opened(stream: IO[bytes], media_type: str) -> IO[bytes]:
    """The stream to keep: the one that came, or of a photo another, written anew. Raises FileRefused and Busy."""
    if media_type not in OPENED:
        return stream
    try:
        _, parts = _reader().ask({"type": media_type, "most": MOST_PAGES}, [stream])
    except WorkError as failure:
        raise _refusal(failure.code, media_type) from failure
    except UnfinishedError as error:
        raise TooComplex from error
    stream.seek(0)
    return io.BytesIO(parts[0]) if parts else stream


def _refusal(code: str, media_type: str) -> FileRefused:
    match code:
        case "encrypted":
            return EncryptedPdf()
        case "pages":
            return TooManyPages(MOST_PAGES)
        case "pixels":
            return TooManyPixels()
        case "animated":
            return Animated()
    return Unreadable(media_type)


@cache
def _reader() -> Apart:
    return Apart(
        "xactin.vault.uploads.child", seconds=SECONDS, memory=MEMORY, children=2, waiting=12, patience=10
    )
