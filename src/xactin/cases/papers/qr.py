"""The code by which anybody finds an issued result, as text to type, address to open and picture to scan.

128 random bits (an argument: this room has no randomness), so a code cannot be guessed; twelve check bits
tell a mistyped one at once. Crockford's base 32: no I, L, O, U; read without regard to case, spaces and
hyphens.
"""

from __future__ import annotations

import io
from typing import Final
from urllib.parse import urlsplit

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS: Final = 128
CHECK_BITS: Final = 12
CRC: Final = 0x180F  # x^12 + x^11 + x^3 + x^2 + x + 1
LETTERS: Final = (BITS + CHECK_BITS) // 5
GROUP: Final = 4
ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class CodeError(ValueError):
    """The text is no verify code: a letter is missing, too many or mistyped."""


def verify_code(random: bytes) -> str:
    """The code of 16 random bytes: seven groups of four, as `4T9X-0CMB-...`."""
    if len(random) != BITS // 8:
        raise ValueError(f"{BITS // 8} random bytes, not {len(random)}")
    number = int.from_bytes(random) << CHECK_BITS | _check(random)
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LETTERS)))
    return "-".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def parse_code(text: str) -> str:
    """The code in its one spelling, from what a person typed. Raises CodeError."""
    letters = text.strip().upper().translate(ALIKE)
    if len(letters) != LETTERS or not set(letters) <= set(ALPHABET):
        raise CodeError("form")
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    random = (number >> CHECK_BITS).to_bytes(BITS // 8)
    if number & (1 << CHECK_BITS) - 1 != _check(random):
        raise CodeError("check")
    return verify_code(random)


def verify_url(base: str, code: str) -> str:
    """Where the result of this code is checked; `base` is the public address of the site."""
    if urlsplit(base).scheme not in ("http", "https"):
        raise ValueError("the public address begins with http:// or https://")
    return f"{base.rstrip('/')}/verify/{code}"


def qr_svg(text: str) -> str:
    """The QR code of a text as SVG, black on nothing; a seventh of it may be lost."""
    import segno

    out = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(
        out, kind="svg", border=0, xmldecl=False, svgns=True, svgclass=None, lineclass=None, nl=False
    )
    return out.getvalue().decode("ascii")


def _check(random: bytes) -> int:
    """CRC-12 of the bits: it tells every error within twelve bits in a row, so each mistyped letter and each pair
    of neighbours that changed places."""
    rest = int.from_bytes(random) << CHECK_BITS
    for place in reversed(range(BITS)):
        if rest >> place + CHECK_BITS & 1:
            rest ^= CRC << place
    return rest
