"""An audit by several processes comes to what one comes to."""

import pytest
from django.db import connection

from xactin.cases import testing
from xactin.ledger.audit import run_audit

pytestmark = pytest.mark.django_db(transaction=True)


def test_processes_of_their_own_come_to_the_same_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spawned workers share the snapshot; nothing of a model may be unpickled before Django stands there."""
    monkeypatch.setattr("xactin.ledger.audit.running.FEW", 0)
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    testing.sequence_all()
    assert run_audit(processes=2) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET fee = fee + 1 WHERE id = %s", (case.pk,))
    found = run_audit(processes=2)
    assert found == run_audit(processes=1)
    assert {one.subject for one in found} == {f"case:{case.pk}"}
