"""Files for tests: a page of PDF, the same under a password, others in disguise."""

from io import BytesIO
from typing import Final

from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
HTML: Final = b"\xef\xbb\xbf\n<!DOCTYPE html><p>no drawing</p>"


def a_pdf(*, password: str = "", text: bytes = b"") -> bytes:
    """One page; with a password it is encrypted (AES-256)."""
    writer = PdfFileWriter()
    content = writer.add_object(StreamObject(stream_data=text))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 100, 100)))
    if password:
        writer.encrypt(owner_pass=password, user_pass=password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
