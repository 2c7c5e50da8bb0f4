"""What somebody sends is opened at once: kept whole, written anew, or refused with what to do."""

import io
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from xactin.vault.errors import (
    Animated,
    EncryptedPdf,
    FileRefused,
    TooComplex,
    TooManyPages,
    TooManyPixels,
    Unreadable,
    WrongType,
)
from xactin.vault.testing import a_pdf, a_photo
from xactin.vault.uploads import child
from xactin.vault.uploads.opening import opened
from xactin.vault.uploads.sniffing import accepted_type, named_as

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


def kept(data: bytes, media_type: str) -> bytes:
    """What is kept of an upload."""
    return opened(io.BytesIO(data), media_type).read()


def test_a_pdf_stays_byte_for_byte() -> None:
    made = a_pdf(text=b"(The key /Encrypt 5 0 R) Tj", pages=3)
    assert kept(made, PDF) == made
    assert child.work({"type": PDF, "most": 9}, [made])[0] == {"pages": 3}


def moving() -> bytes:
    """An animated PNG of two pictures."""
    out = io.BytesIO()
    one, other = Image.new("L", (9, 9)), Image.new("L", (9, 9), 255)
    one.save(out, "PNG", save_all=True, append_images=[other])
    return out.getvalue()


def test_an_animation_of_one_picture_becomes_that_picture() -> None:
    made = (Path(__file__).parent / "animated.png").read_bytes()
    assert b"acTL" in made
    still = kept(made, PNG)
    assert b"acTL" not in still
    assert Image.open(io.BytesIO(still)).size == (128, 64)


def test_a_broken_file_after_an_encrypted_one_is_told_as_broken() -> None:
    """One child reads both, and its reader remembers the fault of the first."""
    for data, error in ((a_pdf(password="x"), EncryptedPdf), (a_pdf(pages=0), Unreadable)):
        with pytest.raises(error):
            kept(data, PDF)


@pytest.mark.parametrize(
    ("data", "media_type", "error"),
    [
        (b"%PDF-1.7\n", PDF, Unreadable),
        (a_pdf(pages=0), PDF, Unreadable),
        (a_pdf(password="x"), PDF, EncryptedPdf),
        (a_pdf(owner_password="x"), PDF, EncryptedPdf),
        (a_pdf(pages=2001), PDF, TooManyPages),
        (a_photo()[:-100], JPEG, Unreadable),
        (a_photo()[:30], JPEG, Unreadable),
        (a_photo("PNG")[:-40], PNG, Unreadable),
        (a_photo("PNG"), JPEG, Unreadable),
        (moving(), PNG, Animated),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    data: bytes, media_type: str, error: type[FileRefused]
) -> None:
    with pytest.raises(error) as refused:
        kept(data, media_type)
    assert "Xin Ông/Bà" in refused.value.vi
    assert "lease" in refused.value.en


def test_a_picture_larger_than_memory_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    header = Image.new("1", (20_000, 20_000))
    out = io.BytesIO()
    header.save(out, "PNG")
    with pytest.raises(TooManyPixels):
        kept(out.getvalue(), PNG)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_upright_and_says_nothing_of_its_camera(kind: str) -> None:
    made = a_photo(kind, turn=6)  # the camera was held upright: what is left above comes to the right
    image = Image.open(io.BytesIO(kept(made, f"image/{kind.lower()}")))
    assert image.format == kind
    assert image.size == (48, 64)
    assert not image.getexif()
    assert b"Camera" not in kept(made, f"image/{kind.lower()}")
    grey = image.convert("L")
    assert grey.getpixel((40, 5)) < 60 < 200 < grey.getpixel((5, 5))


def test_a_photo_stays_as_fine_as_it_was() -> None:
    before, after = a_photo(), kept(a_photo(), JPEG)
    assert Image.open(io.BytesIO(after)).quantization == Image.open(io.BytesIO(before)).quantization


BODY = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"
BOMB = zlib.compress(b"\0" * 50_000_000, 9)


@pytest.mark.parametrize(
    "made",
    [
        b"%PDF-1.4 " + b"(" * 30_000_000 + b"startxref\n9\n%%EOF",
        BODY + b"xref\n0 999999999\n" + b"0000000009 00000 n \n" * 1_000_000 + b"trailer<</Root 1 0 R>>",
        b"%PDF-1.5\n1 0 obj<</Type/XRef/Size 2/W[1 2 1]/Filter/FlateDecode/Length 9>>stream\n" + BOMB,
    ],
    ids=["one line", "table", "stream"],
)
def test_a_file_made_to_keep_us_busy_does_not(made: bytes) -> None:
    begun = time.process_time()
    with pytest.raises((Unreadable, TooComplex)):
        kept(made, PDF)
    assert time.process_time() - begun < 2


def test_what_people_send_from_phones_and_offices_comes_with_advice() -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(300)
    with pytest.raises(WrongType, match="Most Compatible"):
        accepted_type(heic, (PDF, JPEG))
    with pytest.raises(WrongType, match="Save as PDF"):
        accepted_type(b"<!doctype html><p>x", (PDF, JPEG))


def test_a_name_ends_as_what_the_file_is() -> None:
    assert named_as("plan.pdf", JPEG) == "plan.pdf.jpg"
    assert named_as("PLAN.JPEG", JPEG) == "PLAN.JPEG"
    assert named_as("giấy tờ", PDF) == "giấy tờ.pdf"
