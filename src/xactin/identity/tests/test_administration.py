"""The administrator's pages: agencies and posts are added, errors stand at their fields, nothing is lost."""

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation

from xactin.identity.agencies import queries
from xactin.identity.models import Agency, Post
from xactin.identity.rules import is_code_below, next_code
from xactin.identity.testing import Province, signed_in

pytestmark = pytest.mark.django_db
COMMUNE = {"kind": "commune", "code": "H44.101", "unit_code": "Phường Phú Thọ (07942)"}
UNIT = {"kind": "unit", "code": "H44.100.03", "name_vi": "Phòng Văn hóa – Xã hội"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    with translation.override("vi"):
        yield


def test_a_commune_is_chosen_from_the_list_and_named_by_it(province: Province) -> None:
    client = signed_in("quantri1")
    page = client.get("/agencies/H44/add/")
    assert '<option value="Phường Phú Thọ (07942)">' in page.content.decode()
    assert "(04795)" not in page.content.decode()  # has its agency already
    assert "H44.101 (Xã, phường)" in page.content.decode()
    answer = client.post("/agencies/H44/add/", COMMUNE, follow=True)
    made = Agency.objects.get(code="H44.101")
    assert (made.name_vi, made.unit_code) == ("Ủy ban nhân dân phường Phú Thọ", "07942")
    assert answer.redirect_chain[-1][0] == "/agencies/H44.101/"
    assert "Thêm chức vụ" in answer.content.decode()


@pytest.mark.parametrize("typed", ["07942", "phường phú thọ", "phuong phu tho"])
def test_a_unit_is_known_by_code_or_name(province: Province, typed: str) -> None:
    found, alike = queries.unit_meant(typed, queries.units_without_agency("commune"))
    assert found is not None
    assert (found.code, alike) == ("07942", [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "h44/9"}, "code"),
        ({"code": "H44.1.2"}, "code"),  # not directly below
        ({"code": "H45.101"}, "code"),
        ({"code": "H44.100"}, "code"),  # taken
        ({"kind": ""}, "kind"),
        ({"unit_code": ""}, "unit_code"),
        ({"unit_code": "Phường Không Có"}, "unit_code"),
        ({"unit_code": "Phường Hòa Bình (04795)"}, "unit_code"),  # has its agency
        ({"kind": "department"}, "name_vi"),
        ({"more_functions": "Đất đai"}, "more_functions"),
    ],
)
def test_a_wrong_agency_is_told_at_its_field(province: Province, wrong: dict[str, str], field: str) -> None:
    kept = {"name_en": "A name that is kept"}
    answer = signed_in("quantri1").post("/agencies/H44/add/", COMMUNE | kept | wrong)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "A name that is kept" in answer.content.decode()
    assert not Agency.objects.filter(code="H44.101").exists()


def test_parts_are_chosen_or_named(province: Province) -> None:
    sent = UNIT | {"functions": ["land"], "more_functions": "fire_safety, land"}
    assert signed_in("quantri1").post("/agencies/H44.100/add/", sent).status_code == 302
    assert Agency.objects.get(code="H44.100.03").functions == ["fire_safety", "land"]


@pytest.mark.parametrize(
    "path",
    [
        "/agencies/H44/add/",
        "/agencies/H44.100/posts/add/",
        "/agencies/posts/H44.100:clerk/duties/",
        "/agencies/posts/H44.100:clerk/appoint/?q=nguyen",
        "/agencies/H44/",
        "/people/add/",
    ],
)
def test_every_box_has_an_id_of_its_own(province: Province, path: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', signed_in("quantri1").get(path).content.decode())
    assert len(ids) == len(set(ids))


def test_a_post_is_added_and_a_second_of_its_role_needs_a_name(province: Province) -> None:
    client = signed_in("quantri1")
    post = {"role": "chair", "title_vi": "Phó Chủ tịch", "title_en": "Vice-chair", "requires_passkey": "on"}
    twice = client.post("/agencies/H44.100/posts/add/", post)
    assert twice.status_code == 422
    assert list(twice.context["form"].errors) == ["name"]
    assert "chair-2" in str(twice.context["form"].errors["name"])
    assert "Phó Chủ tịch" in twice.content.decode()
    assert client.post("/agencies/H44.100/posts/add/", post | {"name": "chair-2"}).status_code == 302
    made = Post.objects.get(code="H44.100:chair-2")
    assert (made.role, made.requires_passkey) == ("chair", True)


def test_an_administrators_post_can_be_asked_for_a_passkey_like_any_other(province: Province) -> None:
    client = signed_in("quantri1")
    sent = {"role": "administrator", "title_vi": "Quản trị", "title_en": "Admin", "requires_passkey": "on"}
    assert client.post("/agencies/H44.100/posts/add/", sent).status_code == 302
    assert Post.objects.get(code="H44.100:administrator").requires_passkey
    page = client.get("/agencies/H44/").content.decode()
    assert page.count('name="passkey"') == 2  # the administrator's and the auditor's


def test_whoever_holds_a_post_already_is_told_on_the_same_page(province: Province) -> None:
    sent = {"person": str(province.person("vanthu1").id)}
    answer = signed_in("quantri1").post("/agencies/posts/H44.100:clerk/appoint/?q=bui thi lan", sent)
    assert answer.status_code == 422
    assert "đang giữ chức vụ này" in answer.content.decode()
    assert answer.content.decode().count("checked") == 1


def test_the_last_administrator_is_refused_where_one_stands(province: Province) -> None:
    holding = province.person("quantri1").holdings.get()
    answer = signed_in("quantri1").post(f"/agencies/holdings/{holding.id}/end/", follow=True)
    assert answer.redirect_chain[-1][0] == "/agencies/H44/"
    assert "quản trị viên cuối cùng" in answer.content.decode()


@pytest.mark.parametrize("path", ["/agencies/H44/add/", "/agencies/H44.100/posts/add/"])
@pytest.mark.parametrize(("username", "status"), [("chutich1", 403), ("thanhtra1", 403), ("congdan1", 403)])
def test_others_may_not(province: Province, path: str, username: str, status: int) -> None:
    client = signed_in(username)
    assert client.get(path).status_code == status
    assert client.post(path, UNIT).status_code == status
    assert signed_in("quantri1").get("/agencies/H44.999/add/").status_code == 404


def test_codes_are_built_as_the_decision_says() -> None:
    assert is_code_below("H44.100", "H44")
    assert not is_code_below("H44", "H44")
    assert not is_code_below("H44.100.01", "H44")
    assert not is_code_below("H44.", "H44")
    assert next_code("H44", ["H44.01", "H44.09"]) == "H44.10"
    assert next_code("H44", ["H44.100"]) == "H44.101"
    assert next_code("H44.100", []) == "H44.100.01"


@pytest.mark.parametrize(
    ("typed", "status"), [("31/12/2099", 302), ("", 302), ("31/12/2020", 422), ("12/31/2099", 422)]
)
def test_an_end_is_typed_day_first(province: Province, typed: str, status: int) -> None:
    sent = {"person": str(province.person("congdan2").id), "until": typed}
    answer = signed_in("quantri1").post("/agencies/posts/H44.100:clerk/appoint/?q=minh", sent)
    assert answer.status_code == status
    if status == 422:
        assert list(answer.context["form"].errors) == ["until"]
        assert f'value="{typed}"' in answer.content.decode()
