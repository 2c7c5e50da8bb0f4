"""Erasing has a door: ordered by one person, carried out by another, never while the law on archives keeps it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.erasure import commands as erasure
from xactin.cases.erasure import queries
from xactin.cases.erasure.retention import FOR_EVER, kept_until
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn
from xactin.cases.models import Case, Erasure
from xactin.cases.procedures.commands import publish
from xactin.cases.procedures.tests.packages import files
from xactin.cases.rights import ERASE
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.identity.testing import give_usually
from xactin.kernel.procedure.description import Privacy
from xactin.kernel.procedure.package import load_package
from xactin.ledger import clock
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.commands import shift_clock
from xactin.ledger.errors import MustBeKept
from xactin.ledger.testing import sequence_all
from xactin.notices.testing import settle
from xactin.vault import queries as vault
from xactin.vault.ids import new_id
from xactin.vault.models import File

TWO_YEARS = {"years: permanent": "years: 2"}
BASIS = "Điều 14 Luật Bảo vệ dữ liệu cá nhân"


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch, db: None) -> Case:
    """The chair and the auditor may erase it."""
    give_usually(monkeypatch, ERASE, {"chair", "auditor"})
    return testing.finished_work(testing.PERMIT)


def test_two_persons_erase_and_the_audit_is_clean(finished: Case) -> None:
    # Its name stands here as it would for an applicant: what is derived from content goes with it.
    Case.objects.filter(pk=finished.pk).update(applicant_name="Người nộp", owner_name="Chủ", owner_key="chu")
    subject, chair, auditor = f"case:{finished.pk}", actor_for("chutich1"), actor_for("thanhtra1")
    with pytest.raises(NotFound):
        erasure.order(by=actor_for("chuyenvien1"), case=finished.pk, basis=BASIS)
    with pytest.raises(Invalid):
        erasure.order(by=chair, case=finished.pk, basis="  ")
    order = erasure.order(by=chair, case=finished.pk, basis=BASIS)
    with pytest.raises(OutOfTurn):
        erasure.order(by=auditor, case=finished.pk, basis=BASIS)
    with pytest.raises(Forbidden):
        erasure.confirm(by=chair, erasure=order)
    assert vault.commitments_of(subject)
    erasure.confirm(by=auditor, erasure=order)
    assert vault.commitments_of(subject) == {}
    finished.refresh_from_db()
    assert (finished.applicant_name, finished.owner_name, finished.owner_key) == ("", "", "")
    assert "nguoi" not in finished.words
    assert [row.statement["act"] for row in ledger.entries_of(subject)][-2:] == [
        "case.order_erasure",
        "case.erase",
    ]
    with pytest.raises(NotFound):
        erasure.confirm(by=auditor, erasure=order)
    sequence_all()
    assert run_audit(1) == []
    Erasure.objects.filter(pk=order).update(outcome="dropped")
    assert "outcome other than the entries say" in run_audit(1)[0].text


def test_nobody_erases_their_own_dossier(finished: Case) -> None:
    chair = actor_for("chutich1")
    Case.objects.filter(pk=finished.pk).update(applicant_id=chair.person_id)
    with pytest.raises(NotFound):
        erasure.order(by=chair, case=finished.pk, basis=BASIS)


def test_the_pages_of_an_order(finished: Case) -> None:
    chair, auditor = Visitor("chutich1"), Visitor("thanhtra1")
    place = f"/desk/cases/{finished.pk}/erase/"
    shown = chair.page(place)
    assert [words for words in ("form.task", "Thực hiện, báo cáo kết quả") if words not in shown] == []
    answer = chair.send(place, part="form.task", basis=BASIS)
    assert answer.status_code == 302, answer.content
    assert finished.number in auditor.page("/desk/erasures/")
    confirming = f"{place}{Erasure.objects.get().pk}/"
    assert chair.send(confirming).status_code == 403
    elsewhere = f"/desk/cases/{new_id()}/erase/{Erasure.objects.get().pk}/"
    assert [auditor.send(elsewhere, **sent).status_code for sent in ({}, {"drop": "1"})] == [404, 404]
    assert auditor.send(confirming).status_code == 302
    assert "form.task" not in vault.commitments_of(f"case:{finished.pk}")
    assert "answer.report.0" in vault.commitments_of(f"case:{finished.pk}")
    assert Visitor("chuyenvien1").open(place).status_code == 404


@pytest.fixture
def years_later() -> Iterator[Callable[[int], None]]:
    """The demo's clock goes on by so many years; what this process remembers of it ends with the test."""
    yield lambda years: shift_clock(timedelta(days=366 * years))
    clock.forget()


