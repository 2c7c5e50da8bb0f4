"""Facts that cannot be are refused at the field that says them. Pure: the packages of the platform as they are."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xactin.cases.applications.examination import faults, fee
from xactin.kernel.procedure.checks import asking, caught, warnings
from xactin.kernel.procedure.package import Package, load_package
from xactin.ui.schema_form import validate

PROCEDURES = Path(__file__).parents[5] / "procedures"
BIRTH, PERMIT = "birth-registration", "building-permit"
DEATH, SINGLE, COPY = "death-registration", "marital-status", "civil-status-copy"
TODAY = date(2026, 7, 20)
MARRIAGE = "marriage-registration"
MAN = {"/person/sex": "male"}
DIVORCED = {
    "/status/now": "divorced",
    "/status/spouse": "Lê Văn Hùng",
    "/status/paper": "Quyết định số 118/2022/QĐST-HNGĐ",
    "/status/issuer": "Tòa án nhân dân khu vực 3",
    "/status/date": "2022-08-09",
}

IMPOSSIBLE: list[tuple[str, dict[str, Any], str]] = [
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
    (BIRTH, {"/mother/birth_date": "2015"}, "/mother/birth_date"),
    (DEATH, {"/death/date": "2026-07-21"}, "/death/date"),
    (DEATH, {"/death/date": "2027"}, "/death/date"),
    (DEATH, {"/death/date": "1947"}, "/death/date"),
    (DEATH, {"/deceased/birth_date": "1900"}, "/deceased/birth_date"),
    (DEATH, {"/deceased/id_number": "025085000456"}, "/deceased/id_number"),
    (DEATH, {"/notice/date": "2026-07-21"}, "/notice/date"),
    (DEATH, {"/notice/date": "2026-07-17"}, "/notice/date"),
    (DEATH, {"/death/time": "25:40"}, "/death/time"),
    (SINGLE, {"/person/birth_date": "2008-07-21", "/period/from": "2026-01-01"}, "/person/birth_date"),
    (SINGLE, {"/person/birth_date": "2006-07-21", "/period/from": "2026-01-01"} | MAN, "/person/birth_date"),
    (SINGLE, {"/period/from": "2026-07-21"}, "/period/from"),
    (SINGLE, {"/period/from": "1990-05-13"}, "/period/from"),
    (SINGLE, {"/period/until_now": False, "/period/until": "2008-05-13"}, "/period/until"),
    (SINGLE, {"/period/until_now": False, "/period/until": "2026-07-21"}, "/period/until"),
    (SINGLE, DIVORCED | {"/status/date": "2026-07-21"}, "/status/date"),
    (SINGLE, {"/person/id_number": "025190000124"}, "/person/id_number"),
    (SINGLE, DIVORCED | {"/status/now": "married"}, ""),
    (COPY, {"/record/birth_date": "2027", "/record/date": "2026-07-20"}, "/record/birth_date"),
    (COPY, {"/record/date": "2026-08"}, "/record/date"),
    (COPY, {"/record/date": "2015"}, "/record/date"),
    (COPY, {"/requester/relationship": "self", "/record/kind": "death"}, "/record/kind"),
    (COPY, {"/requester/relationship": "self", "/record/id_number": "025085000457"}, "/record/id_number"),
    (COPY, {"/delivery/copies": 0}, "/delivery/copies"),
    (MARRIAGE, {"/husband/birth_date": "2006-07-21"}, "/husband/birth_date"),
    (MARRIAGE, {"/wife/birth_date": "2008-07-21"}, "/wife/birth_date"),
    (MARRIAGE, {"/husband/id_number": "025190000123"}, "/husband/id_number"),
    (MARRIAGE, {"/wife/id_number": "025190000124"}, "/wife/id_number"),
    (MARRIAGE, {"/requester/side": "husband"}, "/husband/id_number"),
]
ODD: list[tuple[str, dict[str, Any], str]] = [
    (BIRTH, {"/mother/birth_date": "2010-03-12"}, "young_mother"),
    (BIRTH, {"/mother/birth_date": "1970-03-12"}, "old_mother"),
    (BIRTH, {"/mother/birth_date": "1969"}, "old_mother"),
    (BIRTH, {"/child/birth_date": "2012-07-01"}, "grown_child"),
    (PERMIT, {"/house/height": "7.1"}, "height"),
    (PERMIT, {"/house/height": "24.1"}, "height"),
    (DEATH, {"/death/date": "2021-07-01"}, "long_ago"),
    (DEATH, {"/deceased/birth_date": "1920"}, "very_old"),
    (SINGLE, {"/person/birth_date": "2008-07-20", "/period/from": "2026-01-01"}, "just_eighteen"),
    (SINGLE, DIVORCED | {"/status/abroad": True}, "divorced_abroad"),
    (
        SINGLE,
        {
            "/purpose/issued_before": True,
            "/purpose/earlier": "lost",
            "/purpose/why_lost": "Mất khi chuyển nhà",
        },
        "earlier_lost",
    ),
    (COPY, {"/delivery/copies": 11}, "many_copies"),
    (COPY, {"/requester/relationship": "self"}, "other_name"),
    (MARRIAGE, {"/wife/birth_date": "2008-07-20"}, "just_eighteen"),
    (MARRIAGE, {"/husband/nationality": "Lào"}, "foreign"),
    (MARRIAGE, {"/husband/before": "divorced", "/husband/abroad": True}, "divorced_abroad"),
]


@pytest.fixture(scope="module")
def packages() -> Mapping[str, Package]:
    return {name: load_package(PROCEDURES / name) for name in (BIRTH, PERMIT, DEATH, SINGLE, COPY, MARRIAGE)}


def changed(package: Package, changes: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = deepcopy(dict(package.examples["examples/normal.yaml"]["data"]))
    for pointer, value in changes.items():
        *path, last = pointer.split("/")[1:]
        inner = data
        for name in path:
            inner = inner[name]
        inner[last] = value
    return data


def asked(package: Package, changes: Mapping[str, Any]) -> dict[str, str]:
    brought = set(package.examples["examples/normal.yaml"]["documents"])
    return faults(package, changed(package, changes), brought, {"kind": "citizen"}, "vi", TODAY)


@pytest.mark.parametrize(("name", "changes", "told_at"), IMPOSSIBLE)
def test_what_cannot_be_is_told_at_its_field(
    packages: Mapping[str, Package], name: str, changes: Mapping[str, Any], told_at: str
) -> None:
    assert list(asked(packages[name], changes)) == [told_at]


def test_what_is_just_possible_is_taken(packages: Mapping[str, Package]) -> None:
    assert asked(packages[BIRTH], {}) == {}
    assert asked(packages[BIRTH], {"/child/birth_date": "2026-07-20"}) == {}
    assert asked(packages[PERMIT], {"/house/footprint": "120.5"}) == {}
    assert asked(packages[PERMIT], {"/house/floor_area": "480"}) == {}
    assert asked(packages[MARRIAGE], {"/husband/birth_date": "2006-07-20"}) == {}


@pytest.mark.parametrize(("name", "changes", "warned"), ODD)
def test_what_is_odd_is_taken_and_asked_of_the_official(
    packages: Mapping[str, Package], name: str, changes: Mapping[str, Any], warned: str
) -> None:
    package = packages[name]
    data, task = changed(package, changes), next(c.task for c in package.procedure.checks if c.id == warned)
    assert asked(package, changes) == {}
    assert [check.id for check in warnings(package, task, data, str(TODAY))] == [warned]
    assert warnings(package, "receive", data, str(TODAY)) == []
    assert warnings(package, task, changed(package, {}), str(TODAY)) == []


def test_who_goes_on_answers_each_warning_and_who_refuses_none(packages: Mapping[str, Package]) -> None:
    package = packages[BIRTH]
    data = changed(package, {"/mother/birth_date": "2010-03-12"})
    warned = warnings(package, "verify", data, str(TODAY))
    submit, supplement, refuse = (asking(act, warned) for act in package.rules["verify"].acts.values())
    book: dict[str, Any] = {"personal_number": "025226001234", "book": "01/2026"}
    assert [supplement, refuse] == [*package.rules["verify"].acts.values()][1:]
    assert list(validate(submit.data_schema or {}, book)) == ["/warnings/young_mother"]
    assert list(validate(submit.data_schema or {}, book | {"warnings": {"young_mother": "  "}})) == [
        "/warnings/young_mother"
    ]
    assert (
        validate(submit.data_schema or {}, book | {"warnings": {"young_mother": "Đã xem thẻ căn cước"}}) == {}
    )


def test_lateness_is_computed_from_the_dates(packages: Mapping[str, Package]) -> None:
    data = changed(packages[BIRTH], {"/child/birth_date": "2026-05-21"})
    late = [fee(packages[BIRTH], data, {"kind": "citizen"}, day) for day in (TODAY, date(2026, 7, 21))]
    assert late[1] - late[0] == 8000


def test_a_letter_that_papers_lack_is_named_with_its_field(packages: Mapping[str, Package]) -> None:
    told = asked(packages[BIRTH], {"/child/full_name": "H’Nga Niê̆ Ƀlam"})
    assert list(told) == ["/child/full_name"]
    assert "ê̆" in told["/child/full_name"]
    assert "Họ, chữ đệm, tên" in told["/child/full_name"]
    assert asked(packages[BIRTH], {"/child/full_name": "H’Nga Niê Ƀlam"}) == {}


def test_each_check_of_the_platform_is_caught_above(packages: Mapping[str, Package]) -> None:
    found = {
        check.when
        for kind, cases in (("refuse", IMPOSSIBLE), ("warn", ODD))
        for name, changes, _ in cases
        for check in caught(packages[name], changed(packages[name], changes), str(TODAY), kind)
    }
    assert found == {check.when for package in packages.values() for check in package.procedure.checks}
