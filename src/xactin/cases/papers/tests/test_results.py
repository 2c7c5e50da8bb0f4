"""Every result of the platform is drawn as its package says, from the answers of its own worked examples."""

from collections.abc import Mapping
from typing import Any

import pytest

from xactin.cases.papers import draft_result
from xactin.cases.papers.context import signed_lines
from xactin.cases.papers.testing import AT, CODE, PACKAGES, facts, words
from xactin.kernel.procedure.package import Package, load_package

ISSUING = sorted(path.parent.name for path in PACKAGES.glob("*/result.typ"))
NUMBER = "0731/KT"
UNSIGNED = ("number", "signer", "verify")


def answers(package: Package) -> dict[str, Any]:
    """What the officials of a package answer: the example of each act that writes an answer."""
    acts = [act for task in package.procedure.tasks.values() for act in task.acts if not act.objects]
    return {
        part.removeprefix("answer."): dict(act.example or {})
        for act in acts
        for part in act.writes
        if part.startswith("answer.")
    }


def drawn(package: Package, data: Mapping[str, Any], *, unsigned: bool = False) -> str:
    lines = signed_lines("Chủ tịch", head="Chủ tịch")
    told = facts(number=NUMBER, signer={"lines": lines, "name": "Lê Quốc Thắng"}, form=data)
    context = told | {"answers": answers(package)}
    if unsigned:
        context = {name: value for name, value in context.items() if name not in UNSIGNED} | {"date": None}
    return words(draft_result(package.files, context, trial=True, at=AT, unsigned=unsigned))


def value(data: Mapping[str, Any], pointer: str) -> str:
    """An answer as papers write it: days in Vietnamese order."""
    found: Any = data
    for step in pointer.split("/")[1:]:
        found = found[step]
    return "/".join(reversed(found.split("-"))) if found[:4].isdigit() and "-" in found else found


@pytest.mark.parametrize("folder", ISSUING)
def test_a_result_carries_its_number_its_facts_and_the_answers_it_cannot_do_without(folder: str) -> None:
    package = load_package(PACKAGES / folder)
    data, result = package.examples["examples/normal.yaml"]["data"], package.procedure.result
    text = drawn(package, data)
    assert result is not None
    titled = " ".join(result.name["vi"].upper().split()[:2])
    for said in (NUMBER, CODE, "CHỦ TỊCH", "Lê Quốc Thắng", titled):
        assert said in text, said
    plain = text.casefold().replace("ngày ", "")
    for pointer in result.compare:
        day = value(data, pointer).casefold()
        assert day in plain or spelled(day) in plain, pointer


def spelled(day: str) -> str:
    """18/07/2026 as sentences say it."""
    parts = day.split("/")
    return "" if len(parts) != 3 else f"{parts[0]} tháng {int(parts[1])} năm {parts[2]}"


@pytest.mark.parametrize("folder", ISSUING)
def test_a_draft_says_that_it_is_one_for_every_worked_example(folder: str) -> None:
    package = load_package(PACKAGES / folder)
    for name, example in package.examples.items():
        text = drawn(package, example["data"], unsigned=True)
        assert "Dự thảo để xem xét: chưa ký" in text, name
        assert NUMBER not in text
        assert CODE not in text


@pytest.mark.parametrize(
    ("kind", "title", "ends"),
    [
        ("birth_certificate", "GIẤY KHAI SINH (BẢN SAO)", "Đăng ký khai sinh tại: Ủy ban"),
        ("marriage", "TRÍCH LỤC KẾT HÔN (BẢN SAO)", "Đăng ký kết hôn tại: Ủy ban"),
        ("death", "TRÍCH LỤC KHAI TỬ (BẢN SAO)", "Đăng ký khai tử tại: Ủy ban"),
    ],
)
def test_a_copy_is_named_after_what_it_copies(kind: str, title: str, ends: str) -> None:
    package = load_package(PACKAGES / "civil-status-copy")
    data = package.examples["examples/normal.yaml"]["data"]
    text = drawn(package, {**data, "record": {**data["record"], "kind": kind}})
    assert text.index(title) < text.index("Quê quán: Phường Phú Thọ") < text.index(ends)


def test_of_a_death_nobody_knows_more_than_the_year_is_said() -> None:
    package = load_package(PACKAGES / "death-registration")
    text = drawn(package, package.examples["examples/long-ago.yaml"]["data"])
    assert "Đã chết vào lúc: năm 1972, ghi bằng chữ: Năm một nghìn chín trăm bảy mươi hai" in text
    assert "Nguyên nhân chết: Giấy báo tử/Giấy tờ thay Giấy báo tử số:" in text


@pytest.mark.parametrize(("example", "signed"), [("normal", 2), ("at-the-counter", 0)])
def test_a_marriage_certificate_leaves_the_place_of_a_hand_to_who_signs_on_paper(
    example: str, signed: int
) -> None:
    package = load_package(PACKAGES / "marriage-registration")
    data = package.examples[f"examples/{example}.yaml"]["data"]
    text = drawn(package, data)
    assert text.count("Đã ký xác nhận điện tử") == signed
    assert "Đã ký" not in drawn(package, data, unsigned=True)
    assert text.index("tên vợ: NGUYỄN THỊ HẠNH") < text.index("tên chồng: TRẦN VĂN MINH")
