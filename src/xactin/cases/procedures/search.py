"""The catalogue in force today as it is searched: one index a process, made anew when the catalogue moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Final
from uuid import UUID

from xactin.cases.models import ProcedureVersion
from xactin.cases.procedures.queries import catalogue
from xactin.cases.procedures.speech import Entry, Index, grouped
from xactin.identity.queries import folded
from xactin.kernel.local import local_day
from xactin.ledger.clock import now

MOST: Final = 200
"""How many an answer holds before a level or a field narrows it."""
FAR: Final = 2_000
State = tuple[UUID | None, date]
"""The entry that published last, and the day."""


@dataclass(frozen=True)
class Found:
    """Versions that fit, the best first, each with its points; `sure` as the index says."""

    rows: list[ProcedureVersion]
    scores: dict[str, float]
    sure: bool
    groups: list[list[ProcedureVersion]]


@dataclass(frozen=True)
class _Standing:
    """An index and the state of the catalogue that it was made of. A version is never edited and ends only on a day
    or when another is published: so the last publication and the day tell whether something moved, in any process."""

    state: State
    index: Index
    ids: dict[str, int]


_kept: _Standing | None = None
_making: Final = Lock()


def found(*, words: str, level: str = "", field: str = "", limit: int = 100) -> Found:
    """Procedures in force today for what a person said, with or without diacritics, with slips."""
    standing = _standing()
    answer = standing.index.answer(words, FAR if level or field else max(MOST, limit))
    ids = {hit.code: standing.ids[hit.code] for hit in answer.hits}
    rows = {
        row.code: row
        for row in ProcedureVersion.objects.defer("files", "search").filter(pk__in=ids.values())
        if level in ("", row.level) and field in ("", row.field_code)
    }
    best = [rows[code] for code in ids if code in rows][:limit]
    scores = {hit.code: hit.score for hit in answer.hits}
    # What a filter left over may be far from what was said, however sure the whole answer was.
    sure = answer.sure and (not best or best[0].code == answer.hits[0].code or not (level or field))
    return Found(best, scores, sure and bool(best), _groups(best, standing.index))


def _groups(rows: Sequence[ProcedureVersion], index: Index) -> list[list[ProcedureVersion]]:
    return grouped(rows, lambda row: index.marks(row.code))


def _standing() -> _Standing:
    """The index of the catalogue as it stands. One thread makes it, the others wait for it."""
    global _kept
    state = _state()
    held = _kept
    if held is not None and held.state == state:
        return held
    with _making:
        if _kept is None or _kept.state != state:
            _kept = _made(state)
        return _kept


def _state() -> State:
    newest = ProcedureVersion.objects.order_by("-pk").values_list("published_entry", flat=True).first()
    return newest, local_day(now())


def _made(state: State) -> _Standing:
    rows = catalogue().values_list("pk", "code", "name_vi", "name_en", "level", "field_code", "keywords")
    entries, ids = [], {}
    for pk, code, vi, en, level, field, keywords in rows:
        phrases = (en, *filter(None, (one.strip() for one in keywords.split(","))))
        entries.append(Entry(code, vi, level, field, phrases))
        ids[code] = pk
    return _Standing(state, Index(entries, folded), ids)
