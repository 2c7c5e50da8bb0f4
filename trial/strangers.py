"""Three hundred PDFs by a dozen programs: each is refused in words, or stamped on every page.

Beside the product's own two readers, three more say how many pages they find in what was made (qpdf, MuPDF, Poppler);
`--keep FOLDER` keeps what was made, for eyes.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from trial import programs
from xactin.cases.papers.drawings import DrawingError, permit_lines, stamp_drawing

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
LINES = permit_lines("Ủy ban nhân dân xã Bình Minh", "Cấp phép xây dựng", "01/GPXD", AT)
FIRST = ("reportlab", "pypdf", "fpdf2", "mupdf", "matplotlib", "weasyprint", "typst", "chromium")
AFTER = ("ghostscript", "cairo", "qpdf", "mutool", "pikepdf")


def made() -> Iterator[tuple[str, bytes]]:
    """What the programs write, then what others make of a sample of it."""
    sample: list[bytes] = []
    for program in FIRST:
        mine = list(_of(program, lambda name=program: getattr(programs, name)()))
        sample += [pdf for _, pdf in mine[:4]]
        yield from mine
    for program in AFTER:
        sources = sample[:4] if program == "pikepdf" else sample
        yield from _of(program, lambda name=program, given=sources: getattr(programs, name)(given))


def _of(program: str, maker: Callable[[], Iterator[tuple[str, bytes]]]) -> Iterator[tuple[str, bytes]]:
    try:
        yield from maker()
    except (ImportError, OSError, subprocess.CalledProcessError) as error:
        print(f"{program}: left out ({type(error).__name__}: {error})")


def judged(name: str, pdf: bytes, keep: Path | None) -> str:
    """`stamped`, `refused: CODE`, or what is wrong."""
    try:
        stamped = stamp_drawing(
            pdf, lines=LINES, url="https://dichvucong.example.vn/verify/X", trial=True, at=AT
        )
    except DrawingError as error:
        return f"refused: {error.code}" if error.vi else f"WRONG: refused without words: {error}"
    if keep:
        (keep / f"{name}.pdf").write_bytes(stamped)
    pages = {_pages(command, stamped) for command in READERS if shutil.which(command[0])}
    texts = _stamped_pages(stamped)
    if len(pages) > 1 or not stamped.startswith(pdf) or {texts} != pages:
        return f"WRONG: pages by other readers {pages}, with the words of the stamp {texts}"
    return "stamped"


READERS = (["qpdf", "--warning-exit-0", "--show-npages"], ["mutool", "show"], ["pdfinfo"])


def _pages(command: list[str], pdf: bytes) -> int:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        after = ["trailer/Root/Pages/Count"] if command[0] == "mutool" else []
        done = subprocess.run([*command, file.name, *after], capture_output=True, text=True, check=False)
    said = next((line for line in done.stdout.splitlines() if line.startswith("Pages:")), done.stdout)
    return int(said.split()[-1])


def _stamped_pages(pdf: bytes) -> int:
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return sum("01/GPXD" in page for page in text.split("\f"))


def main() -> int:
    """Prints what came of each program's files; 1 where anything is wrong."""
    options = argparse.ArgumentParser()
    options.add_argument("--keep", type=Path)
    keep = options.parse_args().keep
    counts: Counter[tuple[str, str]] = Counter()
    started = time.monotonic()
    for name, pdf in made():
        said = judged(name, pdf, keep)
        counts[name.split("-")[0], said] += 1
        if said.startswith("WRONG"):
            print(name, said)
    for (program, said), count in sorted(counts.items()):
        print(f"{program:12} {count:4} {said}")
    wrong = sum(count for (_, said), count in counts.items() if said.startswith("WRONG"))
    seen, took = len({one for one, _ in counts}), time.monotonic() - started
    print(f"{counts.total()} files by {seen} programs in {took:.0f} s, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
