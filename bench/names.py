"""Names of applicants, spread as among people: to search a million dossiers of one name would tell nothing."""

import random
from pathlib import Path

# Lines of names.txt: family names (the most frequent first), middle names, given names.
FAMILY, MIDDLE, GIVEN = map(str.split, Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines())
SHARES = (31, 11, 10, 7, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1) + (0.6,) * 15


def name(number: int) -> str:
    """The applicant of the case with this number: the same in each run."""
    drawn = random.Random(number)
    (family,) = drawn.choices(FAMILY, SHARES)
    return f"{family} {drawn.choice(MIDDLE)} {drawn.choice(GIVEN)}"
