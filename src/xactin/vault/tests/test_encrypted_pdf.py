"""A PDF that asks for a password is refused; one made to keep us busy is answered at once."""

import io
import time
import zlib

import pytest
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from xactin.vault.errors import EncryptedPdf
from xactin.vault.sniffing import refuse_encrypted_pdf

BODY = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"


def a_pdf() -> bytes:
    """A sound PDF."""
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate((b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"), 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"xref\n0 3\n0000000000 65535 f \n" + b"".join(places)
    return out + table + b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def encrypted(at_rest: bool) -> bytes:
    """The same with a password, its trailer in a stream or as a table."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(a_pdf())))
    writer.stream_xrefs = at_rest
    handler = StandardSecurityHandler.build_from_pw("a", "b")
    writer._assign_security_handler(handler)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("at_rest", [False, True])
def test_a_password_is_seen_wherever_the_trailer_stands(at_rest: bool) -> None:
    with pytest.raises(EncryptedPdf):
        refuse_encrypted_pdf(io.BytesIO(encrypted(at_rest)))
    refuse_encrypted_pdf(io.BytesIO(a_pdf()))


@pytest.mark.parametrize("before", [(1 << 20) - 9, (1 << 20) - 1, 1 << 20])
def test_the_mark_is_found_across_what_is_read_at_once(before: int) -> None:
    with pytest.raises(EncryptedPdf):
        refuse_encrypted_pdf(io.BytesIO(b" " * before + b"/Encrypt 12 0 R"))


def test_words_about_encryption_are_no_encryption() -> None:
    refuse_encrypted_pdf(io.BytesIO(BODY + b"(The key /Encrypt, and /EncryptMetadata 1 0 R)"))


BOMB = zlib.compress(b"\0" * 50_000_000, 9)


@pytest.mark.parametrize(
    "made",
    [
        b"%PDF-1.4 /Encrypt" + b" " * 30_000_000,
        b"%PDF-1.4 /Encrypt" + b"(" * 30_000_000 + b"startxref\n9\n%%EOF",
        BODY + b"xref\n0 999999999\n" + b"0000000009 00000 n \n" * 1_000_000 + b"trailer<</Encrypt>>",
        b"%PDF-1.5\n1 0 obj<</Type/XRef/Size 2/W[1 2 1]/Filter/FlateDecode/Length 9>>stream\n" + BOMB,
    ],
    ids=["no end", "one line", "table", "stream"],
)
def test_a_file_made_to_keep_us_busy_does_not(made: bytes) -> None:
    begun = time.process_time()
    refuse_encrypted_pdf(io.BytesIO(made))
    assert time.process_time() - begun < 2
