"""Facts that cannot be are refused at the field that says them. Pure: the packages of the platform as they are."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xactin.cases.applications.examination import faults, impossible
from xactin.kernel.procedure.package import Package, load_package

PROCEDURES = Path(__file__).parents[5] / "procedures"
BIRTH, PERMIT = "birth-registration", "building-permit"
TODAY = date(2026, 7, 20)

IMPOSSIBLE = [
    (BIRTH, {"/child/birth_date": "2030-01-01"}, "/child/birth_date"),
    (BIRTH, {"/mother/birth_date": "2026-07-19"}, "/mother/birth_date"),
    (BIRTH, {"/mother/birth_date": "2015-03-12"}, "/mother/birth_date"),
    (BIRTH, {"/father/birth_date": "2027-01-01"}, "/father/birth_date"),
    (BIRTH, {"/father/id_number": "025190004567"}, "/father/id_number"),
    (BIRTH, {"/requester/relationship": "grandparent"}, "/father/id_number"),
    (
        BIRTH,
        {"/requester/relationship": "relative", "/requester/id_number": "025190004567"},
        "/mother/id_number",
    ),
    (BIRTH, {"/marriage/date": "2026-07-21"}, "/marriage/date"),
    (BIRTH, {"/mother/id_number": "000000000000"}, "/mother/id_number"),
    (BIRTH, {"/mother/id_number": "003190004567"}, "/mother/id_number"),
    (BIRTH, {"/mother/id_number": "025990004567"}, "/mother/id_number"),
    (PERMIT, {"/house/footprint": "120.51"}, "/house/footprint"),
    (PERMIT, {"/house/floor_area": "480.01"}, "/house/floor_area"),
    (PERMIT, {"/owner/id_number": "025390000123"}, "/owner/id_number"),
]


@pytest.fixture(scope="module")
def packages() -> Mapping[str, Package]:
    return {name: load_package(PROCEDURES / name) for name in (BIRTH, PERMIT)}


def changed(package: Package, changes: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = deepcopy(dict(package.examples["examples/normal.yaml"]["data"]))
    for pointer, value in changes.items():
        *path, last = pointer.split("/")[1:]
        inner = data
        for name in path:
            inner = inner[name]
        inner[last] = value
    return data


def asked(package: Package, changes: Mapping[str, str]) -> dict[str, str]:
    brought = set(package.examples["examples/normal.yaml"]["documents"])
    return faults(package, changed(package, changes), brought, {"kind": "citizen"}, "vi", TODAY)


@pytest.mark.parametrize(("name", "changes", "told_at"), IMPOSSIBLE)
def test_what_cannot_be_is_told_at_its_field(
    packages: Mapping[str, Package], name: str, changes: Mapping[str, str], told_at: str
) -> None:
    assert list(asked(packages[name], changes)) == [told_at]


def test_what_is_just_possible_is_taken(packages: Mapping[str, Package]) -> None:
    assert asked(packages[BIRTH], {}) == {}
    assert asked(packages[BIRTH], {"/child/birth_date": "2026-07-20"}) == {}
    assert asked(packages[PERMIT], {"/house/footprint": "120.5"}) == {}
    assert asked(packages[PERMIT], {"/house/floor_area": "480"}) == {}


def test_each_check_of_the_platform_is_caught_above(packages: Mapping[str, Package]) -> None:
    caught = {
        check.when
        for name, changes, _ in IMPOSSIBLE
        for check in impossible(packages[name], changed(packages[name], changes), TODAY, "refuse")
    }
    assert caught == {check.when for package in packages.values() for check in package.procedure.checks}
