"""The same search among as many procedures as the country has: the real ones, and made-up ones from their words."""

from collections.abc import Sequence
from random import Random
from time import perf_counter
from typing import Final

from bench.search.score import Question, timed
from xactin.cases.procedures.speech import Entry, Index
from xactin.identity.rules import folded

COUNTRY: Final = 5_670
ROUNDS: Final = 5


def grown(known: Sequence[Entry], number: int = COUNTRY) -> list[Entry]:
    """The procedures and others made of pieces of two of their names, as long as real ones are."""
    random = Random(5670)
    pieces = [entry.name.split() for entry in known]
    made = [
        Entry(
            f"9.{at:06}",
            " ".join(_piece(random, pieces) + _piece(random, pieces)),
            random.choice(["commune", "province", "ministry"]),
        )
        for at in range(max(0, number - len(known)))
    ]
    return [*known, *made]


def _piece(random: Random, names: list[list[str]]) -> list[str]:
    name = random.choice(names)
    begin = random.randrange(max(1, len(name) - 6))
    return name[begin : begin + random.randint(5, 12)]


def report(known: Sequence[Entry], asked: Sequence[Question]) -> str:
    """How long an answer and the making of the index take among all procedures."""
    begun = perf_counter()
    index = Index(grown(known), folded)
    built = perf_counter() - begun
    times = []
    for one in [*asked] * ROUNDS:
        begun = perf_counter()
        index.answer(one.said)
        times.append((perf_counter() - begun) * 1000)
    return f"among {COUNTRY} procedures (index made in {built:.1f} s), {len(times)} answers\n{timed(times)}"
