"""A result is handed out once, to the applicant or to a proxy whose card was read, by who serves its dossiers."""

import pytest

from xactin.cases import testing
from xactin.cases.counter.handover import Proxy, hand_over, handed_over
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn
from xactin.cases.models import Case, Handover
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
PROXY = Proxy(number="025 199 012 345", name="Hà Thị Mới", paper="Giấy ủy quyền số 12, ngày 20/11/2026")


@pytest.fixture
def case() -> Case:
    testing.province_with(testing.PERMIT)
    return testing.apply()


def test_a_result_is_handed_out_once_and_the_proxy_is_content(case: Case) -> None:
    desk = actor_for("motcua1")
    with pytest.raises(OutOfTurn):  # nothing is issued yet
        hand_over(by=desk, case=case.pk, signed=True)
    testing.to_result(case)
    for signed, proxy, fields in (
        (False, None, ["signed"]),
        (True, Proxy(number="123", name="Hà", paper=""), ["number", "name", "paper"]),
    ):
        with pytest.raises(Invalid) as refused:
            hand_over(by=desk, case=case.pk, signed=signed, proxy=proxy)
        assert list(refused.value.errors) == fields
    for username, refusal in (("chutich1", Forbidden), ("congdan1", Forbidden), ("congdan2", NotFound)):
        with pytest.raises(refusal):
            hand_over(by=actor_for(username), case=case.pk, signed=True)
    hand_over(by=desk, case=case.pk, signed=True, proxy=PROXY)
    with pytest.raises(OutOfTurn):
        hand_over(by=desk, case=case.pk, signed=True)
    last = ledger.entries_of(f"case:{case.pk}")[-1]
    assert last.effect == {"counter": "H44.100", "proxy": True}
    assert PROXY.name not in str(last.statement)
    sequence_all()
    assert run_audit() == []
    Handover.objects.filter(case=case).update(proxy=False)
    assert ["handover" in one.text for one in run_audit()] == [True]


def test_from_the_desk(case: Case) -> None:
    testing.to_result(case)
    desk, where = Visitor("motcua1"), f"/desk/cases/{case.pk}/handover/"
    assert where in desk.page(f"/desk/cases/{case.pk}/")
    assert Visitor("chuyenvien1").open(where).status_code == 404
    wrong = desk.send(where, who="proxy", number="1", name=PROXY.name, paper=PROXY.paper, signed="yes")
    assert wrong.status_code == 422
    assert PROXY.paper in wrong.content.decode()
    assert handed_over(case.pk) is None
    assert desk.send(where, who="self", signed="yes").status_code == 302
    assert "Đã trả kết quả" in desk.page(where)
    assert desk.send(where, who="self", signed="yes").status_code == 409
    assert where not in desk.page(f"/desk/cases/{case.pk}/")
