"""What sort of work a package describes, and what a package of each sort must say.

A citizen's application is one sort among others: work begins also by an official, another case, a signal or
the calendar, and then nobody asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xactin.kernel.procedure.description import Procedure
from xactin.kernel.procedure.problems import Problem

APPLICATION: Final = "application"
MATTER: Final = "matter"


@dataclass(frozen=True, slots=True)
class Kind:
    """`needs`: keys of procedure.yaml that must be there. `origins`: how its cases may begin. `asked`: whether
    somebody asks for it (None: both)."""

    needs: tuple[str, ...]
    origins: frozenset[str]
    asked: bool | None


_OURS: Final = frozenset({"post", "case", "schedule", "authority"})
_ANY: Final = _OURS | {"person", "counter", "signal"}

KINDS: Final[dict[str, Kind]] = {
    APPLICATION: Kind(
        ("level", "handled_by", "legal_basis", "privacy"), frozenset({"person", "counter", "authority"}), True
    ),
    "internal_task": Kind((), _OURS, False),
    "inspection": Kind(("legal_basis",), _OURS | {"signal"}, False),
    "report_handling": Kind(("privacy",), _ANY - {"schedule"}, None),
    "return": Kind((), _OURS, False),
    "review": Kind((), _OURS, False),
    "pilot": Kind(("legal_basis",), _OURS, False),
    MATTER: Kind((), _ANY, None),
}


def kind_problems(procedure: Procedure) -> Iterator[Problem]:
    """kind_needs, kind_origin, kind_party: what a package of its kind leaves out, or may not say."""
    kind = KINDS[procedure.kind]
    for key in kind.needs:
        if not _said(getattr(procedure, key)):
            yield Problem(
                "kind_needs",
                f"procedure.yaml: {key}",
                f"Gói loại “{procedure.kind}” phải có mục “{key}”",
                f"A package of kind “{procedure.kind}” has to say “{key}”",
            )
    for beginning in procedure.begins:
        where = f"procedure.yaml: begins.{beginning.origin}"
        if beginning.origin not in kind.origins:
            yield Problem(
                "kind_origin",
                where,
                f"Việc loại “{procedure.kind}” không bắt đầu từ “{beginning.origin}”",
                f"Work of kind “{procedure.kind}” does not begin from “{beginning.origin}”",
            )
        if beginning.origin in ("post", "counter") and not beginning.posts:
            yield Problem(
                "kind_origin", where, "Cần nêu vị trí được bắt đầu (posts)", "Say which posts may begin it"
            )
        if beginning.origin in ("person", "counter") and not procedure.asks:
            yield Problem(
                "kind_party",
                where,
                "Có người nộp thì phải có một bên “asks: true”",
                "Where somebody begins it for themselves, one party must have “asks: true”",
            )
    yield from _parties(procedure, kind)


def _parties(procedure: Procedure, kind: Kind) -> Iterator[Problem]:
    asking = [party.id for party in procedure.parties.values() if party.asks]
    if len(asking) > 1 or (kind.asked is not None and bool(asking) != kind.asked):
        yield Problem(
            "kind_party",
            "procedure.yaml: parties",
            f"Gói loại “{procedure.kind}” phải có {'đúng một' if kind.asked else 'không quá một'} "
            "bên đề nghị (asks: true)"
            if kind.asked is not False
            else f"Gói loại “{procedure.kind}” không có bên đề nghị (asks: true)",
            f"A package of kind “{procedure.kind}” has "
            f"{'no' if kind.asked is False else 'one'} party with “asks: true”",
        )


def _said(value: object) -> bool:
    """Whether a key was said: texts that nobody wrote are empty in both languages."""
    return any(value.values()) if isinstance(value, dict) else bool(value)
