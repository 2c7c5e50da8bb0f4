"""What applicants of the demo attach: small PDFs set by Typst, each with its own words.

They are made here as a person makes a scan: outside of the platform, which then takes them in by its own door.
"""

from functools import lru_cache
from typing import Any, Final

import orjson
import typst

from xactin.cases.papers.fonts import font_folder
from xactin.demo.people import DATA

_TEMPLATE: Final = DATA / "paper.typ"


def paper(title: str, lines: list[str]) -> bytes:
    """A page with a title and lines, as PDF."""
    return _set(title, tuple(lines), 0, "")


def drawing(title: str, lines: list[str], *, storeys: int, height: str) -> bytes:
    """A drawing with one plan a storey, as PDF."""
    return _set(title, tuple(lines), storeys, height)


@lru_cache(maxsize=32)
def _set(title: str, lines: tuple[str, ...], storeys: int, height: str) -> bytes:
    told = {"title": title, "lines": list(lines), "storeys": storeys, "height": height}
    inputs = {"told": orjson.dumps(told).decode()}
    pdf: bytes = _compiler().compile(_TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs)
    return pdf


@lru_cache(maxsize=1)
def _compiler() -> Any:
    return typst.Compiler(font_paths=[str(font_folder())], ignore_system_fonts=True)
