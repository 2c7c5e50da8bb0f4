"""Procedures by the words they are called by, and which of them fit what somebody said.

BM25 over the folded words of a name and over each two neighbours in it (which win back what folding loses), without
the words of every request; keywords of a package count as its name does. Everyday phrases are read as titles say it
(`aliases`); a word that no procedure knows is taken for a slip. What a commune does is asked for more often than
what a ministry does. Nothing is ever refused: an answer may say that it is not sure.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Final

from xactin.cases.procedures.speech.aliases import Aliases, of_the_country
from xactin.cases.procedures.speech.words import (
    MOST_WORDS,
    Everyday,
    Fold,
    Vocabulary,
    Word,
    is_bare,
    neighbours,
    words,
)

SATURATION: Final = 1.2
LENGTH: Final = 0.8
PAIR: Final = 1.1
"""How much two neighbours tell beside what each tells alone."""
REPLACED: Final = 0.3
"""How much the very words of an everyday phrase still tell beside what it stands for."""
GUESSED: Final = 0.8
FIELD: Final = 4.0
LEVELS: Final = {"commune": 1.3, "ministry": 0.85}
NEAR: Final = 0.3
"""Whoever has less than this part of the best answer's points is left out."""
ALONE: Final = 0.2
"""What a word found without its neighbour says about being sure."""
WHOLE: Final = 0.3
"""How much the part of what was said that was found says about being sure, beside how much was found at all."""
SURE: Final = 0.4
"""The confidence from which an answer is sure. These three are calibrated on the tuning half of bench.search."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A procedure as it is searched; `keywords` are phrases, `level` as in its package."""

    code: str
    name: str
    level: str = ""
    field: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure that fits, and its points: they compare within one answer only."""

    code: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What fits, the best first; `sure` is False where the best may well be another thing than was asked for."""

    hits: list[Hit]
    sure: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a question that must be answered as one: a word, or a phrase with what it stands for."""

    terms: tuple[tuple[str, float], ...]
    main: tuple[str, ...]


class Index:
    """All procedures of a catalogue, ready to be asked. Never changes."""

    def __init__(self, entries: Iterable[Entry], fold: Fold, aliases: Aliases | None = None) -> None:
        self._fold = fold
        self._everyday = Everyday(fold)
        self._aliases = aliases or of_the_country(fold)
        self._entries = list(entries)
        self._codes = {entry.code.lower(): at for at, entry in enumerate(self._entries)}
        self._fields: dict[str, list[int]] = {}
        for at, entry in enumerate(self._entries):
            if entry.field:
                self._fields.setdefault(fold(entry.field), []).append(at)
        self._weigh([self._terms(entry) for entry in self._entries])

    def marks(self, code: str) -> frozenset[str]:
        """The words and neighbours of a procedure's name: what twins share."""
        said = _plain(words(self._entries[self._codes[code.lower()]].name, self._fold))
        telling = [word for word in said if word not in {"thu", "tuc"}]
        return frozenset([*telling, *neighbours(telling)])

    def answer(self, said: str, limit: int = 100) -> Answer:
        """The procedures that fit, at most `limit`."""
        spoken = words(said, self._fold)[:MOST_WORDS]
        exact = self._codes.get(said.strip().lower())
        if exact is not None:
            return Answer([Hit(self._entries[exact].code, 1000.0)], True, 1.0)
        units = self._units(spoken)
        points = self._points(units)
        of_field = self._fields.get(self._fold(said).strip(), [])
        for at in of_field:
            points[at] = points.get(at, 0.0) + FIELD
        best = nlargest(limit, points.items(), key=lambda one: (one[1], -one[0]))
        least = NEAR * best[0][1] if best else 0.0
        hits = [Hit(self._entries[at].code, round(value, 3)) for at, value in best if value >= least]
        confidence = 1.0 if of_field else self._confidence(units, best[0][0]) if best else 0.0
        return Answer(hits, confidence >= SURE, round(confidence, 3))

    def _terms(self, entry: Entry) -> tuple[Counter[str], set[str]]:
        """How often each word and pair stands in the name; those of the keywords."""
        name = _plain(words(entry.name, self._fold))
        called = [_plain(words(one, self._fold)) for one in entry.keywords]
        return Counter([*name, *neighbours(name)]), {
            term for phrase in called for term in [*phrase, *neighbours(phrase)]
        }

    def _weigh(self, terms: Sequence[tuple[Counter[str], set[str]]]) -> None:
        """Precomputes what each term is worth in each procedure (BM25), as two arrays a term."""
        lengths = [sum(count for term, count in name.items() if " " not in term) for name, _called in terms]
        usual = (sum(lengths) / len(lengths) if lengths else 0.0) or 1.0
        common = Counter(term for name, called in terms for term in {*name, *called})
        self._worth = {
            term: log(1 + (len(terms) - count + 0.5) / (count + 0.5)) for term, count in common.items()
        }
        self._unknown = log(1 + (len(terms) + 0.5) / 0.5)
        self._postings: dict[str, tuple[array[int], array[float]]] = {}
        for at, (name, called) in enumerate(terms):
            prior = LEVELS.get(self._entries[at].level, 1.0)
            norm = SATURATION * (1 - LENGTH + LENGTH * lengths[at] / usual)
            for term in {*name, *called}:
                count = name[term]
                part = count * (SATURATION + 1) / (count + norm)
                weight = max(part, 1.0 if term in called else 0.0) * self._worth[term] * prior
                docs, weights = self._postings.setdefault(term, (array("l"), array("d")))
                docs.append(at)
                weights.append(weight * (PAIR if " " in term else 1.0))
        self._vocabulary = Vocabulary(
            {term: count for term, count in common.items() if " " not in term},
            {term: count for term, count in common.items() if " " in term},
        )

    def _units(self, spoken: list[Word]) -> list[Unit]:
        said = self._corrected(spoken)
        bare = is_bare(spoken)
        found: list[Unit] = []
        everyday: list[Unit] = []
        place = 0
        while place < len(said):
            alias = self._aliases.at([word for word, _part in said], place, bare=bare)
            if alias is not None:
                part = [word.plain for word, _part in said[place : place + len(alias.phrase)]]
                found.append(self._phrase(part, _plain(alias.stands_for)))
                place += len(alias.phrase)
                continue
            word, certain = said[place]
            unit = Unit(((word.plain, certain),), (word.plain,))
            (everyday if self._everyday.has(word, bare=bare) else found).append(unit)
            place += 1
        pairs = [Unit(((pair, 1.0),), ()) for pair in self._pairs([word for word, _part in said], bare)]
        return [*(found or everyday), *pairs]

    def _pairs(self, said: list[Word], bare: bool) -> list[str]:
        """Neighbours of which at least one tells something."""
        tells = [not self._everyday.has(word, bare=bare) for word in said]
        together = neighbours(_plain(said))
        return list(dict.fromkeys(pair for at, pair in enumerate(together) if tells[at] or tells[at + 1]))

    def _phrase(self, said: list[str], stands_for: list[str]) -> Unit:
        meant = [word for word in dict.fromkeys(stands_for) if not self._everyday.knows(word)] or stands_for
        terms = dict.fromkeys([*said, *neighbours(said)], REPLACED)
        terms |= dict.fromkeys([*meant, *neighbours(stands_for)], 1.0)
        return Unit(tuple(terms.items()), tuple(meant))

    def _corrected(self, spoken: list[Word]) -> list[tuple[Word, float]]:
        """The words with slips taken for what was meant, each with how certain that is."""
        found: list[tuple[Word, float]] = []
        for at, word in enumerate(spoken):
            known = word.plain in self._vocabulary or word.plain in self._aliases.known
            if known or self._everyday.knows(word.plain):
                found.append((word, 1.0))
                continue
            before = spoken[at - 1].plain if at else ""
            after = spoken[at + 1].plain if at + 1 < len(spoken) else ""
            meant = self._vocabulary.meant(word.plain, before, after)
            found += [(Word(one, one), GUESSED) for one in meant] or [(word, 1.0)]
        return found

    def _points(self, units: list[Unit]) -> dict[int, float]:
        points: dict[int, float] = {}
        weights: dict[str, float] = {}
        for term, part in (one for unit in units for one in unit.terms):
            weights[term] = max(part, weights.get(term, 0.0))
        for term, part in weights.items():
            for at, worth in zip(*self._postings.get(term, ((), ())), strict=True):
                points[at] = points.get(at, 0.0) + part * worth
        return points

    def _confidence(self, units: list[Unit], best: int) -> float:
        """How much of what was said the best answer is called by, 0 to 1: of all of it, and beside what one rare word
        tells (long stories hold much that no title has). A word that stands there without its neighbour says less."""
        name, called = self._terms(self._entries[best])
        whole = [unit for unit in units if unit.main]
        together = {
            word
            for unit in units
            if not unit.main
            for pair, _part in unit.terms
            if pair in name or pair in called
            for word in pair.split()
        }
        had, all_of_it = 0.0, 0.0
        for unit in whole:
            worth = [self._worth.get(term, self._unknown) for term in unit.main]
            all_of_it += max(worth)
            part = sum(
                one for term, one in zip(unit.main, worth, strict=True) if term in name or term in called
            )
            alone = len(unit.terms) == 1 and len(whole) > 1 and unit.main[0] not in together
            had += max(worth) * part / (sum(worth) or 1.0) * (ALONE if alone else 1.0)
        if not all_of_it:
            return 0.0
        return WHOLE * had / all_of_it + (1 - WHOLE) * min(1.0, had / self._unknown)


def _plain(said: Iterable[Word]) -> list[str]:
    return [word.plain for word in said]
