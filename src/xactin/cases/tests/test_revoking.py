"""A result that was issued loses its force."""

import pytest

from xactin.cases import testing
from xactin.cases.errors import Forbidden, Invalid, OutOfTurn
from xactin.cases.models import Result
from xactin.cases.results import queries
from xactin.cases.results.commands import revoke
from xactin.identity.queries import actor_for
from xactin.ledger import queries as ledger

pytestmark = pytest.mark.django_db


def test_only_the_chair_revokes_once_with_a_reason_that_everybody_sees() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    with pytest.raises(OutOfTurn):
        revoke(by=actor_for("chutich1"), case=case.pk, reason="Chưa cấp")
    testing.to_result(case)
    with pytest.raises(Forbidden):
        revoke(by=actor_for("vanthu1"), case=case.pk, reason="Sai thẩm quyền")
    with pytest.raises(Invalid):
        revoke(by=actor_for("chutich1"), case=case.pk, reason="  ")
    revoke(by=actor_for("chutich1"), case=case.pk, reason="Cấp sai thẩm quyền")
    found = queries.by_code(Result.objects.get(case=case).code)
    assert found is not None
    assert found.revoked_reason == "Cấp sai thẩm quyền"
    assert ledger.entries_of(f"case:{case.pk}")[-1].statement["act"] == "case.revoke"
    with pytest.raises(OutOfTurn):
        revoke(by=actor_for("chutich1"), case=case.pk, reason="Lần nữa")
