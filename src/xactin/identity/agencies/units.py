"""The provinces and communes of the country, as of 1 July 2025 (34 and 3,321)."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from xactin.identity.rules import english_unit_name, folded


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit; `province_code` is empty for a province itself."""

    code: str
    level: str
    kind: str
    name: str
    province_code: str

    @property
    def committee(self) -> str:
        """Its people's committee as papers name it: `Ủy ban nhân dân phường Hòa Bình`, but `... Phường 1`.

        Decree 30/2020, annex II: the common noun is small before a name, and capital before a number.
        """
        return f"Ủy ban nhân dân {self.in_sentence}"

    @property
    def in_sentence(self) -> str:
        """Its name within a sentence: `phường Hòa Bình`, `tỉnh Phú Thọ` (which the list calls `Phú Thọ`)."""
        if any(letter.isdigit() for letter in self.name):
            return self.name
        noun = self.kind.removesuffix(" trung ương")
        if noun and not self.name.lower().startswith(noun):
            return f"{noun} {self.name}"
        return self.name[:1].lower() + self.name[1:]

    @property
    def name_en(self) -> str:
        """Its name in English."""
        return english_unit_name(self.kind, self.name)


@lru_cache(maxsize=1)
def all_units() -> dict[str, Unit]:
    """Every unit by its code."""
    text = files("xactin.identity").joinpath("data/administrative_units.csv").read_text("utf-8")
    return {
        row["code"]: Unit(row["code"], row["level"], row["type"], row["name"], row["province_code"])
        for row in csv.DictReader(text.splitlines())
    }


def unit(code: str) -> Unit | None:
    """The unit with this code."""
    return all_units().get(code)


def provinces() -> list[Unit]:
    """The provinces, in the order of their codes."""
    return [unit for unit in all_units().values() if unit.level == "province"]


def communes_of(province_code: str) -> list[Unit]:
    """The communes of a province."""
    return [unit for unit in all_units().values() if unit.province_code == province_code]


def find_units(words: str, limit: int = 20) -> list[Unit]:
    """Units whose name holds the words, with or without diacritics; exact diacritics come first."""
    wanted = folded(words)
    found = [unit for unit in all_units().values() if wanted in folded(unit.name)]
    return sorted(found, key=lambda unit: (words.lower() not in unit.name.lower(), unit.code))[:limit]
