"""What was said, word by word: as it is written, as it is searched, and what a slip of the hand meant."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Fold = Callable[[str], str]
"""Text as it is searched: lower case, without diacritics (identity.rules.folded)."""

_WORD: Final = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")
_SAID_IN_ANY: Final = (
    "tôi mình em anh chị ông bà cô bác chúng của cho với và để thì là ở tại thủ tục hồ sơ giấy tờ đơn xin cần làm nộp "
    "đăng ký kí muốn hỏi như thế nào bao giờ đâu gì được không đi ra lại một cái mới này về phải ai giúp xã phường có "
    "báo hôm trên trong các những trường hợp theo bị do rồi mà cả cũng đã đang sẽ nhờ ạ ơi nhé xong việc "
    "đối từ quy định "
    "a an the i me my we our to for of in on at and or how do does get make need want new apply register "
    "application procedure paper papers please certificate"
)
MOST_WORDS: Final = 24
SHORTEST_SLIP: Final = 3
"""Letters from which a word may hold a slip: shorter ones would become other words."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: folded, and spelled with its marks (lower case, NFC)."""

    plain: str
    spelled: str

    def means(self, other: "Word", *, bare: bool) -> bool:
        """Whether this word of a question may be that one: without marks it may be any of its letters."""
        return self.plain == other.plain and (
            self.spelled == other.spelled or bare or self.plain == self.spelled
        )


def words(text: str, fold: Fold) -> list[Word]:
    """The words of a text in their order."""
    spelled = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return [Word(plain, one) for one in spelled if (plain := fold(one))]


def is_bare(said: Iterable[Word]) -> bool:
    """Whether it was written without a mark, as on a keyboard that has none."""
    return all(word.plain == word.spelled for word in said)


class Everyday:
    """Words of any request, whatever it is about: they tell nothing, unless nothing else was said.

    `chó` (dog) is none though `cho` (for) is one: where marks were typed they count.
    """

    def __init__(self, fold: Fold) -> None:
        listed = words(_SAID_IN_ANY, fold)
        self._plain = frozenset(word.plain for word in listed)
        self._spelled = frozenset(word.spelled for word in listed)

    def has(self, word: Word, *, bare: bool) -> bool:
        """Whether the word is one of them, in a question written with or without marks."""
        return word.plain in self._plain if bare else word.spelled in self._spelled

    def knows(self, plain: str) -> bool:
        """Whether one of them has these letters."""
        return plain in self._plain


class Vocabulary:
    """The words that procedures are called by, and how often: what is not among them is taken for a slip."""

    def __init__(self, counts: dict[str, int], pairs: dict[str, int]) -> None:
        """`counts` of words; `pairs` of two neighbours, written `khai sinh`."""
        self._counts, self._pairs = counts, pairs
        self._joined = {pair.replace(" ", ""): pair for pair in sorted(pairs, key=lambda one: pairs[one])}
        self._shortened: dict[str, list[str]] = {}
        for word in counts:
            if len(word) >= SHORTEST_SLIP and word.isalpha():
                for shorter in {word, *_without_a_letter(word)}:
                    self._shortened.setdefault(shorter, []).append(word)

    def __contains__(self, plain: str) -> bool:
        return plain in self._counts

    def meant(self, plain: str, before: str, after: str) -> list[str]:
        """The words that an unknown one most likely stands for, between its neighbours: two where a space is missing,
        none where nothing is near."""
        if plain in self._joined:
            return self._joined[plain].split()
        typed = _without_telex(plain)
        if typed in self._counts:
            return [typed]
        if len(plain) < SHORTEST_SLIP or not plain.isalpha():
            return []
        near = {
            word
            for shorter in {plain, *_without_a_letter(plain)}
            for word in self._shortened.get(shorter, ())
            if one_slip(plain, word)
        }
        best = max(
            near, key=lambda word: (self._together(before, word, after), self._counts[word], word), default=""
        )
        return [best] if best else []

    def _together(self, before: str, word: str, after: str) -> int:
        return self._pairs.get(f"{before} {word}", 0) + self._pairs.get(f"{word} {after}", 0)


def _without_a_letter(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _without_telex(word: str) -> str:
    """What the Telex keys were meant to give where they stayed letters: `giaays` is `giấy`, `nhaf` is `nhà`."""
    ended = re.sub(r"(?<=[a-z])[fsrxj]$", "", word)
    return re.sub(r"([aeod])\1", r"\1", ended).replace("w", "")


def neighbours(plain: list[str]) -> list[str]:
    """Each two words that stand beside each other."""
    return [f"{one} {other}" for one, other in pairwise(plain)]


def one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two neighbours changed about, makes one word the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if same is None:
        return True  # one is the other with a letter at its end
    left, right = one[same:], other[same:]
    if len(left) != len(right):
        return left[1:] == right or left == right[1:]
    return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
