"""The path of a dossier by its commands, on a real database: application, parallel consultation, result."""

import pytest
from django.db import transaction

from xactin.cases import testing
from xactin.cases.dossiers import commands
from xactin.cases.errors import Stale
from xactin.cases.models import Case, OpenTask, Result
from xactin.cases.papers.drawings import DrawingError
from xactin.cases.papers.testing import words
from xactin.cases.results import services
from xactin.cases.results.paper import drawn
from xactin.cases.tests.passkeys import enrol, signing
from xactin.identity.queries import actor_for
from xactin.identity.tests.passkeys import assertion
from xactin.kernel.testing import SoftPasskey
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db


def test_a_building_permit_from_application_to_result() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    assert case.number.startswith("H44.100-")
    assert case.phase == "submitted"
    testing.to_result(case)
    case.refresh_from_db()
    assert case.phase == "done"
    assert not OpenTask.objects.filter(case=case).exists()
    result = Result.objects.get(case=case)
    assert result.issued_at is not None
    acts = [row.statement["act"] for row in ledger.entries_of(f"case:{case.pk}")]
    assert acts[0] == "case.submit"
    assert acts[-1] == "case.seal_result"
    assert Case.objects.get(pk=case.pk).national_state == 10


def printed(case: Case, part: str) -> str:
    (kept,) = vault.files(subject=f"case:{case.pk}", parts=[part])
    _row, chunks = vault.open_file(by="test", purpose="test", id=kept.id)
    return words(b"".join(chunks))


def test_number_date_and_code_are_given_when_it_is_signed() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    testing.to_approval(case)
    assert not Result.objects.filter(case=case).exists()
    draft = printed(case, "result.draft")
    assert "Dự thảo để xem xét: chưa ký, chưa có số" in draft
    assert "ngày … tháng … năm" in draft
    assert not [words for words in ("/GPXD", "Mã kiểm tra") if words in draft]
    signed = testing.do(case, "approve", "approve")
    result = Result.objects.get(case=case)
    assert signed.effect["drawn"] == drawn(result.number, result.code)
    paper = printed(case, "result.paper")
    assert "Dự thảo" not in paper
    assert [words for words in (f"Số: {result.number}", result.code) if words not in paper] == []
    entry = ledger.entry(signed.entry)
    assert entry is not None
    assert list(entry.statement["wrote"]) == ["result.paper"]
    # A number that a failed act took is free again: the next permit gets the one after this.
    other = testing.apply()
    testing.to_approval(other)
    with transaction.atomic():
        testing.do(other, "approve", "approve")
        transaction.set_rollback(True)
    testing.do(other, "approve", "approve")
    assert Result.objects.get(case=other).number == "02/GPXD"
    sequence_all()
    assert run_audit() == []


def test_a_passkey_signs_the_very_paper_that_was_drawn_up_for_it() -> None:
    testing.province_with(testing.PERMIT)
    cases = [testing.apply(), testing.apply()]
    key = enrol("chutich1")
    asked = {}
    for case in cases:
        testing.to_approval(case)
        asked[case.pk] = prepared(case)
    first, second = cases
    signed(first, key, asked[first.pk])
    # Both were drawn up with the number that was next; the second one has to be drawn up anew.
    with pytest.raises(Stale):
        signed(second, key, asked[second.pk])
    signed(second, key, prepared(second))
    for case, number in zip(cases, ("01/GPXD", "02/GPXD"), strict=True):
        assert Result.objects.get(case=case).number == number
        assert f"Số: {number}" in printed(case, "result.paper")


def prepared(case: Case) -> commands.Prepared:
    token = testing.open_task(case, "approve").token
    return commands.prepare(by=signing("chutich1"), case=case.pk, task=token, act="approve")


def signed(case: Case, key: SoftPasskey, asked: commands.Prepared) -> None:
    credential = assertion(key, asked.challenge)
    entry = asked.statement["id"]
    commands.complete(by=actor_for("chutich1"), case=case.pk, entry=entry, credential=credential)


def test_every_file_of_a_drawing_goes_back_stamped() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply(more=["drawing"])
    testing.to_result(case)
    number = Result.objects.get(case=case).number
    drawings = vault.files(subject=f"case:{case.pk}", parts=["result.drawing", "result.drawing.1"])
    assert len(drawings) == 2
    for one in drawings:
        _row, chunks = vault.open_file(by="test", purpose="test", id=one.id)
        assert number in words(b"".join(chunks))


def test_a_drawing_that_cannot_be_stamped_holds_the_result_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The permit says that its drawings are stamped; so nothing is published that it says falsely."""

    def fails(*_given: object, **_more: object) -> bytes:
        raise DrawingError("unseen", "1")

    testing.province_with(testing.PERMIT)
    case = testing.apply()
    monkeypatch.setattr(services, "seal_drawing", fails)
    with pytest.raises(DrawingError):
        testing.to_result(case)
    assert Result.objects.get(case=case).issued_at is None
    assert OpenTask.objects.filter(case=case, node="seal_result").exists()
