"""The residents and firms of the demo: made up from a seed, the same for the same seed.

Names come by real frequency, so that namesakes happen. Numbers have the form of real ones (facts of CCCD: province,
century and sex, year of birth, six digits) and begin their last six with two zeros, so that anybody sees that
they are invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml

DATA: Final = Path(__file__).parent / "data"
_PROVINCE_OF_BIRTH: Final = "025"
_LAST_BIRTH: Final = date(2006, 1, 1)
_OLDEST: Final = 60 * 365


@dataclass(frozen=True)
class Resident:
    """A grown person of the demo. `commune` is the code of the agency that handles their matters."""

    full_name: str
    sex: str
    birth_date: date
    id_number: str
    phone: str
    address: str
    commune: str


@dataclass(frozen=True)
class Household:
    """Two parents at one address; a child gets the father's family name."""

    mother: Resident
    father: Resident


@cache
def data_file(name: str) -> Mapping[str, Any]:
    """A data file of the demo by its name."""
    return dict(yaml.safe_load((DATA / name).read_text("utf-8")))


def households(seed: int, count: int) -> list[Household]:
    """So many households, spread over the communes."""
    random = Random(seed)  # noqa: S311 (a made-up world, no secret)
    communes = list(data_file("places.yaml"))
    return [_household(random, communes[at % len(communes)], at) for at in range(count)]


def given_name(random: Random, sex: str) -> str:
    """Middle and given name of somebody."""
    names = data_file("names.yaml")
    middle = _weighted(random, names["middle"][sex])
    return f"{middle} {random.choice([name for name in names['given'][sex] if name != middle])}"


def address_in(random: Random, commune: str) -> str:
    """An address in a commune, in streets that exist only here."""
    place = data_file("places.yaml")[commune]
    return f"Số {random.randint(1, 180)}, {random.choice(place['streets'])}, {place['name']}"


def _household(random: Random, commune: str, at: int) -> Household:
    address = address_in(random, commune)
    mother = _resident(random, "female", commune, address, 2 * at)
    father = _resident(random, "male", commune, address, 2 * at + 1)
    return Household(mother, father)


def _resident(random: Random, sex: str, commune: str, address: str, serial: int) -> Resident:
    birth = _LAST_BIRTH - timedelta(days=random.randint(0, _OLDEST // 2))
    family = _weighted(random, data_file("names.yaml")["family"])
    century = (2 if birth.year >= 2000 else 0) + (1 if sex == "female" else 0)
    return Resident(
        full_name=f"{family} {given_name(random, sex)}",
        sex=sex,
        birth_date=birth,
        id_number=f"{_PROVINCE_OF_BIRTH}{century}{birth:%y}00{serial:04d}",
        phone=f"0900{serial:06d}",
        address=address,
        commune=commune,
    )


def _weighted(random: Random, weights: Mapping[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]
