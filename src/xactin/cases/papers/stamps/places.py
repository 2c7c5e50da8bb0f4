"""Where the stamp stands on a page: the upper right corner as the page is seen, in the size the law gives it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from xactin.cases.papers.signing.pdf import entry

MILLIMETRE: Final = 72 / 25.4
STAMP: Final = (80.0, 45.0)  # mm, as marks.typ draws it
# Decree 217/2026, form 06: 6 to 9 cm long, 4 to 6 cm wide. The shape is fixed, so the shorter bound rules.
SMALLEST, LARGEST = 40 / STAMP[1], 90 / STAMP[0]
SHARE: Final = 0.3  # of the page's width, within those bounds
EDGE: Final = 8.0  # mm
LETTER: Final = (0.0, 0.0, 612.0, 792.0)  # what readers take where a page has no box
DEEPEST: Final = 50
NUMBER: Final = (int, float, Decimal)  # pyHanko reads fractions as Decimal
Box = tuple[float, float, float, float]


class BoxError(ValueError):
    """A page whose box is none."""


@dataclass(frozen=True)
class Sheet:
    """A page as it is seen: its visible box in its own units (1/72 inch times `unit`), `turn` in degrees clockwise."""

    box: Box
    turn: int
    unit: float

    @property
    def seen(self) -> tuple[float, float]:
        """Width and height as the page is seen."""
        left, bottom, right, top = self.box
        turned = self.turn in (90, 270)
        return (top - bottom, right - left) if turned else (right - left, top - bottom)


def sheet(page: Any) -> Sheet:
    """The sheet of a page object; what is inherited counts. Raises BoxError."""
    media = _box(inherited(page, "/MediaBox")) or LETTER
    crop = _box(inherited(page, "/CropBox")) or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    # Readers show the whole sheet where a cut leaves nothing of it.
    box = (left, bottom, right, top) if right > left and top > bottom else media
    if box[2] - box[0] < 1 or box[3] - box[1] < 1:
        raise BoxError("a page without area")
    turn = inherited(page, "/Rotate")
    degrees = int(turn) % 360 if isinstance(turn, NUMBER) else 0
    unit = entry(page, "/UserUnit", 1)
    scale = float(unit) if isinstance(unit, NUMBER) and unit > 0 else 1.0
    return Sheet(box, degrees if degrees in (90, 180, 270) else 0, scale)


def inherited(page: Any, key: str) -> Any:
    """A value of a page or of what stands above it, references followed; None where there is none."""
    node = page
    for _ in range(DEEPEST):
        if key in node and (found := node[key]) is not None:
            return found
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return None


def _box(value: Any) -> Box | None:
    """A rectangle whose edges may each be a reference; None for what is none."""
    if not isinstance(value, list) or len(value) != 4:
        return None
    edges = [value[place] for place in range(4)]  # by index: that follows references
    if not all(isinstance(edge, NUMBER) for edge in edges):
        return None
    one, two, three, four = (float(edge) for edge in edges)
    box = min(one, three), min(two, four), max(one, three), max(two, four)
    return box if box[2] > box[0] and box[3] > box[1] else None


def standing(on: Sheet) -> Box:
    """Where the stamp stands as the page is seen: left, bottom, right, top from its lower left corner."""
    width, height = on.seen
    point = MILLIMETRE / on.unit
    scale = min(max(SHARE * width / (STAMP[0] * point), SMALLEST), LARGEST)
    # A page smaller than the law thought of gets a stamp as large as it can hold.
    scale = min(scale, width * 0.9 / (STAMP[0] * point), height * 0.9 / (STAMP[1] * point))
    right, top = width - min(EDGE * point, 0.02 * width), height - min(EDGE * point, 0.02 * height)
    return right - STAMP[0] * point * scale, top - STAMP[1] * point * scale, right, top


def placement(on: Sheet) -> tuple[float, ...]:
    """The matrix that lays the stamp (drawn in points, from its lower left corner) where it stands."""
    left, bottom, right, top = on.box
    x, y, end, _ = standing(on)
    scale = (end - x) / (STAMP[0] * MILLIMETRE)
    # Seen (x, y) to the page's own coordinates: a quarter turn clockwise sends its "up" to the seen "right".
    return {
        0: (scale, 0, 0, scale, left + x, bottom + y),
        90: (0, scale, -scale, 0, right - y, bottom + x),
        180: (-scale, 0, 0, -scale, right - x, top - y),
        270: (0, -scale, scale, 0, left + y, top - x),
    }[on.turn]
