"""Who opened whose data, when and why: the inspector's page, and each person's own."""

import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from openpyxl import load_workbook

from xactin.identity import commands
from xactin.identity.errors import Forbidden
from xactin.identity.readings.queries import Wanted, readings, readings_about
from xactin.identity.testing import Province, signed_in
from xactin.ledger.clock import now
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(province: Province) -> Province:
    """The administrator opened one citizen's page, a clerk another's, the platform one; one looked at their own."""
    cache.clear()
    one, other = province.person("congdan1").pk, province.person("congdan2").pk
    for who, subject in (
        (str(province.person("quantri1").pk), f"person:{one}"),
        (str(province.person("vanthu1").pk), f"person:{other}"),
        ("result", f"person:{one}"),
        (str(one), f"person:{one}"),
    ):
        vault.note_reading(by=who, purpose="account", subject=subject, parts=["account"])
    return province


def test_who_inspects_reads_who_whom_when_and_why(opened: Province) -> None:
    found = readings(opened.actor("thanhtra1"), Wanted())
    assert [(one.who, one.what) for one in found[1:]] == [
        ("Hệ thống: soạn, đóng dấu kết quả", "Nguyễn Thị Hạnh"),
        ("Bùi Thị Lan", "Trần Văn Minh"),
        ("Lưu Gia Bảo", "Nguyễn Thị Hạnh"),
    ]
    assert found[2].posts.startswith("clerk, Ủy ban nhân dân phường")
    assert found[2].why == "Quản lý tài khoản"
    by_name = readings(opened.actor("thanhtra1"), Wanted(words="bui lan"))
    assert [one.who for one in by_name] == ["Bùi Thị Lan"]
    assert not readings(opened.actor("thanhtra1"), Wanted(since=now() + timedelta(hours=1)))
    assert not readings(opened.actor("thanhtra1"), Wanted(purpose="desk"))
    assert len(readings(opened.actor("thanhtra1"), Wanted(before=found[1].id))) == 2


def test_who_inspects_a_commune_sees_what_its_people_opened(opened: Province) -> None:
    commune = opened.agencies["H44.100"]
    post = commands.create_post(agency=commune, role="auditor", title_vi="A", title_en="A")
    commands.appoint(person=opened.person("soxd1"), post=post)
    found = readings(opened.actor("soxd1", "auditor"), Wanted())
    assert [one.who for one in found] == ["Bùi Thị Lan"]


def test_each_person_sees_who_opened_theirs_and_nobody_elses(opened: Province) -> None:
    found = readings_about(opened.actor("congdan1"))
    assert [one.who for one in found] == ["Hệ thống: soạn, đóng dấu kết quả", "Lưu Gia Bảo"]
    page = signed_in("congdan1").get("/me/readings/").content.decode()
    assert "Lưu Gia Bảo" in page
    assert "Bùi Thị Lan" not in page
    assert [one.who for one in readings_about(opened.actor("congdan1"), limit=1)] == [
        "Hệ thống: soạn, đóng dấu kết quả",
        "Lưu Gia Bảo",
    ]


@pytest.mark.parametrize("username", ["quantri1", "chutich1", "congdan1"])
def test_others_may_not(opened: Province, username: str) -> None:
    assert signed_in(username).get("/readings/").status_code == 403
    with pytest.raises(Forbidden):
        readings(opened.actor(username), Wanted())


def test_the_page_filters_and_leaves_as_a_file(opened: Province) -> None:
    client = signed_in("thanhtra1")
    page = client.get("/readings/", {"q": "lan", "from": "không phải ngày"}).content.decode()
    assert "Bùi Thị Lan" in page
    assert "Lưu Gia Bảo" not in page
    assert client.get("/readings/", {"after": "x"}).status_code == 404
    text = client.get("/readings/", {"format": "csv", "q": "lan"}).content.decode("utf-8-sig")
    assert "Đinh Công Lý lập lúc" in text.splitlines()[0]
    assert "Bùi Thị Lan" in text
    assert "Lưu Gia Bảo" not in text
    book = load_workbook(io.BytesIO(client.get("/readings/", {"format": "xlsx"}).content))
    assert [cell.value for cell in list(book.active.rows)[1]][:2] == ["Thời điểm", "Người mở"]