def test_an_application_kept_for_some_years_goes_by_the_pages_when_they_are_over(
    monkeypatch: pytest.MonkeyPatch, db: None, years_later: Callable[[int], None]
) -> None:
    """Submitted by a citizen, taken back, kept, ordered by one and carried out by another: then nobody finds them."""
    give_usually(monkeypatch, ERASE, {"chair", "auditor"})
    testing.province_with("internal-task")
    by, told = actor_for("congdan1"), testing.example(testing.PERMIT)
    publish(by=actor_for("quantri1"), package=load_package(files(testing.PERMIT, TWO_YEARS)))
    given = [applications.Given(kind=kind, file=testing.an_upload(by)) for kind in told["documents"]]
    case = applications.submit(by=by, code="1.013225", data=told["data"], documents=given).case
    number, owner = Case.objects.get(pk=case).number, told["data"]["owner"]
    applications.withdraw(by=by, case=case)
    settle()
    place, chair, auditor = f"/desk/cases/{case}/erase/", Visitor("chutich1"), Visitor("thanhtra1")
    assert "01/01/2029" in chair.page(place)
    parts = sorted(vault.commitments_of(f"case:{case}"))
    assert chair.send(place, part=parts, basis=BASIS).status_code == 409
    years_later(3)
    assert chair.send(place, part=parts, basis=BASIS).status_code == 302
    waiting = auditor.page(place)
    assert [text for text in ("Chủ đầu tư", "Bản vẽ", BASIS) if text not in waiting] == []
    confirming = f"{place}{Erasure.objects.get().pk}/"
    assert [one.send(confirming).status_code for one in (chair, auditor)] == [403, 302]
    assert vault.commitments_of(f"case:{case}") == {}
    assert not File.objects.filter(pk__in=[one.file for one in given], sealed__isnull=False).exists()
    personal = (owner["id_number"], owner["phone"], owner["full_name"])
    for visitor, page in ((chair, f"/desk/cases/{case}/"), (auditor, place), (chair, "/desk/cases/")):
        shown = visitor.page(page)
        assert [text for text in personal if text in shown] == []
    assert Visitor("congdan1").open(f"/cases/{case}/").status_code == 200
    assert number not in chair.page("/desk/cases/", q="Hạnh")
    found = chair.send("/desk/person/", person=owner["id_number"], purpose="find.asked")
    assert number not in chair.page(found.headers["location"])
    sequence_all()
    assert run_audit(1) == []


def test_what_runs_or_is_kept_for_ever_is_not_erased(finished: Case) -> None:
    case = testing.apply()
    with pytest.raises(MustBeKept):
        erasure.order(by=actor_for("chutich1"), case=case.pk, basis=BASIS)
    assert queries.erasable(actor_for("chutich1"), case.pk).kept
    applications.withdraw(by=actor_for("congdan1"), case=case.pk)
    with pytest.raises(MustBeKept):
        erasure.order(by=actor_for("chutich1"), case=case.pk, basis=BASIS)


@pytest.mark.parametrize(
    ("years", "until"), [(10, date(2037, 1, 1)), (0, date(2027, 1, 1)), ("permanent", FOR_EVER)]
)
def test_years_are_counted_after_the_year_in_which_it_ended(years: int | str, until: date) -> None:
    words = {"vi": "", "en": ""}
    privacy = Privacy(words, (), {}, years)
    assert kept_until(privacy, date(2026, 12, 31)) == until
    assert kept_until(privacy, date(2026, 1, 1)) == until
    assert kept_until(None, date(2026, 1, 1)) is None
