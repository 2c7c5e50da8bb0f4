"""Whose matter a case is, and the people by whose name or number officials may look for it.

What a package names in `found_by` is content and stays sealed. Beside the words of a case stand only marks of it:
a digest of each word under the master key, from which nobody reads a name, and which finds only who is asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xactin.cases.rules import search_words, words_of
from xactin.identity.queries import folded, sort_key
from xactin.kernel.procedure.package import Package
from xactin.vault import secrets

_LENGTH: Final = 16
"""Digits of a mark: 64 bits, of some hundred thousand names."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Known:
    """The columns by which a case is found and put in order: whose it is ("": who applied), its place, its words."""

    owner_name: str
    owner_key: str
    words: str


def known(package: Package, *, number: str, applicant: str, data: Mapping[str, Any]) -> Known:
    """What a case with this form's data is found by. `applicant` is the name of who applied, "" for nobody."""
    said = package.procedure
    named = _answer(data, said.owner)[:_LONGEST_NAME].strip() if said.owner else ""
    owner = "" if named == applicant else named
    words = search_words(
        number,
        folded(said.name["vi"]),
        folded(f"{applicant} {owner}"),
        marked(_answer(data, pointer) for pointer in said.found_by).values(),
    )
    return Known(owner_name=owner, owner_key=sort_key(owner or applicant), words=words)


def marked(texts: Iterable[str]) -> dict[str, str]:
    """The words of these names and numbers, each with its mark."""
    words = {word for text in texts for word in _words(text)}
    return {word: secrets.mac(word.encode(), "case-person")[:_LENGTH] for word in sorted(words)}


def digits_of(text: str) -> str:
    """The digits of a number, however it is spaced; "" for what is no number."""
    digits = "".join(text.replace(".", " ").split())
    return digits if digits.isascii() and digits.isdecimal() else ""


def _words(text: str) -> list[str]:
    digits = digits_of(text)
    return [digits] if digits else words_of(folded(text))


def _answer(data: Mapping[str, Any], pointer: str) -> str:
    """The text at a pointer; "" where there is none."""
    value: Any = data
    for step in pointer.strip("/").split("/"):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
