"""Pure decisions of the room: codes, numbers of people, names folded and sorted. No Django, no I/O."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

AGENCY_CODE_PATTERN: Final = r"^[A-Z][0-9]{2}(\.[0-9A-Z]+)*$"
"""Decision 20/2020: a letter and two digits, then dotted groups, 35 characters at most."""

AGENCY_CODE_LENGTH: Final = 35
ROLES: Final = (
    "reception",
    "officer",
    "chair",
    "clerk",
    "consultant",
    "leader",
    "auditor",
    "administrator",
)
_ROLE = re.compile(r"[a-z][a-z0-9-]{0,29}")
TOKEN_DAYS: Final = 90
TOKEN_CHOICES: Final = (7, 30, TOKEN_DAYS, 365)
"""For how many days a token can be made on the page; the command takes any number up to the last."""

REPLIES_KEPT: Final = timedelta(hours=24)
"""How long a request with an `Idempotency-Key` is answered as it was the first time."""

FUNCTIONS: Final = ("handling", "construction", "civil_status", "land", "environment", "infrastructure")
"""The parts an agency can have in the procedures we know; others may be named by procedures to come."""
_FUNCTION = re.compile(r"[a-z][a-z0-9_]{0,39}")

# The 63 provinces of before July 2025, by which numbers of people go on being given.
_OLD_PROVINCES: Final = frozenset(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 "  # noqa: SIM905
    "040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 "
    "083 084 086 087 089 091 092 093 094 095 096".split()
)
_TAX_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_MOBILE = re.compile(r"0[35789][0-9]{8}")

_LETTERS: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK: Final = {letter: chr(0x40 + rank) for rank, letter in enumerate(_LETTERS)}
_MARKS: Final = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: they make letters
# No tone, grave, hook, tilde, acute, dot: the order of Vietnamese dictionaries.
_TONE_RANK: Final = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def is_agency_code(code: str) -> bool:
    """Whether `code` is an identifier of an agency by Decision 20/2020 (`H44.100`)."""
    return len(code) <= AGENCY_CODE_LENGTH and re.fullmatch(AGENCY_CODE_PATTERN, code) is not None


def is_code_below(code: str, parent: str) -> bool:
    """Whether a code is one level below its parent's, as Decision 20/2020 builds them: `H44.100` under `H44`."""
    start, dot, last = code.rpartition(".")
    return bool(dot and last) and start == parent


def next_code(parent: str, taken: Iterable[str]) -> str:
    """A code below the parent's that nobody has: one more than the highest number given so far."""
    given = [code.rpartition(".")[2] for code in taken if is_code_below(code, parent)]
    numbers = [text for text in given if text.isdecimal()]
    highest = max(numbers, key=int, default="00")
    return f"{parent}.{int(highest) + 1:0{len(highest)}d}"


def is_function(name: str) -> bool:
    """Whether a procedure can name this as the part of an agency (`civil_status`)."""
    return _FUNCTION.fullmatch(name) is not None


def is_role(role: str) -> bool:
    """Whether `role` can be the role of a post in a procedure."""
    return _ROLE.fullmatch(role) is not None


BARRED: Final = "đƀɓƌɖɗǥɨłøɵŧʉ"
APOSTROPHES: Final = "'’‘ʼʻˈ`´"
_PLAIN: Final = str.maketrans(BARRED, "dbbdddgilootu", APOSTROPHES)
"""Letters of the peoples of Viet Nam that carry their mark inside, and the signs written as an apostrophe."""


def folded(text: str) -> str:
    """Text as it is searched: lower case, without diacritics, barred letters as plain ones (đ as d, ƀ as b),
    without apostrophes (`H'Nga`), words one space apart.

    Done once, here: databases do not fold đ alike.
    """
    parts = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(plain.translate(_PLAIN).split())


