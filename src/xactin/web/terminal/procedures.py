"""`xactin import-procedures`: files of the national procedure database become drafts, one line a file."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

Language = Literal["vi", "en"]
WORDS: Final = {
    "new": ("bản thảo mới", "new draft"),
    "same": ("đã nhập, không đổi", "already imported, unchanged"),
    "changed": ("tệp đã thay đổi: bản thảo số {number}", "the file changed: draft {number}"),
    "refused": ("không nhập được: {reason}", "not imported: {reason}"),
    "doubts": ("{count} điểm cần người xem", "{count} points for a person to look at"),
    "none": ("Không có tệp JSON nào ở đó.", "There is no JSON file there."),
    "total": (
        "{new} mới, {changed} thay đổi, {same} không đổi, {refused} không nhập được",
        "{new} new, {changed} changed, {same} unchanged, {refused} not imported",
    ),
}


def import_procedures(paths: Sequence[Path], language: Language) -> int:
    """Imports each file by itself: one that cannot be read holds up no other. 1 where any could not be imported."""
    files = [file for path in paths for file in _files(path)]
    if not files:
        print(_said("none", language), file=sys.stderr)
        return 1
    counts = dict.fromkeys(("new", "changed", "same", "refused"), 0)
    for file in files:
        outcome, line = _imported(file, language)
        counts[outcome] += 1
        print(f"{file}: {line}", flush=True)
    print(_said("total", language).format(**counts))
    return 1 if counts["refused"] else 0


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.rglob("*.json"))
    else:
        yield path


def _imported(file: Path, language: Language) -> tuple[str, str]:
    """What became of a file, and the words for it."""
    from xactin.cases.procedures.drafts.commands import LARGEST, Unreadable, import_file

    try:
        with file.open("rb") as stream:
            sent = stream.read(LARGEST + 1)
        done = import_file(by=None, sent=sent)
    except Unreadable as refused:
        reason = refused.vi if language == "vi" else refused.en
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        draft = done.draft
        told = _said(done.outcome, language).format(number=draft.number)
        doubts = _said("doubts", language).format(count=len(draft.doubts))
        return done.outcome, f"{draft.code} {draft.name_vi}: {told}; {doubts}"
    return "refused", _said("refused", language).format(reason=reason)


def _said(key: str, language: Language) -> str:
    return WORDS[key][0 if language == "vi" else 1]
