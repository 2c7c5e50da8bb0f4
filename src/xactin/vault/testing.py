"""Files for tests: a page of PDF, the same under a password, others in disguise."""

from io import BytesIO
from typing import Final

from PIL import Image
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

HTML: Final = b"\xef\xbb\xbf\n<!DOCTYPE html><p>no drawing</p>"


def a_photo(kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), turn: int = 0) -> bytes:
    """A picture, dark on its upper left, whose camera noted where it was; `turn` is EXIF's orientation."""
    image = Image.new("RGB", size, "white")
    image.paste((0, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0110] = "Camera XT-1"
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 57.0, 0.0)})
    if turn:
        exif[0x0112] = turn
    out = BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def a_pdf(*, password: str = "", owner_password: str = "", text: bytes = b"", pages: int = 1) -> bytes:
    """A few pages; with a password it is encrypted (AES-256), with the owner's only it opens and may not be changed."""
    writer = PdfFileWriter()
    content = writer.add_object(StreamObject(stream_data=text))
    for _ in range(pages):
        writer.insert_page(PageObject(contents=content, media_box=(0, 0, 100, 100)))
    if password or owner_password:
        writer.encrypt(owner_pass=owner_password or password, user_pass=password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


PNG: Final = a_photo("PNG")