def is_unmarked(text: str) -> bool:
    """Whether a text was written without any Vietnamese mark, as on a keyboard that has none."""
    return all(marks == "" for _word, marks in marked(text))


def marked(text: str) -> list[tuple[str, str]]:
    """Each word as it is searched, with its marks in one order: `hoà` and `hòa` are one spelling, `hóa` another."""
    return [(folded(word), _marks(word)) for word in text.split()]


def _marks(word: str) -> str:
    """The marks of a word, a barred letter as its own mark."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(sorted(one for one in parts if unicodedata.combining(one) or _PLAIN.get(ord(one))))


def clean_name(name: str) -> str:
    """A name as it is kept: NFC, one space between words, no signs that cannot be seen.

    Those would turn the direction of a list, or make a spreadsheet that no program opens.
    """
    words = " ".join(unicodedata.normalize("NFC", name).split())
    return "".join(letter for letter in words if not unicodedata.category(letter).startswith("C")).strip()


def sort_key(full_name: str) -> str:
    """A key whose byte order is the order of a Vietnamese list of people.

    Given name (the last word) first, then family and middle names; letters by the Vietnamese
    alphabet (a ă â ... d đ ...), and only between equal letters the tone.
    """
    words = clean_name(full_name).lower().split()
    ordered = [*words[-1:], *words[:-1]]
    keys = [_word_key(word) for word in ordered]
    return " ".join(letters for letters, _ in keys) + "\x1f" + " ".join(tones for _, tones in keys)


def _word_key(word: str) -> tuple[str, str]:
    letters: list[str] = []
    tones: list[str] = []
    for letter in unicodedata.normalize("NFD", word):
        if letter in _TONE_RANK:
            if tones:
                tones[-1] = _TONE_RANK[letter]
        elif letter in _MARKS and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + letter)
        elif not unicodedata.combining(letter):
            letters.append(letter)
            tones.append("0")
    return "".join(_LETTER_RANK.get(letter, letter) for letter in letters), "".join(tones)


def is_citizen_number(number: str, *, year: int) -> bool:
    """Whether `number` can be a CCCD number in `year`.

    12 digits: province (the 63 of old) or country of registration, century and sex, year of birth,
    six random ones; there is no check digit.
    """
    if re.fullmatch(r"[0-9]{12}", number) is None:
        return False
    place = number[:3]
    if place not in _OLD_PROVINCES and place < "100":
        return False
    born = 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])
    return born <= year


def is_tax_code(code: str) -> bool:
    """Whether `code` can be a firm's tax code: ten digits, the last a check digit, then -001 for a branch.

    The check digit is ten less the weighted sum of the others modulo 11 (Circular 86/2024/TT-BTC keeps the form).
    """
    if re.fullmatch(r"[0-9]{10}(-[0-9]{3})?", code) is None:
        return False
    weighted = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, code, strict=False))
    return int(code[9]) == 10 - weighted % 11


def is_mobile(number: str) -> bool:
    """Whether `number` is a Vietnamese mobile number: ten digits from 03, 05, 07, 08, 09."""
    return _MOBILE.fullmatch(number) is not None


def clean_phone(number: str) -> str:
    """A number as typed (spaces, dots, +84), with the digits only and the leading 0."""
    digits = re.sub(r"[\s.\-()]", "", number)
    return "0" + digits[3:] if digits.startswith("+84") else digits


def english_unit_name(kind: str, name: str) -> str:
    """The English name of an administrative unit: `Xã Hòa Tiến` is `Hòa Tiến Commune`."""
    words = {
        "xã": "Commune",
        "phường": "Ward",
        "đặc khu": "Special Zone",
        "tỉnh": "Province",
        "thành phố trung ương": "City",
    }
    heads = ("Thành phố ", "Tỉnh ", "Phường ", "Đặc khu ", "Xã ")
    bare = next((name[len(head) :] for head in heads if name.startswith(head)), name)
    return f"{bare} {words[kind]}" if kind in words else bare
