"""The reader of uploads: what the closed child does with a file. Called through `opening`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin

from xactin.vault.apart import Header, WorkError

MOST_PIXELS: Final = 120_000_000  # a sheet of A0 at 300 dpi; memory for one is within the child's limit
FORMATS: Final = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",)}
QUALITY: Final = 92


def work(header: Header, parts: Sequence[bytes]) -> tuple[Header, list[bytes]]:
    """Opens the one part by its `type`. Answers `pages` of a PDF; of a photo the one to keep in its place."""
    (data,) = parts
    if header["type"] == "application/pdf":
        return {"pages": _pages(data, header["most"])}, []
    return {"pages": 1}, [_photo(data, header["type"])]


def _pages(data: bytes, most: int) -> int:
    """How many pages a PDF has, each of which opens. Raises WorkError."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        # PDFium may tell the fault of the file before; what is encrypted says so in a dictionary nobody encrypts.
        encrypted = "assword" in str(error) and b"/Encrypt" in data
        raise WorkError("encrypted" if encrypted else "unreadable", str(error)) from error
    if pypdfium2.raw.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise WorkError("encrypted")
    count = len(document)
    if count > most:
        raise WorkError("pages", str(count))
    try:
        for number in range(count):
            document[number].close()
    except pypdfium2.PdfiumError as error:
        raise WorkError("unreadable", f"page {number + 1}") from error
    if count == 0:
        raise WorkError("unreadable", "no page")
    return count


def _photo(data: bytes, media_type: str) -> bytes:
    """The photo upright, in the same format, and without what cameras add: place, time, device, a smaller copy.

    Its colours stay (the ICC profile), and so does its fineness: a JPEG is written with its own tables.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None  # our own limit, said in words
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS[media_type])
        if image.width * image.height > MOST_PIXELS:
            raise WorkError("pixels")
        if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
            raise WorkError("animated")
        image.load()
        written = _jpeg(image) if media_type == "image/jpeg" else _png(image)
    except WorkError:
        raise
    # Whatever a decoder raises on what strangers wrote, it means: not readable.
    except Exception as error:
        raise WorkError("unreadable", f"{type(error).__name__}: {error}"[:200]) from error
    return written


def _jpeg(image: Any) -> bytes:
    out = io.BytesIO()
    kept: dict[str, Any] = {
        "icc_profile": image.info.get("icc_profile"),
        "dpi": image.info.get("dpi", (0, 0)),
    }
    tables, sampling = getattr(image, "quantization", None), JpegImagePlugin.get_sampling(image)
    fine = {"qtables": tables, "subsampling": sampling} if tables and sampling >= 0 else {"quality": QUALITY}
    upright = ImageOps.exif_transpose(image)
    upright.info = {}
    upright.save(out, "JPEG", optimize=False, exif=b"", **fine, **kept)
    return out.getvalue()


def _png(image: Any) -> bytes:
    out = io.BytesIO()
    icc, dpi = image.info.get("icc_profile"), image.info.get("dpi")
    transparency = image.info.get("transparency")
    upright = ImageOps.exif_transpose(image)
    upright.info = {} if transparency is None else {"transparency": transparency}
    kept: dict[str, Any] = {} if dpi is None else {"dpi": dpi}
    upright.save(
        out, "PNG", icc_profile=icc, pnginfo=PngImagePlugin.PngInfo(), exif=b"", compress_level=6, **kept
    )
    return out.getvalue()
