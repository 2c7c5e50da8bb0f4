"""What signatures show: pictures that are taken, those that are refused, and where they stand on a paper."""

import io
import subprocess

import pytest
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.reader import PdfFileReader

from xactin.cases.papers import seal_result, verify_result
from xactin.cases.papers.signing.pictures import LARGEST, PictureError, taken
from xactin.cases.papers.signing.seal import AGENCY, CHAIR, layout
from xactin.cases.papers.testing import AT, office
from xactin.cases.papers.tests.issued import draft, issued, proof

BLUE, RED, BLACK = (20, 50, 190, 255), (200, 20, 30, 255), (0, 0, 0, 255)


def picture(colour, *, ground=(255, 255, 255, 0), size=(600, 400), drawn=(100, 150, 500, 250), form="PNG"):
    """A bar of one colour on nothing."""
    image = Image.new("RGBA", size, ground)
    ImageDraw.Draw(image).rectangle(drawn, fill=colour)
    out = io.BytesIO()
    (image if form == "PNG" else image.convert("RGB")).save(out, form)
    return out.getvalue()


def test_a_picture_is_cut_to_what_is_drawn():
    kept = Image.open(io.BytesIO(taken(picture(BLUE), "hand")))
    assert (kept.format, kept.mode, kept.size) == ("PNG", "RGBA", (401, 101))


@pytest.mark.parametrize(
    ("sent", "kind", "code"),
    [
        (picture(BLUE, form="JPEG"), "hand", "format"),
        (b"", "hand", "format"),
        (picture(BLUE, ground=(255, 255, 255, 255)), "hand", "background"),
        (picture((0, 0, 0, 0)), "hand", "background"),
        (picture(BLACK), "hand", "not_blue"),
        (picture(RED), "hand", "not_blue"),
        (picture(BLUE), "seal", "not_red"),
        (picture(BLUE, drawn=(0, 0, 30, 30)), "hand", "small"),
        (picture(BLUE)[:200], "hand", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(LARGEST), "hand", "large"),
    ],
)
def test_what_is_no_such_picture_is_refused_in_words(sent, kind, code):
    with pytest.raises(PictureError) as refused:
        taken(sent, kind)
    assert refused.value.code == code
    assert refused.value.vi != refused.value.en


def test_the_signature_stands_in_the_middle_and_the_seal_covers_a_third_of_it_on_its_left():
    places = layout(PdfFileReader(io.BytesIO(draft())))
    (page, hand), (same, seal) = places[CHAIR], places[AGENCY]
    assert page == same
    millimetre = 72 / 25.4
    assert (hand[2] - hand[0]) / millimetre == pytest.approx(52, abs=0.5)
    assert (seal[2] - seal[0]) / millimetre == pytest.approx(35, abs=0.5), "as large as a real one"
    assert seal[2] - hand[0] == pytest.approx((hand[2] - hand[0]) / 3, abs=1)
    assert (seal[1] + seal[3]) / 2 == pytest.approx((hand[1] + hand[3]) / 2, abs=1)
    column = 595.276 - (15 + 84 / 2) * millimetre  # the middle of the right column
    assert (hand[0] + hand[2]) / 2 == pytest.approx(column, abs=1)


def test_pictures_are_shown_instead_of_what_trials_draw():
    bundle, trust = proof(draft(), office().chair.chain[0].dump())
    drawn = {
        CHAIR: taken(picture(BLUE), "hand"),
        AGENCY: taken(picture(RED, drawn=(150, 50, 450, 350)), "seal"),
    }
    made = seal_result(draft(), bundle, office().chair, office().agency, trial=True, at=AT, pictures=drawn)
    assert verify_result(made, trust).valid, "a picture changes nothing of what is proved"
    assert _share(made, "blue") > 0.3  # a low bar, a third of it under the seal
    assert _share(made, "red") > 0.7
    assert _share(issued().pdf, "red") < 0.5, "a ring is no full square"


def _share(pdf, colour):
    """How much of the place of its mark has a colour, as another program draws it."""
    (page, box) = layout(PdfFileReader(io.BytesIO(draft())))[CHAIR if colour == "blue" else AGENCY]
    number = str(page + 1)
    made = subprocess.run(
        ["pdftoppm", "-r", "72", "-f", number, "-l", number, "-png", "-"],
        input=pdf,
        capture_output=True,
        check=True,
    )
    sheet = Image.open(io.BytesIO(made.stdout)).convert("RGB")
    left, bottom, right, top = box
    data = sheet.crop((int(left), int(842 - top), int(right), int(842 - bottom))).tobytes()
    lead = [
        blue - red if colour == "blue" else red - blue
        for red, blue in zip(data[::3], data[2::3], strict=True)
    ]
    return sum(one > 60 for one in lead) / len(lead)
