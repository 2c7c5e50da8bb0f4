"""Builds the typeface of state papers, one file a face, from the subsets that npm publishes.

Decree 30/2020 asks for a Times-like face. Tinos (Apache-2.0) comes as one woff2 file a subset, of which Typst
would take only one and fall back for the rest; merged into one file they set all Vietnamese letters.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).with_name("fonts")
CHARACTERS = "characters"  # the code points that every face can set, in decimal
SUBSETS: Final = ("latin", "latin-ext", "vietnamese")
FACES: Final = {
    "Tinos-Regular": "400-normal",
    "Tinos-Italic": "400-italic",
    "Tinos-Bold": "700-normal",
    "Tinos-BoldItalic": "700-italic",
}
# Positioning and substitution tables of the subsets contradict each other, and Vietnamese needs none of them:
# its letters are precomposed (text is brought to NFC first).
LAYOUT_TABLES: Final = ("GPOS", "GSUB", "GDEF")
HINTING_TABLES: Final = ("fpgm", "prep", "cvt ", "gasp", "hdmx", "LTSH", "VDMX")


class FontsMissingError(RuntimeError):
    """The typeface was not built; `make` does it at set-up."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no typeface in {folder}: run `python -m xactin.cases.papers.fonts`")


def build_fonts(node_modules: Path, target: Path = FONTS) -> bool:
    """Fills `target` with one TTF a face unless it holds what these sources give; tells whether it did.

    The same sources give the same bytes on every machine, since the fonts end up in attested documents.
    """
    files = node_modules / "@fontsource" / "tinos" / "files"
    sources = {
        name: [files / f"tinos-{subset}-{face}.woff2" for subset in SUBSETS] for name, face in FACES.items()
    }
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for parts in sources.values():
        for part in parts:
            digest.update(part.read_bytes())
    stamp = target / "stamp"
    if stamp.is_file() and stamp.read_text("ascii") == digest.hexdigest():
        return False
    part_folder = target.with_name(f"{target.name}.part")
    shutil.rmtree(part_folder, ignore_errors=True)
    part_folder.mkdir(parents=True)
    for name, parts in sources.items():
        _merge(parts, part_folder / f"{name}.ttf", part_folder)
    points = " ".join(map(str, sorted(_settable(part_folder))))
    (part_folder / CHARACTERS).write_text(points, "ascii")
    (part_folder / "stamp").write_text(digest.hexdigest(), "ascii")
    shutil.rmtree(target, ignore_errors=True)
    part_folder.rename(target)
    return True


def _merge(parts: list[Path], target: Path, workplace: Path) -> None:
    """One face from its subsets; a character that stands in several is taken from the first."""
    from fontTools import merge, subset
    from fontTools.ttLib import TTFont

    loose, taken = [], set[int]()
    for number, part in enumerate(parts):
        font = TTFont(part, recalcTimestamp=False)
        wanted = set(font.getBestCmap()) - taken
        taken |= wanted
        options = subset.Options(drop_tables=[*subset.Options().drop_tables, *LAYOUT_TABLES, *HINTING_TABLES])
        options.hinting = False
        options.notdef_outline = True
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        font.flavor = None
        file = workplace / f"{target.stem}.{number}.part"
        font.save(file)
        loose.append(file)
    merged = merge.Merger(options=merge.Options(drop_tables=list(LAYOUT_TABLES))).merge(list(map(str, loose)))
    merged.recalcTimestamp = False
    merged["head"].created = merged["head"].modified = 0
    merged.save(target)
    for file in loose:
        file.unlink()


def font_folder(folder: Path = FONTS) -> Path:
    """The folder of the built typeface. Raises FontsMissingError."""
    if not all((folder / name).is_file() for name in (*(f"{face}.ttf" for face in FACES), CHARACTERS)):
        raise FontsMissingError(folder)
    return folder


def characters(folder: Path = FONTS) -> frozenset[int]:
    """The code points that every face can set; read as set-up found them, so that nothing opens fonts later."""
    return frozenset(map(int, (font_folder(folder) / CHARACTERS).read_text("ascii").split()))


def _settable(folder: Path) -> set[int]:
    from fontTools.ttLib import TTFont

    found = []
    for name in FACES:
        with TTFont(folder / f"{name}.ttf") as font:
            found.append(set(font.getBestCmap()))
    return set.intersection(*found)


if __name__ == "__main__":
    checkout = Path(__file__).resolve().parents[4]
    built = build_fonts(Path(sys.argv[1]) if len(sys.argv) > 1 else checkout / "node_modules")
    print(f"{FONTS}: {'built' if built else 'up to date'}")
