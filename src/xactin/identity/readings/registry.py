"""What rooms know of the log of openings: whom a subject is about, what it is called, why it was opened."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """`about`: the subjects (`case:<id>`) about a person. `named`: what each of these ids is called."""

    about: Callable[[UUID], Collection[str]]
    named: Callable[[Collection[str]], Mapping[str, str]]


_kinds: Final[dict[str, SubjectKind]] = {}
_purposes: Final[dict[str, tuple[str, str]]] = {}
_readers: Final[dict[str, tuple[str, str]]] = {}


def register_subjects(
    kind: str,
    *,
    about: Callable[[UUID], Collection[str]],
    named: Callable[[Collection[str]], Mapping[str, str]],
) -> None:
    """Says which subjects of a kind are about a person, and their names by id. Called from a room's `apps.py`."""
    _kinds[kind] = SubjectKind(about, named)


def register_purpose(id: str, *, vi: str, en: str) -> None:
    """Says in words why something was opened. Called from a room's `apps.py`."""
    _purposes[id] = (vi, en)


def purposes() -> dict[str, str]:
    """Every known purpose in the language in use."""
    place = 0 if (get_language() or "vi").startswith("vi") else 1
    return {id: texts[place] for id, texts in _purposes.items()}


def register_reader(id: str, *, vi: str, en: str) -> None:
    """Says in words what opens content under this name, which is no person's. Called from a room's `apps.py`."""
    _readers[id] = (vi, en)


def readers() -> dict[str, str]:
    """Every known reader that is no person, in the language in use."""
    place = 0 if (get_language() or "vi").startswith("vi") else 1
    return {id: texts[place] for id, texts in _readers.items()}


def subjects_about(person: UUID) -> list[str]:
    """Every subject about a person that rooms know of."""
    return [subject for kind in _kinds.values() for subject in kind.about(person)]


def names_of(subjects: Collection[str]) -> dict[str, str]:
    """What subjects are called; those of no room stand as they are."""
    found: dict[str, str] = {}
    for kind, known in _kinds.items():
        ids = [subject.partition(":")[2] for subject in subjects if subject.startswith(f"{kind}:")]
        if ids:
            found |= {f"{kind}:{id}": name for id, name in known.named(ids).items()}
    return {subject: found.get(subject, subject) for subject in subjects}
