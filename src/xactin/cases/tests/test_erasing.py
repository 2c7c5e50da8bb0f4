"""Erasing has a door: ordered by one person, carried out by another, never while the law on archives keeps it."""

from datetime import date

import pytest

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.erasure import commands as erasure
from xactin.cases.erasure import queries
from xactin.cases.erasure.retention import FOR_EVER, kept_until
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn
from xactin.cases.models import Case, Erasure
from xactin.cases.rights import ERASE
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.identity.testing import give_usually
from xactin.kernel.procedure.description import Privacy
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.errors import MustBeKept
from xactin.ledger.testing import sequence_all
from xactin.vault import queries as vault
from xactin.vault.ids import new_id

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
