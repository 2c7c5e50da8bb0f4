"""A problem of a package: what is wrong, where, and how to mend it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xactin.kernel.refusal import Refusal


@dataclass(frozen=True)
class Problem:
    """One fault. `code` is stable, `where` an element id, a path in procedure.yaml or a file name."""

    code: str
    where: str
    vi: str
    en: str

    def __str__(self) -> str:
        return f"{self.code}: {self.where}: {self.en}"


def problem_about(code: str, where: str, vi: str, en: str, said: str | None = None) -> Problem:
    """A problem whose words, in both languages, name at `{0}` what was `said` wrongly, or else where it stands."""
    named = where if said is None else said
    return Problem(code, where, vi.format(named), en.format(named))


class PackageError(Exception):
    """A package that cannot be read; `problems` lists everything found on the way."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = list(problems)


class Refused(Refusal):
    """The engine will not do an act. Nothing changed.

    `code`: unknown_task, not_open, unknown_act, wrong_post, reserved, stale, wrote, irrevocable, ended,
    supplement, asked_before, limit, condition_failed, no_way, endless. `facts` say more and hold no
    personal data.
    """

    def __init__(self, code: str, vi: str, en: str, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(vi, en, facts)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.code, self.vi, self.en, self.facts)
