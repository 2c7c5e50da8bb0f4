"""Questions, their halves, and what share of them was answered rightly."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

from xactin.cases.procedures.speech import Answer, Entry, Index
from xactin.identity.rules import folded

OWN: Final = Path(__file__).parent


@dataclass(frozen=True)
class Question:
    """What somebody said, and the codes that are right; none where nothing is."""

    said: str
    codes: frozenset[str]


def entries(path: str) -> list[Entry]:
    """A catalogue as it is searched. A level may be one or several; the lowest counts."""
    return [_entry(row) for row in json.loads(Path(path).read_text("utf-8"))]


def _entry(row: dict[str, Any]) -> Entry:
    said = row.get("level") or ""
    levels = [said] if isinstance(said, str) else [str(one) for one in said]
    level = "commune" if "commune" in levels else levels[0] if levels else ""
    keywords = row.get("keywords") or []
    phrases = keywords.split(",") if isinstance(keywords, str) else keywords
    return Entry(str(row["code"]), row["name"], level, row.get("field") or "", tuple(phrases))


def questions(path: str) -> list[Question]:
    """The questions of a file, one JSON object a line."""
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
    return [Question(row["q"], frozenset(map(str, row["codes"]))) for row in rows]


def halves(asked: Iterable[Question]) -> tuple[list[Question], list[Question]]:
    """The tuning half and the untouched one, by the first digit of each question's SHA-256: even or odd."""
    found: tuple[list[Question], list[Question]] = ([], [])
    for one in asked:
        found[int(sha256(one.said.encode()).hexdigest()[0], 16) % 2].append(one)
    return found


def report(title: str, known: Sequence[Entry], asked: Sequence[Question], *, wrong: bool = False) -> str:
    """The figures of a set of questions, in lines."""
    index = Index(known, folded)
    times, answers = [], []
    for one in asked:
        begun = perf_counter()
        answers.append(index.answer(one.said))
        times.append((perf_counter() - begun) * 1000)
    pairs = list(zip(asked, answers, strict=True))
    lines = [f"{title}: {len(asked)} questions, {len(known)} procedures", *_figures(pairs), timed(times)]
    lines += [_told(one, answer) for one, answer in pairs if wrong and not _well(one, answer)]
    return "\n".join(lines)


def _place(one: Question, answer: Answer) -> int:
    """Where the first right code stands, from 1; 0 where none does."""
    return next((at for at, hit in enumerate(answer.hits, 1) if hit.code in one.codes), 0)


def _figures(pairs: Sequence[tuple[Question, Answer]]) -> list[str]:
    places = [_place(one, answer) for one, answer in pairs if one.codes]
    first, third = sum(at == 1 for at in places), sum(0 < at <= 3 for at in places)
    nothing = [answer for one, answer in pairs if not one.codes]
    doubted = [(one, answer) for one, answer in pairs if not answer.sure]
    rightly = sum(_place(one, answer) != 1 for one, answer in doubted)
    sure_first = sum(_place(one, answer) == 1 for one, answer in pairs if answer.sure)
    return [
        f"  hit@1 {_part(first, len(places))}   hit@3 {_part(third, len(places))}",
        f"  not sure said {len(doubted)} times, right {_part(rightly, len(doubted))}"
        " (nothing fits, or the first is another thing)",
        f"  nothing fits: not sure {_part(sum(not answer.sure for answer in nothing), len(nothing))}",
        f"  when sure, the first is right {_part(sure_first, len(pairs) - len(doubted))}",
    ]


def _part(some: int, whole: int) -> str:
    return f"{some}/{whole} = {some / whole:.2f}" if whole else "0/0"


def timed(times: Sequence[float]) -> str:
    """Times in milliseconds as their median and 95th percentile."""
    cut = quantiles(times, n=20) if len(times) > 1 else [*times] * 19
    return f"  p50 {cut[9]:.2f} ms   p95 {cut[18]:.2f} ms"


def _well(one: Question, answer: Answer) -> bool:
    return _place(one, answer) == 1 if one.codes else not answer.sure


def _told(one: Question, answer: Answer) -> str:
    best = ", ".join(f"{hit.code} ({hit.score})" for hit in answer.hits[:3])
    return f"    {one.said!r} wanted {' '.join(sorted(one.codes)) or 'nothing'}: {best} confidence {answer.confidence}"
