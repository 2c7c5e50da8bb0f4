"""Layouts: what higher rooms register is shown to whom it is for; error pages need nothing."""

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch
from pytest_django import Settings

from xactin.ui import nav
from xactin.ui.tests.site import MIDDLEWARE
from xactin.ui.tests.surroundings import Official, without_other_rooms


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "xactin.ui.tests.urls"
    settings.MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
    without_other_rooms(monkeypatch)


def test_the_desk_shows_a_post_only_its_own_work(client: Client) -> None:
    nav.register("cases", "Hồ sơ cần xử lý", "inbox", duties={"cases.work"}, count=lambda request: 12)
    nav.register("operations", "Khóa và quyền", "notices", duties={"duties.give"})
    page = client.get("/ui/desk/").content.decode()
    assert "Hồ sơ cần xử lý" in page
    assert '<span class="xt-count">12</span>' in page
    assert "Giải quyết hồ sơ" in page
    assert "Khóa và quyền" not in page
    assert "Vận hành, an toàn" not in page


def test_the_hat_worn_is_always_shown_and_can_be_changed(client: Client) -> None:
    worn = nav.Hat("1", "Chuyên viên", "Phòng Kinh tế", worn=True)
    nav.register_hats(lambda request: [worn, replace(worn, id="2", title="Cá nhân tôi", worn=False)], "hat")
    nav.register_bell(lambda request: 3, "notices")
    page = client.get("/ui/").content.decode()
    assert "Chuyên viên, Phòng Kinh tế - Hạ tầng" in page
    assert 'action="/hat/"' in page
    assert 'name="hat" value="2"' in page
    assert "3 thông báo mới" in page


def test_of_two_matching_lines_the_closer_one_is_where_we_are() -> None:
    nav.register("portal", "Trang chủ", "ui-style")
    nav.register("portal", "Tờ khai", "ui-form")
    request = RequestFactory().get("/ui/form/")
    request.actor = Official()  # type: ignore[attr-defined]
    assert [(entry.label, entry.here) for entry in nav.menu(request, "portal")] == [
        ("Trang chủ", False),
        ("Tờ khai", True),
    ]
    nav.register("cases", "Mẫu", "ui-style")
    nav.register("operations", "Tờ khai mẫu", "ui-form")
    lit = [entry.label for group in nav.desk(request) for entry in group.entries if entry.here]
    assert lit == ["Tờ khai mẫu"], "of all areas together, one line"


def test_a_page_of_another_menu_does_not_light_the_desk() -> None:
    nav.register("cases", "Mẫu", "ui-style")
    nav.register("account", "Tờ khai của tôi", "ui-form")
    request = RequestFactory().get("/ui/form/")
    request.actor = Official()  # type: ignore[attr-defined]
    assert [entry.label for group in nav.desk(request) for entry in group.entries if entry.here] == []


def test_a_line_that_leads_nowhere_or_stands_nowhere_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no such area"):
        nav.register("kitchen", "Bếp", "inbox")
    nav.register("portal", "Không có", "no-such-page")
    with pytest.raises(NoReverseMatch):
        nav.menu(RequestFactory().get("/"), "portal")


def test_pages_are_wholly_in_the_chosen_language(client: Client) -> None:
    assert 'lang="vi"' in client.get("/ui/").content.decode()
    client.post("/language/", {"language": "en", "next": "/ui/"})
    page = client.get("/ui/").content.decode()
    assert 'lang="en"' in page
    assert "Skip to the content" in page
    assert "Province of Hòa Sơn" in page
    assert "Ông/Bà" not in page


def test_a_demonstration_says_so(client: Client) -> None:
    assert "không có giá trị pháp lý" in client.get("/ui/").content.decode()


def test_a_form_sent_with_faults_comes_back_filled(client: Client) -> None:
    answer = client.post("/ui/form/", {"owner.full_name": "Lê Thắng", "owner.phone": "12"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Lê Thắng"' in page
    assert "data-error-summary" in page


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 500, 503])
def test_error_pages_need_neither_request_nor_database(status: int) -> None:
    page = render_to_string(f"ui/errors/{status}.html")
    assert f">{status}</p>" in page
    assert "<h1>" in page
    assert "Ông/Bà có thể làm gì" in page


def test_error_pages_tell_the_reason_they_are_given_and_escape_it() -> None:
    page = render_to_string("ui/errors/409.html", {"detail": "<Trần Văn Đức>", "facts": ["09:14"]})
    assert "&lt;Trần Văn Đức&gt;" in page
    assert "<li>09:14</li>" in page


def test_no_page_holds_inline_script_or_style(client: Client) -> None:
    for address in ("/ui/", "/ui/desk/", "/ui/form/"):
        page = client.get(address).content.decode()
        assert "<style" not in page
        assert ' style="' not in page
        assert "onclick=" not in page
        assert "<script>" not in page
