"""People with accounts: invited by a link that works once, found as a Vietnamese list has them, put out of use."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from xactin.identity import commands, jobs
from xactin.identity import queries as actors
from xactin.identity.errors import Forbidden, Invalid, NotFound, Refused
from xactin.identity.models import Account, ApiToken, Holding, KeyMandate, Person, Post
from xactin.identity.people import queries
from xactin.identity.rules import is_tax_code
from xactin.identity.testing import Province, citizen, signed_in
from xactin.ledger.queries import entries_of
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db
NEW = {
    "kind": "citizen",
    "full_name": "Đặng  Thị Ước",
    "username": "dangthiuoc",
    "email": "Uoc@Example.vn",
    "phone": "+84 912 000 888",
    "id_number": "025 190 000 888",
}
LINK = re.compile(r"/accounts/password/reset/key/[0-9A-Za-z]+-[^/\s<]+/")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    with translation.override("vi"):
        yield


def choose(link: str, password: str) -> bool:
    """Opens an invitation and chooses a password with it; whether that went."""
    client = Client()
    form = client.get(link, follow=True)
    if "password1" not in form.content.decode():
        return False
    place = form.redirect_chain[-1][0]
    return client.post(place, {"password1": password, "password2": password}).status_code == 302


def invited(by: Client, **more: str) -> tuple[Account, str]:
    """Somebody new, and the link as it stands on the page."""
    answer = by.post("/people/add/", NEW | more)
    assert answer.status_code == 200, answer.context["form"].errors
    [link] = LINK.findall(answer.content.decode())
    return Account.objects.get(username=more.get("username", NEW["username"])), link


def test_somebody_is_added_invited_and_signs_in(province: Province) -> None:
    account, link = invited(signed_in("quantri1"))
    person = account.person
    assert (person.full_name, person.phone, person.id_number) == (
        "Đặng Thị Ước",
        "0912000888",
        "025190000888",
    )
    assert (account.email, account.has_usable_password()) == ("uoc@example.vn", False)
    assert EmailAddress.objects.get(user=account).verified
    assert choose(link, "một mật khẩu của riêng tôi")
    assert not choose(link, "mật khẩu của kẻ khác")
    assert Client().login(username="dangthiuoc", password="một mật khẩu của riêng tôi")
    assert actors.actor_for("dangthiuoc").custody == "server"


def test_the_link_is_shown_once_and_kept_by_no_cache(province: Province) -> None:
    client = signed_in("quantri1")
    answer = client.post("/people/add/?post=H44.100:clerk", NEW)
    page = answer.content.decode()
    assert "chưa có máy chủ thư" in page
    assert answer.headers["Cache-Control"] == "no-store"
    person = Account.objects.get(username="dangthiuoc").person_id
    assert f"/agencies/posts/H44.100:clerk/appoint/?person={person}" in page
    assert not LINK.search(client.get(f"/people/{person}/").content.decode())
    assert not ProcrastinateJob.objects.filter(task_name="identity.send_account_mail").exists()


def test_with_a_mail_server_the_link_goes_to_the_person_alone(
    province: Province, settings: Settings, mailoutbox: list[object]
) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    client = signed_in("quantri1")
    answer = client.post("/people/add/?post=H44.100:clerk", NEW, follow=True)
    assert answer.redirect_chain[-1][0].endswith("/?post=H44.100:clerk")
    page = answer.content.decode()
    assert "đang được gửi đến uoc@example.vn" in page
    assert not LINK.search(page)
    job = ProcrastinateJob.objects.get(task_name="identity.send_account_mail")
    assert "uoc@example" not in str(job.args)
    jobs.send_account_mail(**job.args)
    mail = mailoutbox[0]
    assert mail.to == ["uoc@example.vn"]  # type: ignore[attr-defined]
    assert "Kính gửi Ông/Bà Đặng Thị Ước" in mail.body  # type: ignore[attr-defined]
    [link] = LINK.findall(mail.body)  # type: ignore[attr-defined]
    assert settings.XACTIN_URL + link in mail.body  # type: ignore[attr-defined]
    assert choose(link, "một mật khẩu của riêng tôi")


def test_an_invitation_ends_after_three_days(province: Province, settings: Settings) -> None:
    _, link = invited(signed_in("quantri1"))
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert not choose(link, "một mật khẩu của riêng tôi")
    settings.PASSWORD_RESET_TIMEOUT = 60
    assert choose(link, "một mật khẩu của riêng tôi")


def test_a_new_invitation_ends_the_one_before(province: Province) -> None:
    client = signed_in("quantri1")
    account, first = invited(client)
    [second] = LINK.findall(client.post(f"/people/{account.person_id}/invite/").content.decode())
    assert not choose(first, "một mật khẩu của riêng tôi")
    assert choose(second, "một mật khẩu của riêng tôi")
    refused = client.post(f"/people/{account.person_id}/invite/", follow=True).content.decode()
    assert "đã đặt mật khẩu" in refused
    assert not LINK.search(refused)


def test_nobody_gets_a_link_into_an_account_that_is_used(province: Province) -> None:
    with pytest.raises(Refused):
        commands.invite_again(person=province.person("vanthu1").pk, by=province.actor("quantri1"))
    with pytest.raises(NotFound):
        commands.invite_again(person=uuid4(), by=province.actor("quantri1"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "robot"}, "kind"),
        ({"full_name": "Ước"}, "full_name"),
        ({"full_name": "\u202e \u200b"}, "full_name"),
        ({"full_name": "Đặng Ước" * 100}, "full_name"),
        ({"username": "uoc"}, "username"),
        ({"username": "QuanTri1"}, "username"),
        ({"username": "<script>alert(1)</script>"}, "username"),
        ({"username": "uoc\x00uoc"}, "username"),
        ({"email": ""}, "email"),
        ({"email": "uoc@example.vn\nBcc: ke.khac@example.vn"}, "email"),
        ({"phone": "12345"}, "phone"),
        ({"id_number": "025190000123"}, "id_number"),  # taken
        ({"id_number": "' OR 1=1 --"}, "id_number"),
        ({"kind": "firm", "id_number": "0100109107"}, "id_number"),
    ],
)
def test_what_is_wrong_stands_at_its_field(province: Province, wrong: dict[str, str], field: str) -> None:
    people = Person.objects.count()
    answer = signed_in("quantri1").post("/people/add/", NEW | wrong)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Person.objects.count() == people


def test_an_address_that_somebody_confirmed_is_theirs(province: Province) -> None:
    EmailAddress.objects.filter(email="congdan1@example.vn").update(verified=True)
    people = Person.objects.count()
    answer = signed_in("quantri1").post("/people/add/", NEW | {"email": "CongDan1@example.vn"})
    assert list(answer.context["form"].errors) == ["email"]
    assert Person.objects.count() == people
    with pytest.raises(Invalid):
        commands.invite_person(
            username="khac1",
            full_name="Người Khác",
            email="congdan1@example.vn",
            by=province.actor("quantri1"),
        )


def test_a_firm_has_a_tax_code_and_any_name(province: Province) -> None:
    firm = {"kind": "firm", "full_name": "Sông Đà 9", "id_number": "0100100079", "username": "songda9"}
    account, _ = invited(signed_in("quantri1"), **firm)
    assert (account.person.kind, account.person.id_number) == ("firm", "0100100079")


def test_a_tax_code_has_a_check_digit() -> None:
    assert is_tax_code("0100109106")
    assert is_tax_code("0100109106-001")
    for wrong in ("0100109105", "010010910", "01001091060", "0100109106-01", "٠١٠٠١٠٩١٠٦", ""):
        assert not is_tax_code(wrong)


def test_the_list_is_a_vietnamese_one_searched_both_ways_and_paged(province: Province) -> None:
    by = province.actor("quantri1")
    for place, name in enumerate(("Lê Thị Đào", "Lê Thị Dung", "Lê Thị Dũng", "Lê Thị Đan", "Lê Thị Dung")):
        commands.appoint(
            person=citizen(f"xep{place}", name).person, post=Post.objects.get(code="H44.100:clerk")
        )
    wanted = ["Dung", "Dung", "Dũng", "Đan", "Đào"]
    found = queries.accounts_page(by, words="lê thị")
    assert [one.person.full_name.split()[-1] for one in found if one.username.startswith("xep")] == wanted
    assert [one.username for one in queries.accounts_page(by, words="đào")] == ["xep0"]
    assert [one.username for one in queries.accounts_page(by, words="le thi dao")] == ["xep0"]
    assert [one.username for one in queries.accounts_page(by, words="XEP3")] == ["xep3"]
    walked: list[str] = []
    after = None
    while True:
        page = queries.accounts_page(by, words="xep", after=after, limit=2)
        walked += [one.person.full_name.split()[-1] for one in page[:2]]
        if len(page) <= 2:
            break
        after = page[1].person_id
    assert walked == wanted


def test_the_list_tells_posts_and_no_numbers(province: Province) -> None:
    page = signed_in("quantri1").get("/people/").content.decode()
    assert "Bùi Thị Lan" in page
    assert "clerk, Ủy ban nhân dân" in page
    assert "025190000123" not in page
    assert "@example.vn" not in page
    own = signed_in("quantri1").get(f"/people/{province.person('congdan1').pk}/").content.decode()
    assert "•••••••••123" in own
    assert "025190000123" not in own


@pytest.mark.parametrize("words", ["%", "_", "'; DROP TABLE", "\u202e", "ế" * 3000])
def test_hostile_words_find_nobody_or_everybody(province: Province, words: str) -> None:
    client = signed_in("quantri1")
    assert client.get("/people/", {"q": words}).status_code == 200
    assert (
        client.get("/agencies/posts/H44.100:clerk/appoint/", {"q": words, "person": words}).status_code == 200
    )
    assert client.get("/people/add/", {"post": words}).status_code == 200
    assert client.get("/people/", {"after": words}).status_code == 404
    assert client.get("/people/", {"after": str(uuid4())}).status_code == 200


def test_nobody_found_leads_on(province: Province) -> None:
    client = signed_in("quantri1")
    assert "/people/add/" in client.get("/people/", {"q": "khong co ai"}).content.decode()
    page = client.get("/agencies/posts/H44.100:clerk/appoint/", {"q": "khong co ai"}).content.decode()
    assert "/people/add/?post=H44.100:clerk" in page


@pytest.mark.parametrize("username", ["chutich1", "thanhtra1", "congdan1", "doanhnghiep1", ""])
def test_others_may_not(province: Province, username: str) -> None:
    client = signed_in(username) if username else Client()
    target = province.person("vanthu1").pk
    refused = 403 if username else 302
    for path in ("/people/", "/people/add/", f"/people/{target}/"):
        assert client.get(path).status_code == refused
    accounts = Account.objects.count()
    for path in (
        "/people/add/",
        *(f"/people/{target}/{act}/" for act in ("invite", "deactivate", "reactivate")),
    ):
        assert client.post(path, NEW).status_code == refused
    assert Account.objects.count() == accounts
    assert province.accounts["vanthu1"].is_active
    if username:
        by = province.actor(username)
        for act in (commands.deactivate_account, commands.reactivate_account, commands.invite_again):
            with pytest.raises(Forbidden):
                act(person=target, by=by)
        with pytest.raises(Forbidden):
            queries.accounts_page(by)


def test_who_is_not_there_is_404(province: Province) -> None:
    client = signed_in("quantri1")
    assert client.get(f"/people/{uuid4()}/").status_code == 404
    for act in ("invite", "deactivate", "reactivate"):
        assert client.post(f"/people/{uuid4()}/{act}/").status_code == 404
        person = f"/people/{province.person('vanthu1').pk}/"
        assert client.get(f"{person}{act}/")["Location"] == person  # a GET does nothing


def test_an_account_out_of_use_lets_nobody_in_until_it_is_taken_back(province: Province) -> None:
    clerk, admin = signed_in("vanthu1"), signed_in("quantri1")
    account = province.accounts["vanthu1"]
    token = commands.create_token(account)
    header = {"authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/me", headers=header).status_code == 200
    answer = admin.post(f"/people/{account.person_id}/deactivate/", follow=True).content.decode()
    assert "vẫn được giữ" in answer
    assert "Ngừng sử dụng" in admin.get("/people/", {"q": "bui thi lan"}).content.decode()
    assert clerk.get("/me/").status_code == 302
    assert not UserSession.objects.filter(user=account).exists()
    assert Client().get("/api/v1/me", headers=header).status_code == 401
    assert signed_in("vanthu1").get("/me/").status_code == 302
    with pytest.raises(Account.DoesNotExist):
        actors.actor_for("vanthu1")
    # Posts and mandates are ended by ending the holding, and by nothing else.
    assert Holding.objects.get(person_id=account.person_id).until is None
    assert not KeyMandate.objects.filter(key__person_id=account.person_id, ended_at__isnull=False).exists()
    admin.post(f"/people/{account.person_id}/reactivate/")
    assert signed_in("vanthu1").get("/me/").status_code == 200
    assert Client().get("/api/v1/me", headers=header).status_code == 401
    assert ApiToken.objects.get(account=account).revoked_at
    acts = [entry.statement["act"] for entry in entries_of(f"person:{account.person_id}")]
    assert [act for act in acts if act.startswith("account.")] == ["account.deactivate", "account.reactivate"]


def test_an_account_out_of_use_is_offered_no_post(province: Province) -> None:
    person, by = province.person("congdan2"), province.actor("quantri1")
    assert person in actors.people_matching(by, person.full_name)
    commands.deactivate_account(person=person.pk, by=by)
    assert person not in actors.people_matching(by, person.full_name)


def test_deactivating_ends_an_invitation(province: Province) -> None:
    admin = signed_in("quantri1")
    account, link = invited(admin)
    admin.post(f"/people/{account.person_id}/deactivate/")
    assert not choose(link, "một mật khẩu của riêng tôi")
    with pytest.raises(Refused):
        commands.invite_again(person=account.person_id, by=province.actor("quantri1"))


def test_twice_is_refused_and_so_is_oneself(province: Province) -> None:
    by, clerk = province.actor("quantri1"), province.person("vanthu1").pk
    with pytest.raises(Refused, match="chính mình"):
        commands.deactivate_account(person=by.person_id, by=by)
    assert "/deactivate/" not in signed_in("quantri1").get(f"/people/{by.person_id}/").content.decode()
    with pytest.raises(Refused):
        commands.reactivate_account(person=clerk, by=by)
    commands.deactivate_account(person=clerk, by=by)
    with pytest.raises(Refused):
        commands.deactivate_account(person=clerk, by=by)


def test_an_administrator_with_an_account_in_use_always_stays(province: Province) -> None:
    first = province.actor("quantri1")
    post = Post.objects.get(code="H44:administrator")
    commands.appoint(person=province.person("vanthu1"), post=post)
    second = province.actor("vanthu1", "administrator")
    commands.deactivate_account(person=second.person_id, by=first)
    with pytest.raises(Forbidden):  # who acted a moment too late
        commands.deactivate_account(person=first.person_id, by=second)
    with pytest.raises(Refused, match="cuối cùng"):
        commands.end_holding(holding=Holding.objects.get(person_id=first.person_id), by=first)


def test_a_changed_address_is_the_persons_everywhere(province: Province) -> None:
    account = province.accounts["congdan1"]
    new = EmailAddress.objects.create(user=account, email="moi@example.vn", verified=True)
    new.set_as_primary()
    assert commands.applicant_of(province.actor("congdan1"))["email"] == "moi@example.vn"
    place, whole = "/agencies/posts/H44.100:clerk/appoint/", {"q": "nguyen thi hanh"}
    assert "moi@example.vn" in signed_in("quantri1").get(place, whole).content.decode()


def test_that_a_page_of_a_person_was_read_is_logged(province: Province) -> None:
    read = province.person("congdan1").pk
    assert signed_in("quantri1").get(f"/people/{read}/").status_code == 200
    assert signed_in("motcua1").get(f"/people/{read}/").status_code == 403
    (opening,) = vault.openings_of(f"person:{read}")
    assert (opening.who, opening.purpose) == (str(province.person("quantri1").pk), "account")


def test_an_administrator_lists_their_own_part_and_finds_others_by_the_whole_name(province: Province) -> None:
    post = commands.create_post(
        agency=province.agencies["H44.100"], role="administrator", title_vi="A", title_en="A"
    )
    commands.appoint(person=province.person("motcua1"), post=post)
    by, secret = province.actor("motcua1", "administrator"), citizen("xep9", "Đặng Thị Kín")
    listed = {one.username for one in queries.accounts_page(by)}
    assert {"motcua1", "chutich1"} <= listed
    assert not listed & {
        "thanhtra1",
        "soxd1",
        "congdan1",
        "xep9",
    }  # the province's own, a department's, citizens
    assert queries.accounts_page(by, words="đặng thị") == []
    assert actors.people_matching(by, "Thị") == [one.person for one in queries.accounts_page(by, words="Thị")]
    assert _looks(secret.person_id) == 0
    for words in ("Dang Thi Kin", "XEP9", secret.person.id_number):
        if words:
            assert [one.username for one in queries.accounts_page(by, words=words)] == ["xep9"]
    assert _looks(secret.person_id) >= 2
    assert queries.account_of(by, secret.person_id).username == "xep9"
    with pytest.raises(Forbidden):
        queries.account_of(by, province.person("thanhtra1").pk)


def _looks(person: UUID) -> int:
    return len(vault.openings_of(f"person:{person}"))
