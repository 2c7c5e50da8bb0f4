"""Is the stamp to be seen? A second reader of PDF (PDFium), which shares no code with the one that wrote it, opens
what we made and draws the corner of each page. Runs in the closed child.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import pypdfium2
from PIL import Image, ImageChops

from xactin.cases.papers.stamps.places import Box, Sheet, standing
from xactin.vault.apart import WorkError

ACROSS: Final = 160  # pixels over the width of the stamp
BLOCK: Final = 8  # pixels
AGREE: Final = 0.7  # of the stamp's red and of its white; 0.95 and more where all is well


def unseen(
    pdf: bytes, mark: bytes, sheets: Sequence[Sheet], until: float, *, every: bool = True
) -> list[int]:
    """The pages (from 0) on which the stamp is not to be seen as it was printed.

    Raises WorkError where the second reader cannot open the file, finds other pages in it than we do, or has not
    looked at every page by `until` (of `time.monotonic`): what was not seen is not taken for well. Not `every`: as
    many as the time allows, from all over the file.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
        # A file with a form draws its fields only when told to; the stamp does not need them.
        if len(document) != len(sheets):
            raise WorkError("unreadable", f"another reader finds {len(document)} pages, not {len(sheets)}")
        wanted = _Wanted(mark)
        found = []
        for number in range(len(sheets)) if every else _all_over(len(sheets)):
            if time.monotonic() >= until:
                if every:
                    raise WorkError("limits", f"no time to look at page {number + 1}")
                break
            if not wanted.found_in(_corner(document[number], sheets[number])):
                found.append(number)
        return sorted(found)
    except pypdfium2.PdfiumError as error:
        raise WorkError("unreadable", f"another reader: {error}") from error


def _all_over(count: int) -> list[int]:
    """The pages in an order whose every beginning is spread over all of them: halves, quarters, eighths."""
    width = count.bit_length()
    return sorted(range(count), key=lambda number: int(f"{number:0{width}b}"[::-1], 2))


def _corner(page: Any, sheet: Sheet) -> Image.Image:
    """The part of a page where the stamp stands, drawn."""
    box = standing(sheet)
    width, height = sheet.seen
    if abs(page.get_width() - width) > 1 or abs(page.get_height() - height) > 1:
        raise WorkError("unreadable", "another reader sees a page of another size")
    scale = ACROSS / (box[2] - box[0])
    return _drawn(page, scale, (box[0], box[1], width - box[2], height - box[3]))


def _drawn(page: Any, scale: float, cut: Box = (0, 0, 0, 0)) -> Image.Image:
    try:
        picture: Image.Image = page.render(scale=scale, crop=cut, draw_annots=False).to_pil()
        return picture.convert("RGB")
    finally:
        page.close()


class _Wanted:
    """The stamp as it was printed, in the same size."""

    def __init__(self, mark: bytes) -> None:
        page = pypdfium2.PdfDocument(mark)[0]
        picture = _drawn(page, ACROSS / page.get_width())
        self.red, self.light = _redness(picture), _light(picture)

    def found_in(self, picture: Image.Image) -> bool:
        """Whether enough of its red is red here, and of its white light."""
        return _agreed(self.red, _redness(picture)) >= AGREE and _agreed(self.light, _light(picture)) >= AGREE


_ABOVE_GREY: Final = [max(0, value - 128) for value in range(256)]


def _redness(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()
    return _blocks(ImageChops.subtract(red, ImageChops.lighter(green, blue)))


def _light(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()
    darkest = ImageChops.darker(red, ImageChops.darker(green, blue))
    return _blocks(darkest.point(_ABOVE_GREY))


def _blocks(measure: Image.Image) -> Image.Image:
    """How much there is of it in each square of pixels: what rounding moves by a pixel mostly stays in its square."""
    across, down = (-(-side // BLOCK) * BLOCK for side in measure.size)
    return measure.crop((0, 0, across, down)).reduce(BLOCK)


def _agreed(wanted: Image.Image, found: Image.Image) -> float:
    """The share of what is wanted that is found where it is wanted."""
    whole = sum(wanted.tobytes())
    both = ImageChops.darker(wanted, found.crop((0, 0, *wanted.size)))
    return sum(both.tobytes()) / whole if whole else 1.0
