"""The code on a receipt by which somebody without an account follows a dossier. Pure.

60 random bits (an argument) in twelve letters of Crockford's base 32: no I, L, O, U; read without regard to case,
spaces and hyphens. Whoever has the number and the code sees where the dossier stands, and nothing about its person.
"""

from typing import Final

from xactin.cases.papers.qr import ALIKE, ALPHABET, GROUP

BITS: Final = 60
LETTERS: Final = BITS // 5


def spelled(random: bytes) -> str:
    """The code of 8 random bytes, of which 60 bits count: three groups of four, as `4T9X-0CMB-7KQE`."""
    if len(random) != 8:
        raise ValueError(f"8 random bytes, not {len(random)}")
    number = int.from_bytes(random) & (1 << BITS) - 1
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LETTERS)))
    return "-".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def normal(text: str) -> str:
    """A code in the one spelling, from what a person typed; "" for what can be none."""
    letters = text[:100].strip().upper().translate(ALIKE)
    if len(letters) != LETTERS or not set(letters) <= set(ALPHABET):
        return ""
    return "-".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))
