"""The path of a dossier by its commands, on a real database: application, parallel consultation, result."""

import pytest

from xactin.cases import testing
from xactin.cases.models import Case, OpenTask, Result
from xactin.cases.papers.drawings import DrawingError
from xactin.cases.papers.testing import words
from xactin.cases.results import services
from xactin.ledger import queries as ledger
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
