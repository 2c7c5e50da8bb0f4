"""Compiles each room's `.po` to `.mo` with Babel, so that no gettext tools are needed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]


def compile_all(package: Path = PACKAGE) -> list[Path]:
    """Compiles what is newer than its `.mo`; returns the files written."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = []
    for source in sorted(package.glob("*/locale/*/LC_MESSAGES/django*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as po:
            catalog = read_po(po, locale=source.parts[-3])
        with target.open("wb") as mo:
            write_mo(mo, catalog)
        written.append(target)
    return written
