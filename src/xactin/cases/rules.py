"""Pure decisions of the room: states, numbers, effects. No Django, no clock, no I/O."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Final


class NationalState(IntEnum):
    """The ten states shared with the national portal (facts: working rules of a dossier)."""

    NEW = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


_NATIONAL = {
    "submitted": NationalState.NEW,
    "supplement": NationalState.SUPPLEMENT,
    "withdrawn": NationalState.WITHDRAWN,
    "stopped": NationalState.STOPPED,
    "done": NationalState.RETURNED,
}


def national_state(phase: str, *, received: bool, handled: bool) -> NationalState:
    """The national portal's state for our finer one.

    `received`: the counter took the dossier in; `handled`: an act after reception was done.
    A refusal before reception is "not accepted", afterwards "processing stopped".
    """
    if phase == "refused":
        return NationalState.STOPPED if received else NationalState.NOT_RECEIVED
    if phase == "processing":
        return NationalState.PROCESSING if handled else NationalState.RECEIVED
    return _NATIONAL[phase]


def number_prefix(unit_code: str, day: date) -> str:
    """`H44.100-260826-`: unit and local day, before the four-digit serial."""
    return f"{unit_code}-{day:%y%m%d}-"


_WORD = re.compile(r"\w(?:[\w.-]*\w)?")


def search_words(number: str, procedure: str, people: str, marks: Iterable[str] = ()) -> str:
    """What a dossier is found by, as text of a `tsvector`: each word once, in the order of their bytes.

    Weight A has what everybody who sees the dossier may find it by: its number, whole and in pieces, and its
    procedure. Weight B has the names that lists show: who applied, and whose matter it is. Weight C has the marks
    of everybody else it is about (`dossiers/state/people.py`). `procedure` and `people` are folded.
    """
    whole = number.lower()
    pieces = whole.split("-")
    open_to_all = {
        whole,
        *pieces,
        *("-".join(pieces[at:]) for at in range(1, len(pieces))),
        *words_of(procedure),
    }
    weights = {
        **{f"{MARK}{mark}": "C" for mark in marks},
        **dict.fromkeys(words_of(people), "B"),
        **dict.fromkeys(open_to_all, "A"),
    }
    return " ".join(f"'{word}':1{weights[word]}" for word in sorted(weights, key=str.encode))


def search_query(text: str, *, by_name: bool) -> str:
    """Folded words as text of a `tsquery`: all of them, the last one as the beginning of a word; "" for none.

    Not `by_name`: the applicant's name is not looked at. Only the last may be unfinished, since an index finds
    whole words at once, and must collect all that a beginning fits (`nguyen` in a third of all dossiers).
    """
    weights = "" if by_name else "A"
    *whole, last = [f"'{word}'" for word in words_of(text)] or [""]
    return " & ".join(
        [*(f"{word}:{weights}" if weights else word for word in whole), last and f"{last}:*{weights}"]
    )


def person_query(words: Mapping[str, str]) -> str:
    """The query for dossiers with all of these words of a person, given with their marks; "" for none.

    A name that lists show is found by its words, anybody else's by the marks.
    """
    return " & ".join(f"( '{word}':B | '{MARK}{mark}':C )" for word, mark in words.items())


def late_from(was: datetime | None, at: datetime, due: Iterable[datetime]) -> datetime | None:
    """From when a dossier counts as late, after an act at `at`; None while nothing in it has a time limit.

    It is late when any step was not done in its time, whether it has been done since or not, and when it ended
    too late. So the first limit that passes stays; until then it is the nearest of what is `due`. Late is what
    counts from an earlier moment than now: the one definition for lists, counts, filters and files.
    """
    if was is not None and was < at:
        return was
    return min(due, default=None)


def words_of(text: str) -> list[str]:
    """The words of a folded text: letters and digits, with dots and dashes inside. So none needs quoting."""
    return [word[:_LONGEST_WORD] for word in _WORD.findall(text)]


_LONGEST_WORD = 100
MARK: Final = "~"
"""Before a mark; no word begins with it, so that nobody finds one by typing it."""


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What an act changed in a state, small enough to sign in `effect`, so that effects fold to states.

    Members of the answer: `set` (path -> value), `add` (path -> items put at a list's end), `drop`
    (paths). A path is a list of keys; dicts are compared two levels deep.
    """
    sets: list[list[Any]] = []
    adds: list[list[Any]] = []
    drops: list[list[str]] = []

    def walk(before: Mapping[str, Any], after: Mapping[str, Any], path: list[str]) -> None:
        for key in sorted(before.keys() | after.keys()):
            here = [*path, key]
            if key not in after:
                drops.append(here)
            elif key not in before:
                sets.append([here, after[key]])
            elif before[key] != after[key]:
                differ(before[key], after[key], here)

    def differ(was: Any, now: Any, here: list[str]) -> None:
        if isinstance(was, dict) and isinstance(now, dict) and len(here) < 2:
            walk(was, now, here)
        elif isinstance(was, list) and isinstance(now, list) and now[: len(was)] == was:
            adds.append([here, now[len(was) :]])
        else:
            sets.append([here, now])

    walk(old, new, [])
    found = {"set": sets, "add": adds, "drop": drops}
    return {name: value for name, value in found.items() if value}


def fold(state: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The state after a change that `changed` found: `fold(a, changed(a, b)) == b`.

    Nothing given is changed. What a change leaves alone is shared between both states, not copied.
    """
    folded = dict(state)

    def holder(path: list[str]) -> tuple[Any, str]:
        inner: Any = folded
        for key in path[:-1]:
            inner[key] = {**inner[key]}  # until now it may be the older state's too
            inner = inner[key]
        return inner, path[-1]

    for path in change.get("drop", ()):
        inner, key = holder(path)
        del inner[key]
    for path, value in change.get("set", ()):
        inner, key = holder(path)
        inner[key] = value
    for path, items in change.get("add", ()):
        inner, key = holder(path)
        inner[key] = [*inner[key], *items]
    return folded
