"""A small province for tests: real agencies, posts, people and keys, made by the room's own commands."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.test import Client

from xactin.identity import commands, duties, queries
from xactin.identity.calendars.queries import forget_calendars
from xactin.identity.duties import usual_duties
from xactin.identity.models import Account, Agency, Person
from xactin.identity.queries import actor_for
from xactin.identity.rights import Actor
from xactin.ledger import clock
from xactin.ledger.testing import forgets, recalled

if TYPE_CHECKING:
    import pytest

AUTHORITY: Final = "H44"
PASSWORD: Final = "mật khẩu thử nghiệm"  # noqa: S105 (of test accounts)

# username, name, agency, role
_OFFICIALS: Final = (
    ("motcua1", "Trần Thị Hồng Nhung", "H44.100", "reception"),
    ("chutich1", "Nguyễn Đình Phúc", "H44.100", "chair"),
    ("vanthu1", "Bùi Thị Lan", "H44.100", "clerk"),
    ("chuyenvien1", "Lê Quang Đức", "H44.100.01", "officer"),
    ("chuyenvien3", "Vũ Thùy Dương", "H44.100.02", "officer"),
    ("chuyenvien2", "Phạm Ngọc Ánh", "H44.01.01", "consultant"),
    ("sonnmt1", "Hoàng Văn Thái", "H44.01", "consultant"),
    ("soxd1", "Đỗ Minh Khôi", "H44.02", "consultant"),
    ("thanhtra1", "Đinh Công Lý", "H44", "auditor"),
)
_CITIZENS: Final = (
    ("congdan1", "Nguyễn Thị Hạnh", "citizen", "025190000123"),
    ("congdan2", "Trần Văn Minh", "citizen", "025085000456"),
    ("doanhnghiep1", "Công ty TNHH Xây dựng Sông Đà Xanh", "firm", "0100109106"),
)


forgets.extend([queries.forget_tree, forget_calendars])


@dataclass(frozen=True)
class Province:
    """What `small_province` made."""

    agencies: dict[str, Agency] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def actor(self, username: str, role: str | None = None) -> Actor:
        """The actor of an account, by its first hat or the one with this role."""
        return actor_for(username, role)

    def person(self, username: str) -> Person:
        """The person of an account."""
        return self.accounts[username].person


def small_province(
    *, demo: bool = True, role: Callable[[str], str] = str, function: Callable[[str], str] = str
) -> Province:
    """A province with two departments and one commune; every post of both shipped procedures is held.

    `role` and `function` give posts and agencies other ids.
    """
    if role is not str or function is not str:
        _found(demo, role, function)
    else:
        recalled(("small_province", demo, *surroundings()), lambda: _found(demo, role, function))
    return standing_province()


def standing_province() -> Province:
    """What stands in the tables now."""
    return Province(
        {one.code: one for one in Agency.objects.all()},
        {one.username: one for one in Account.objects.select_related("person")},
    )


def surroundings() -> tuple[Hashable, ...]:
    """What a small province depends on besides its code: a test may have changed it."""
    usual = sorted((id, tuple(sorted(one.usual))) for id, one in duties._duties.items())
    return (settings.XACTIN_URL, commands.sign, clock.now, tuple(usual))


def _found(demo: bool, role: Callable[[str], str], function: Callable[[str], str]) -> None:
    administrator = commands.found_authority(
        code=AUTHORITY,
        name_vi="Ủy ban nhân dân tỉnh Phú Thọ",
        name_en="People's Committee of Phú Thọ Province",
        username="quantri1",
        full_name="Lưu Gia Bảo",
        password=PASSWORD,
        demo=demo,
        unit_code="25",
    )
    made = Province({AUTHORITY: Agency.objects.get(code=AUTHORITY)}, {"quantri1": administrator})
    _agency(made, "H44.01", "H44", "department", "Sở Nông nghiệp và Môi trường", function("environment"))
    _agency(made, "H44.01.01", "H44.01", "unit", "Văn phòng Đăng ký đất đai", function("land"))
    _agency(made, "H44.02", "H44", "department", "Sở Xây dựng", function("infrastructure"))
    _agency(made, "H44.100", "H44", "commune", "", unit="04795")
    _agency(
        made, "H44.100.01", "H44.100", "unit", "Phòng Kinh tế, Hạ tầng và Đô thị", function("construction")
    )
    _agency(made, "H44.100.02", "H44.100", "unit", "Bộ phận Tư pháp – Hộ tịch", function("civil_status"))
    for username, name, agency, usual in _OFFICIALS:
        place = made.agencies[agency]
        duties = usual_duties(usual, place.kind)
        post = commands.create_post(
            agency=place, role=role(usual), title_vi=usual, title_en=usual, duties=duties
        )
        account = commands.make_person_account(username=username, password=PASSWORD, full_name=name)
        commands.appoint(person=account.person, post=post)
        made.accounts[username] = account
    for username, name, kind, number in _CITIZENS:
        made.accounts[username] = citizen(username, name, kind=kind, id_number=number)


def _agency(
    made: Province, code: str, parent: str, kind: str, name: str, *functions: str, unit: str = ""
) -> None:
    made.agencies[code] = commands.create_agency(
        code=code,
        kind=kind,
        name_vi=name,
        name_en=name,
        parent=made.agencies[parent],
        functions=functions,
        unit_code=unit,
    )


def citizen(username: str, name: str, *, kind: str = "citizen", id_number: str = "") -> Account:
    """One more account with a person and a key."""
    return commands.make_person_account(
        username=username,
        password=PASSWORD,
        full_name=name,
        kind=kind,
        id_number=id_number,
        phone="0912000001",
        email=f"{username}@example.vn",
    )


def signed_in(username: str) -> Client:
    """A browser without a screen, in which this account has signed in."""
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    return client


def give_usually(monkeypatch: "pytest.MonkeyPatch", duty: str, roles: set[str]) -> None:
    """Posts of these roles get a duty when they are made."""
    known = duties.duty(duty)
    assert known is not None
    monkeypatch.setitem(duties._duties, duty, replace(known, usual=frozenset(roles)))
