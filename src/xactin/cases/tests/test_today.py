"""The leader's morning: what is late and with whom, what will be, what waits; a reminder once a day."""

from datetime import timedelta

import pytest
from django.test import Client

from xactin.cases import testing
from xactin.cases.errors import Forbidden
from xactin.cases.lists import queries, reminders
from xactin.cases.lists.queries import Filters
from xactin.cases.models import Case, OpenTask
from xactin.cases.tests.visiting import Visitor
from xactin.identity import commands as identity
from xactin.identity.models import Holding
from xactin.identity.queries import actor_for
from xactin.identity.testing import PASSWORD
from xactin.ledger.clock import now
from xactin.notices.models import Notice

pytestmark = pytest.mark.django_db


def test_a_leader_lands_on_the_morning_page_and_reminds_once_a_day() -> None:
    testing.province_with(testing.BIRTH)
    late, soon = testing.apply(testing.BIRTH), testing.apply(testing.BIRTH)
    for case in (late, soon):
        testing.do(case, "receive", "accept")
    Case.objects.filter(pk=late.pk).update(
        late_at=now() - timedelta(days=2), due_at=now() - timedelta(days=1)
    )
    Case.objects.filter(pk=soon.pk).update(due_at=now() + timedelta(minutes=1))
    entered = Client().post("/accounts/login/", {"login": "chutich1", "password": PASSWORD})
    assert entered.headers["location"] == "/desk/today/"
    entered = Client().post("/accounts/login/", {"login": "motcua1", "password": PASSWORD})
    assert entered.headers["location"] == "/desk/"
    chair = actor_for("chutich1")
    listed = queries.cases(chair, queries.soon(chair, Filters()))
    assert [case.pk for case in listed] == [soon.pk]
    leader = Visitor("chutich1")
    page = leader.page("/desk/today/")
    assert late.number in page
    assert "Đã quá ngày hẹn trả" in page
    assert "Thẩm tra, trình ký" in page
    assert soon.number in leader.page("/desk/cases/", late="soon")
    for _twice in range(2):
        assert leader.send(f"/desk/today/{late.pk}/remind/").status_code == 302
    told = Notice.objects.get(topic=reminders.TOPIC)
    assert told.person_id == actor_for("chuyenvien3").person_id
    assert "Đã nhắc hôm nay" in leader.page("/desk/today/")
    with pytest.raises(Forbidden):
        reminders.remind(by=actor_for("motcua1"), case=late.pk)
    assert Visitor("motcua1").open("/desk/today/").headers["location"] == "/desk/"


def test_work_that_nobody_is_there_for_is_told() -> None:
    testing.province_with(testing.BIRTH)
    case = testing.apply(testing.BIRTH)
    chair, counter = actor_for("chutich1"), actor_for("motcua1")
    assert reminders.held_by_nobody(chair) == []
    held = Holding.objects.get(post__code=counter.post_code)
    identity.end_holding(holding=held, by=actor_for("quantri1"))
    assert [task.case_id for task in reminders.held_by_nobody(chair)] == [case.pk]
    assert OpenTask.objects.get(case=case).role in str(counter.post_code)
    assert "Chưa có ai giữ chức vụ" in Visitor("chutich1").page("/desk/today/")
