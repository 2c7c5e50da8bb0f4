"""What people call a thing, and what titles call it: `aliases.txt`, one line each.

    báo tử, giấy chứng tử = khai tử

Either side is words; the left may have several, with commas between them. The file is for what is said in the whole
country; what one procedure is called stands in the keywords of its package.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xactin.cases.procedures.speech.words import Fold, Word, words


@dataclass(frozen=True, slots=True)
class Alias:
    """A phrase of daily speech and the words of titles that it stands for."""

    phrase: tuple[Word, ...]
    stands_for: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Aliases:
    """All phrases by their first word, the longest first."""

    by_first: dict[str, list[Alias]]
    known: frozenset[str]

    def at(self, said: Sequence[Word], place: int, *, bare: bool) -> Alias | None:
        """The longest phrase that begins at this word of a question."""
        for alias in self.by_first.get(said[place].plain, ()):
            part = said[place : place + len(alias.phrase)]
            if len(part) == len(alias.phrase) and all(
                one.means(other, bare=bare) for one, other in zip(part, alias.phrase, strict=True)
            ):
                return alias
        return None


def read(text: str, fold: Fold) -> Aliases:
    """The aliases of a file of lines. Raises ValueError at a line that says nothing."""
    found: dict[str, list[Alias]] = {}
    known: set[str] = set()
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        left, between, right = line.partition("=")
        stands_for = tuple(words(right, fold))
        phrases = [tuple(words(one, fold)) for one in left.split(",")]
        if not (between and stands_for and all(phrases)):
            raise ValueError(f"no alias: {line!r}")
        for phrase in phrases:
            found.setdefault(phrase[0].plain, []).append(Alias(phrase, stands_for))
            known |= {word.plain for word in phrase}
    for listed in found.values():
        listed.sort(key=lambda one: -len(one.phrase))
    return Aliases(found, frozenset(known))


@cache
def of_the_country(fold: Fold) -> Aliases:
    """Those that come with the software."""
    return read((Path(__file__).parent / "aliases.txt").read_text("utf-8"), fold)
