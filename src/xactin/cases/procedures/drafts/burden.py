"""What a procedure asks of people and of offices, and what another version of it asks no longer. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xactin.kernel.procedure.description import Words
from xactin.kernel.procedure.package import Package


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked: a paper, a question, a step. `id` names it in its own package."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class Change:
    """How many there were and are, and which went and came."""

    before: int
    after: int
    removed: tuple[Asked, ...]
    added: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Burden:
    """What changes for whoever applies (`papers`, `questions`) and for the offices (`steps`)."""

    papers: Change
    questions: Change
    steps: Change


def burden(before: Package, after: Package) -> Burden:
    """What `after` asks beside `before`.

    Things are the same by their id, or by their name: a version written anew gives other ids to the same papers.
    """
    return Burden(
        papers=_change(_papers(before), _papers(after)),
        questions=_change(list(_questions(before.form_schema, "")), list(_questions(after.form_schema, ""))),
        steps=_change(_steps(before), _steps(after)),
    )


def _papers(package: Package) -> list[Asked]:
    return [Asked(one.kind, one.name) for one in package.procedure.documents if not one.show_only]


def _steps(package: Package) -> list[Asked]:
    return [Asked(one.id, one.name) for one in package.procedure.tasks.values() if not one.party]


def _questions(schema: Mapping[str, Any], place: str) -> Iterator[Asked]:
    """The answers that somebody types: what has fields of its own is only a heading over them."""
    for name, inner in schema.get("properties", {}).items():
        pointer = f"{place}/{name}"
        fields = inner.get("items", inner) if isinstance(inner.get("items"), Mapping) else inner
        if "properties" in fields:
            yield from _questions(fields, pointer)
        else:
            label = inner.get("x-ui", {}).get("label", {})
            yield Asked(pointer, {words: str(label.get(words, "")) for words in ("vi", "en")})


def _change(before: Sequence[Asked], after: Sequence[Asked]) -> Change:
    return Change(
        before=len(before),
        after=len(after),
        removed=tuple(_missing(before, after)),
        added=tuple(_missing(after, before)),
    )


def _missing(wanted: Sequence[Asked], there: Sequence[Asked]) -> Iterator[Asked]:
    ids, names = {one.id for one in there}, {_plain(one) for one in there}
    return (one for one in wanted if one.id not in ids and _plain(one) not in names)


def _plain(one: Asked) -> str:
    return " ".join(one.name.get("vi", "").casefold().split())
