"""What people say they need, held against what procedures are called: any word counts, in any order.

A person says `làm giấy khai sinh cho con`, not the title of a form. So words that every request has (`làm`, `giấy`,
`cho`) say little, rare ones much, two words said together more than each alone; a slip of one letter is forgiven.
Pure: texts come in folded (identity.rules.folded), keys go out, the best first.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import Final, TypeVar

Key = TypeVar("Key")

_WORD: Final = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*")
MOST_WORDS: Final = 20
SHORTEST_SLIP: Final = 4
"""Letters from which a word may hold a slip: shorter ones would become other words."""
SLIP: Final = 0.6
BEGINNING: Final = 0.7
NAMED: Final = 1.5
"""How much more a word of the name says than one of the description."""
PAIR: Final = 1.0
LEAST: Final = 0.45
"""The part of what was said that has to be found, by weight."""
NEAR: Final = 0.4
"""Whoever has less than this part of the best answer's points is left out."""
_SAID_IN_ANY: Final = (
    # Vietnamese without diacritics, then English.
    "toi minh em anh chi ong ba co chu bac chung cua cho voi va de thi la o tai thu tuc ho so giay to don xin cap",
    "lam nop dang ky muon can hoi nhu the nao bao gio dau gi duoc khong di ra lai mot cai moi nay ve len phai",
    "a an the i me my we our to for of in on at and or how do does get make need want new apply register",
    "application procedure paper papers please certificate",
)
EVERYDAY: Final = frozenset(word for line in _SAID_IN_ANY for word in line.split())
"""Words of any request, whatever it is about: they tell nothing, unless nothing else was said."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text by its words: each alone, two neighbours together (`khai sinh`), and written as one (`khaisinh`)."""

    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    joined: frozenset[str]


@lru_cache(maxsize=16_384)
def spoken(text: str) -> Spoken:
    """The words of a folded text. Kept: names and descriptions of published versions never change."""
    words = _WORD.findall(text)
    pairs = frozenset(pairwise(words))
    return Spoken(frozenset(words), pairs, frozenset(one + other for one, other in pairs))


def ranked(said: str, texts: Iterable[tuple[Key, str, str]]) -> list[Key]:
    """Of `(key, folded name, folded whole text)` those that fit what was said (folded), the best first.

    Equals stay in the order in which they came. Nothing said, or nothing that fits: none.
    """
    known = [(key, spoken(name), spoken(text)) for key, name, text in texts]
    words = list(dict.fromkeys(_WORD.findall(said)))[:MOST_WORDS]
    telling = [word for word in words if word not in EVERYDAY] or words
    weights = _weights(telling, [text for _key, _name, text in known])
    pairs = list(pairwise(words))
    points = [(key, _points(weights, pairs, name, text)) for key, name, text in known]
    best = max((value for _key, value in points), default=0.0)
    fitting = [(key, value) for key, value in points if value > 0 and value >= NEAR * best]
    return [key for key, _value in sorted(fitting, key=lambda one: -one[1])]


def _weights(words: list[str], texts: list[Spoken]) -> dict[str, float]:
    """How much each word tells: the fewer texts have it, the more. What no text has tells as a rare one does."""
    common = Counter(word for text in texts for word in words if word in text.words)
    return {word: 1 + log((1 + len(texts)) / (1 + common[word])) for word in words}


def _points(weights: dict[str, float], pairs: list[tuple[str, str]], name: Spoken, text: Spoken) -> float:
    found = {word: _match(word, text) for word in weights}
    told = sum(weights[word] * part for word, part in found.items())
    if told < LEAST * sum(weights.values()):
        return 0.0
    in_name = sum(weight * _match(word, name) for word, weight in weights.items())
    together = sum(
        PAIR for pair in pairs if pair in text.pairs and (pair[0] in weights or pair[1] in weights)
    )
    return told + NAMED * in_name + together


def _match(word: str, text: Spoken) -> float:
    """How well a text has a word: 1 as it stands, less by its beginning or with one slip, 0 not at all."""
    if word in text.words or word in text.joined:
        return 1.0
    if len(word) < SHORTEST_SLIP:
        return 0.0
    if any(other.startswith(word) for other in text.words):
        return BEGINNING
    near = (other for other in text.words | text.joined if abs(len(other) - len(word)) <= 1)
    return SLIP if any(one_slip(word, other) for other in near if len(other) >= SHORTEST_SLIP - 1) else 0.0


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
