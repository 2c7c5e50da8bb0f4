"""What of a search may be kept for those who keep the words: no person, and nothing that looks like their number."""

import re
from typing import Final

from xactin.cases.procedures.speech.words import Fold

LONGEST: Final = 80
_NUMBER: Final = re.compile(r"\d(?:[\s.\-/]*\d){5,}")
"""Six digits and more, however they are parted: a citizen's number, a phone, a day of birth, an account."""
_CODE: Final = re.compile(r"\d\.\d{6}")


def kept(said: str, fold: Fold) -> str:
    """The folded words to keep; empty where nothing may be kept or nothing was said."""
    text = fold(said)
    told = _CODE.sub("", text)
    if "@" in told or _NUMBER.search(told) or not any(letter.isalpha() for letter in text):
        return ""
    return text[:LONGEST].strip()
