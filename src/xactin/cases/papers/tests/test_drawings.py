import io
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from xactin.cases.papers import DrawingError, drawings, permit_lines, seal_drawing, stamp_drawing
from xactin.cases.papers.drawings import try_stamp
from xactin.cases.papers.stamps import child, pages, sight
from xactin.cases.papers.stamps.pages import page_references
from xactin.cases.papers.stamps.places import STAMP, Sheet, placement, standing
from xactin.cases.papers.testing import AGENCY, AT, drawing, office
from xactin.cases.papers.tests.issued import issued
from xactin.vault.apart import WorkError

LINES = permit_lines(AGENCY, "Cấp phép xây dựng", "01/GPXD", AT)
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
    assert contents[0] == b"q\n"
    assert contents[-1].startswith(b"\nQ\nq ")


@given(
    st.floats(50, 14_000),
    st.floats(50, 14_000),
    st.floats(-500, 500),
    st.sampled_from([0, 90, 180, 270]),
    st.sampled_from([1.0, 2.0, 10.0]),
)
def test_the_stamp_lies_on_the_page_however_it_is_turned(width, height, offset, turn, unit):
    box = (offset, offset, offset + width, offset + height)
    a, b, c, d, e, f = placement(Sheet(box, turn, unit))
    across, up = (side * 72 / 25.4 for side in STAMP)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (0, across) for y in (0, up)]
    slack = 1e-6 * (abs(offset) + width + height)
    assert all(
        box[0] - slack <= x <= box[2] + slack and box[1] - slack <= y <= box[3] + slack for x, y in corners
    )


@pytest.mark.parametrize("size", [(595, 842), (842, 595), (1191, 842), (2384, 3370)])
def test_the_stamp_has_the_size_of_the_decree(size):
    """Decree 217/2026, form 06: 6 to 9 cm by 4 to 6 cm, from A4 to A0."""
    left, bottom, right, top = standing(Sheet((0, 0, *size), 0, 1.0))
    across, up = ((side / 72 * 25.4) for side in (right - left, top - bottom))
    assert 60 <= round(across, 6) <= 90
    assert 40 <= round(up, 6) <= 60


STRANGERS = Path(__file__).with_name("strangers")
BROKEN = {"only-a-header"}


@pytest.mark.parametrize("file", sorted(STRANGERS.glob("*.pdf")), ids=lambda file: file.stem)
def test_what_other_programs_write_is_stamped_on_every_page_or_refused_in_words(file):
    pdf = file.read_bytes()
    if file.stem in BROKEN:
        with pytest.raises(DrawingError) as error:
            try_stamp(pdf)
        assert error.value.code == "unreadable"
        assert "Lưu thành PDF" in error.value.vi
        return
    sealed = seal_drawing(pdf, lines=LINES, url=None, agency=office().agency, trial=True, at=AT)
    assert sealed.startswith(pdf)
    made = subprocess.run(["pdftotext", "-", "-"], input=sealed, capture_output=True, check=True)
    *pages, _ = made.stdout.decode().split("\f")
    assert all(LINES[2] in page for page in pages)
    assert len(pages) == len(list(page_references(PdfFileReader(io.BytesIO(pdf), strict=False))))


LEFT_BEHIND = {
    "a comment": b"0 0 100 100 re f % the end",
    "states never restored": b"q q q 0.1 0 0 0.1 500 500 cm 0 0 9 9 re W n",
    "states restored too often": b"Q Q Q 3 0 0 3 7 7 cm 0 0 9 9 re f",
    "a cut": b"Q 0 0 5 5 re W n",
    "half a word": b"q 0 0 9 9 re f Q 1 0 0 r",
    "white over black": b"0 g 0 0 9999 9999 re f 1 g",
}


@pytest.mark.parametrize("content", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_what_a_page_leaves_behind_does_not_hide_the_stamp(content):
    stamped(drawing(shown=content))  # a second reader looks at it


def test_a_page_that_there_was_no_time_to_look_at_is_not_taken_for_well():
    mark, blank = drawings.render_mark("stamp", {"lines": LINES, "trial": True, "qr": None}, at=AT), drawing()
    asked = {"do": "stamp", "most": 9, "seconds": 0}
    with pytest.raises(WorkError, match="limits"):
        child.work(asked, [blank, mark])
    assert child.work({**asked, "keep": False}, [blank, mark]) == (
        {},
        [],
    )  # a trial sees what its time allows
    for count in (1, 2, 3, 300):
        assert sorted(sight._all_over(count)) == list(range(count))
    assert {at // 100 for at in sight._all_over(400)[:4]} == {0, 1, 2, 3}, "from all over the drawing"


def test_a_stamp_that_is_not_to_be_seen_is_not_published(monkeypatch):
    """Whatever hides it: here the stamp is laid outside of the page."""
    mark, blank = drawings.render_mark("stamp", {"lines": LINES, "trial": True, "qr": None}, at=AT), drawing()
    monkeypatch.setattr(pages, "placement", lambda _sheet: (1, 0, 0, 1, 9000, 9000))
    with pytest.raises(WorkError, match="unseen"):
        child.work({"do": "stamp", "most": 9, "seconds": 60}, [blank, mark])


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
    with pytest.raises(DrawingError, match="pages"):
        stamped(drawing(*SHEETS * 126))
    with pytest.raises(DrawingError, match="limits"):
        stamped(b"%PDF-" + b" " * (61 << 20))


def test_a_drawing_that_was_signed_before_may_be_stamped():
    """A designer's signature stays valid for the drawing as it was."""
    pdf = seal_drawing(issued().pdf, lines=LINES, url=None, agency=office().agency, trial=True, at=AT)
    reader = PdfFileReader(io.BytesIO(pdf))
    assert len(reader.embedded_regular_signatures) == 3
    assert pdf.startswith(issued().pdf)
