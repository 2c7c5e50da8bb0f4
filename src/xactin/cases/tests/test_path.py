"""The path of a dossier by its commands, on a real database: application, parallel consultation, result."""

import pytest

from xactin.cases import testing
from xactin.cases.models import Case, OpenTask, Result
from xactin.ledger import queries as ledger

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
