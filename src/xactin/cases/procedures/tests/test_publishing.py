"""The administrator's pages of the catalogue: a limit, a package with problems, a version published."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from xactin.cases import testing
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.models import AuthorityLimit, Case, ProcedureVersion
from xactin.cases.procedures import commands, queries
from xactin.cases.procedures.reviewing import review
from xactin.cases.procedures.tests.packages import NEXT, files, zipped
from xactin.identity.queries import actor_for
from xactin.identity.testing import PASSWORD
from xactin.kernel.local import local_day
from xactin.kernel.procedure.package import load_package
from xactin.ledger.audit import Finding, run_audit
from xactin.ledger.clock import now

pytestmark = pytest.mark.django_db
BIRTH, PERMIT = "1.001193", "1.013225"
LAND = f"/desk/procedures/{PERMIT}/limits/consult_land/"
LATER = {key: words for key, words in NEXT.items() if key.startswith("effective")}
PUBLISH = "/desk/procedures/publish/"


@pytest.fixture(autouse=True)
def _catalogue() -> Iterator[None]:
    cache.clear()
    with translation.override("vi"):
        testing.province_with(testing.BIRTH, testing.PERMIT)
        yield


def client_of(username: str = "quantri1") -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    return client


def send(client: Client, sent: bytes, name: str = "goi.zip") -> Any:
    return client.post(PUBLISH, {"package": SimpleUploadedFile(name, sent, "application/zip")})


def confirmed(page: Any) -> dict[str, str]:
    return dict(re.findall(r'name="(archive|digest)" value="([^"]+)"', page.content.decode()))


def audited(code: str) -> list[Finding]:
    return [one for one in run_audit(1) if one.subject == f"procedure:{code}"]


def test_versions_and_limits_are_shown() -> None:
    client = client_of()
    page = client.get("/desk/procedures/").content.decode()
    assert "Đăng ký khai sinh" in page
    assert "28/02/2027" in page  # its last day, not the day after
    page = client.get(f"/desk/procedures/{PERMIT}/").content.decode()
    assert ProcedureVersion.objects.get(code=PERMIT).digest in page
    assert page.count("2 ngày làm việc") == 6  # each as it is, and as far as it may go
    assert page.count("theo thủ tục") == 3


def test_a_limit_is_set_within_the_maximum_and_holds_for_new_dossiers() -> None:
    client = client_of()
    answer = client.post(LAND, {"amount": "1", "unit": "working_day"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/desk/procedures/{PERMIT}/"
    assert "do cơ quan quy định" in answer.content.decode()
    assert queries.limits(PERMIT) == {"consult_land": {"working_day": 1}}
    assert audited(PERMIT) == []
    testing.apply()
    assert Case.objects.get().state["limits"] == {"consult_land": {"working_day": 1}}


@pytest.mark.parametrize(
    ("amount", "unit", "field"),
    [
        ("3", "working_day", "amount"),
        ("25", "working_hour", "amount"),
        ("0", "working_day", "amount"),
        ("", "working_day", "amount"),
        ("2", "fortnight", "unit"),
    ],
)
def test_a_limit_that_does_not_fit_is_told_beside_the_field(amount: str, unit: str, field: str) -> None:
    answer = client_of().post(LAND, {"amount": amount, "unit": unit})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not AuthorityLimit.objects.exists()
    if amount == "3":
        assert "tối đa: 2 ngày làm việc" in answer.content.decode()


@pytest.mark.parametrize("duration", [{"working_day": 0}, {"same_day": False}, {"moons": 1}, {}])
def test_a_limit_of_nothing_is_refused(duration: dict[str, int]) -> None:
    package = queries.today(PERMIT).package
    with pytest.raises(Invalid):
        commands.set_limit(by=actor_for("quantri1"), package=package, name="consult_land", duration=duration)


def test_a_package_with_problems_shows_each_and_is_not_published() -> None:
    wrong = {
        "agency: civil_status": "agency: astronomy",
        "limit: {same_day: true}": "limit: {working_hour: 1}",
    }
    broken = files(changes=NEXT | wrong)
    answer = send(client_of(), zipped(broken, "khai-sinh/"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert len(answer.context["problems"]) >= 2
    for problem in answer.context["problems"]:
        assert problem["where"]
    assert "chưa công bố được" in page
    assert ProcedureVersion.objects.filter(code=BIRTH).count() == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"<script>alert(1)</script>", "không phải là tệp nén ZIP"),
        (zipped({"x.html": b"<script>alert(1)</script>"}), "x.html"),
        (zipped({"procedure.yaml": b"a: 1"}), "process.bpmn"),
    ],
)
def test_what_is_no_package_is_told_in_words(sent: bytes, told: str) -> None:
    answer = send(client_of(), sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_a_version_is_published_after_what_changes_was_shown() -> None:
    client = client_of()
    page = send(client, zipped(files(), "khai-sinh/"))
    assert page.status_code == 200
    assert "01/03/2027" in page.content.decode()
    assert not ProcedureVersion.objects.filter(version="2027-03").exists()
    answer = client.post(f"{PUBLISH}confirm/", confirmed(page), follow=True)
    assert "Đã công bố phiên bản 2027-03" in answer.content.decode()
    made = ProcedureVersion.objects.get(version="2027-03")
    assert made.in_force_from == date(2027, 3, 1)
    assert "Chưa có hiệu lực" in answer.content.decode()
    assert audited(BIRTH) == []
    again = client.post(f"{PUBLISH}confirm/", confirmed(page), follow=True)
    assert "đã được công bố trước đó" in again.content.decode()
    assert "Gói này đã được công bố" in send(client, zipped(files())).content.decode()


def test_the_version_before_is_named_and_ends() -> None:
    effective = next(key for key in NEXT if key.startswith("effective"))
    sooner = files(changes=NEXT | {effective: "effective: {from: 2027-02-01}"})
    client = client_of()
    page = send(client, zipped(sooner))
    assert [row.version for row in page.context["found"].ending] == ["2026-11-27"]
    client.post(f"{PUBLISH}confirm/", confirmed(page))
    assert ProcedureVersion.objects.get(code=BIRTH, version="2026-11-27").in_force_until == date(2027, 2, 1)
    assert audited(BIRTH) == []


def test_only_what_was_shown_is_published() -> None:
    client = client_of()
    shown = confirmed(send(client, zipped(files())))
    other = files(changes=NEXT | {"name: {vi: Đăng ký khai sinh,": "name: {vi: Đăng ký khác,"})
    swapped = confirmed(send(client, zipped(other)))["archive"]
    for sent in (shown | {"archive": swapped}, shown | {"archive": "%%%"}, {}):
        assert client.post(f"{PUBLISH}confirm/", sent).status_code == 422
    assert ProcedureVersion.objects.filter(code=BIRTH).count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name: {vi: Đăng ký khai sinh,": "name: {vi: Đăng ký khác,"}, "version_taken"),
        ({'version: "2026-11-27"': 'version: "2027-04"', **LATER}, "same_day"),
        (
            {'version: "2026-11-27"': 'version: "2026-12"', "until: 2027-03-01": "until: 2026-05-01"},
            "over",
        ),
        ({'version: "2026-11-27"': f'version: "{"9" * 41}"'}, "too_long"),
    ],
)
def test_what_has_no_place_in_the_catalogue_is_a_problem(changes: dict[str, str], code: str) -> None:
    commands.publish(by=actor_for("quantri1"), package=load_package(files()))
    found = review(by=actor_for("quantri1"), sent=zipped(files(changes=changes)))
    assert code in [problem.code for problem in found.problems]


def test_a_version_that_comes_late_begins_on_the_day_it_is_published() -> None:
    """What was filed meanwhile was filed under the earlier one: the catalogue does not tell otherwise later."""
    by, today = actor_for("quantri1"), local_day(now())
    ProcedureVersion.objects.filter(code=BIRTH).update(in_force_from=date(2026, 4, 15))
    late = load_package(files(changes={'version: "2026-11-27"': 'version: "2026-12"'}))
    assert late.effective_from < today
    assert review(by=by, sent=zipped(late.files)).begins == today
    commands.publish(by=by, package=late)
    days = ProcedureVersion.objects.filter(code=BIRTH).order_by("in_force_from")
    assert [row.in_force_from for row in days] == [date(2026, 4, 15), today]
    assert [row.in_force_until for row in days] == [today, date(2027, 3, 1)]
    assert queries.today(BIRTH).package.version == "2026-12"
    assert audited(BIRTH) == []


def test_a_limit_the_new_version_does_not_allow_no_longer_counts() -> None:
    by = actor_for("quantri1")
    commands.set_limit(
        by=by, package=queries.today(PERMIT).package, name="consult_land", duration={"working_day": 1}
    )
    text = files(testing.PERMIT, {})["procedure.yaml"].decode()
    land = "consult_land: {default: {working_day: 2}, maximum: {working_day: 2}}"
    version, effective = re.search(r"version: .*", text), re.search(r"effective: .*", text)
    assert version
    assert effective
    changes = {
        version[0]: 'version: "khac"',
        effective[0]: "effective: {from: 2026-11-01}",
        land: "consult_land: {default: {working_hour: 4}, maximum: {working_hour: 4}}",
    }
    changed = files(testing.PERMIT, changes)
    found = review(by=by, sent=zipped(changed))
    assert found.problems == []
    assert found.limits_lost == ["consult_land"]
    commands.publish(by=by, package=load_package(changed))
    assert queries.limits(PERMIT) == {}
    testing.apply()  # the engine would refuse a limit beyond the maximum
    assert audited(PERMIT) == []


@pytest.mark.parametrize("path", ["", "publish/", f"{PERMIT}/limits/consult_land/"])
@pytest.mark.parametrize("username", ["chutich1", "congdan1"])
def test_others_may_not(path: str, username: str) -> None:
    client = client_of(username)
    assert client.get(f"/desk/procedures/{path}").status_code == 403
    assert client.post(f"/desk/procedures/{path}").status_code in (403, 405)
    assert client.post(f"{PUBLISH}confirm/").status_code == 403


def test_an_auditor_reads_and_changes_nothing() -> None:
    client = client_of("thanhtra1")
    page = client.get(f"/desk/procedures/{PERMIT}/")
    assert page.status_code == 200
    assert "/limits/" not in page.content.decode()
    assert client.get(PUBLISH).status_code == 403
    assert client.get(LAND).status_code == 403
    with pytest.raises(Forbidden):
        review(by=actor_for("thanhtra1"), sent=zipped(files()))


@pytest.mark.parametrize("path", ["9.999999/", f"{PERMIT}/limits/receive/", f"{PERMIT}/limits/x/"])
def test_what_is_not_there_is_404(path: str) -> None:
    assert client_of().get(f"/desk/procedures/{path}").status_code == 404


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), True),
        (date(2027, 6, 29), True),
        (date(2027, 6, 30), False),
    ],
)
def test_a_version_is_in_force_from_its_first_day_to_the_one_before_its_end(day: date, stands: bool) -> None:
    """`in_force_until` is the first day on which it is not; whoever applies that day is told so."""
    ProcedureVersion.objects.filter(code=PERMIT).update(
        in_force_from=date(2027, 1, 1), in_force_until=date(2027, 6, 30)
    )
    queries.forget_standing()
    assert queries.in_force_rows(day).filter(code=PERMIT).exists() is stands
    for asked in (queries.in_force, queries.standing):
        with nullcontext() if stands else pytest.raises(queries.NoSuchProcedure):
            asked(PERMIT, day)
    queries.forget_standing()
