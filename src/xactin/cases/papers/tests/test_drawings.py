import io
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from xactin.cases.papers import DrawingError, permit_lines, seal_drawing, stamp_drawing
from xactin.cases.papers.drawings import STAMP, placement
from xactin.cases.papers.testing import AGENCY, AT, drawing, office
from xactin.cases.papers.tests.issued import issued

LINES = permit_lines(AGENCY, "Giấy phép xây dựng", "01/GPXD-UBND", AT)
SHEETS = ((1190.55, 841.89, 0), (841.89, 1190.55, 90), (595, 842, 180), (842, 595, 270))


def stamped(pdf, **named):
    return stamp_drawing(pdf, **{"lines": LINES, "url": None, "trial": True, "at": AT} | named)


def test_every_page_says_to_which_permit_it_belongs():
    pdf = stamped(drawing(*SHEETS), url="https://dichvucong.example.vn/verify/X")
    for page in map(str, range(1, 5)):
        made = subprocess.run(
            ["pdftotext", "-f", page, "-l", page, "-", "-"],
            input=pdf,
            capture_output=True,
            check=True,
        )
        text = made.stdout.decode()
        for line in (*LINES, "BẢN THỬ NGHIỆM - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"):
            assert line in text, (page, line)


def test_the_drawing_stays_the_beginning_and_the_agency_signs_all_of_it(tmp_path):
    given_drawing = drawing(*SHEETS)
    agency = office().agency
    pdf = seal_drawing(given_drawing, lines=LINES, url=None, agency=agency, trial=True, at=AT)
    assert pdf.startswith(given_drawing)
    file = tmp_path / "drawing.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(["pdfsig", file], capture_output=True, check=False).stdout.decode()
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"] == 4


def test_what_the_page_did_before_the_stamp_does_not_move_it():
    pdf = stamped(drawing())
    page = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Kids"][0]
    contents = [part.get_object().data for part in page["/Contents"]]
    assert contents[0] == b"q"
    assert contents[-1].startswith(b"Q q ")


@given(
    st.floats(50, 14_000),
    st.floats(50, 14_000),
    st.floats(-500, 500),
    st.sampled_from([0, 90, 180, 270]),
    st.sampled_from([1.0, 2.0, 10.0]),
)
def test_the_stamp_lies_on_the_page_however_it_is_turned(width, height, offset, turn, unit):
    box = (offset, offset, offset + width, offset + height)
    a, b, c, d, e, f = placement(box, turn, unit)
    across, up = (side * 72 / 25.4 for side in STAMP)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (0, across) for y in (0, up)]
    slack = 1e-6 * (abs(offset) + width + height)
    assert all(
        box[0] - slack <= x <= box[2] + slack and box[1] - slack <= y <= box[3] + slack for x, y in corners
    )


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.7\n",
        b"<html>",
        drawing()[:-200],
        drawing().replace(b"/Count 1", b"/Count 9"),
        drawing()[:300],
    ],
)
def test_a_broken_drawing_is_told(pdf):
    with pytest.raises(DrawingError) as error:
        stamped(pdf)
    assert error.value.code == "unreadable"


def test_a_drawing_without_end_is_told():
    with pytest.raises(DrawingError, match="limits"):
        stamped(drawing(*SHEETS * 126))
    with pytest.raises(DrawingError, match="limits"):
        stamped(b"%PDF-" + b" " * (61 << 20))


def test_a_drawing_that_was_signed_before_may_be_stamped():
    """A designer's signature stays valid for the drawing as it was."""
    pdf = seal_drawing(issued().pdf, lines=LINES, url=None, agency=office().agency, trial=True, at=AT)
    reader = PdfFileReader(io.BytesIO(pdf))
    assert len(reader.embedded_regular_signatures) == 3
    assert pdf.startswith(issued().pdf)
