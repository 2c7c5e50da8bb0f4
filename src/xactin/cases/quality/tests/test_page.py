"""The page of the score: counted from dossiers, by what one may see, and honest about what it cannot count."""

from datetime import timedelta

import pytest

from xactin.cases import testing
from xactin.cases.models import Case
from xactin.cases.quality.queries import score_of
from xactin.cases.tests.visiting import Visitor
from xactin.cases.web.officials.score import MONTH, period_of
from xactin.identity.queries import actor_for
from xactin.kernel.local import local_day
from xactin.ledger.clock import now

pytestmark = pytest.mark.django_db


def test_points_come_from_dossiers_received_and_from_nothing_else() -> None:
    testing.province_with(testing.PERMIT, testing.BIRTH)
    cases = [testing.apply(testing.BIRTH, username="congdan2") for _case in range(3)]
    waits = testing.apply()  # sent, and not received yet
    moment = now()
    received = {"received_at": moment - timedelta(minutes=3), "due_at": moment - timedelta(minutes=1)}
    in_time, late, overdue = (one.pk for one in cases)
    Case.objects.filter(pk=in_time).update(**received, finished_at=moment - timedelta(minutes=2))
    Case.objects.filter(pk=late).update(**received, finished_at=moment)
    Case.objects.filter(pk=overdue).update(**received)
    month = period_of(MONTH, local_day(moment))

    found = score_of(actor_for("chutich1"), month)
    assert (found.received, found.in_time, found.late, found.overdue, found.open) == (3, 1, 1, 1, 0)
    points = {part.id: points for part, points in found.parts}
    assert str(points["progress"]) == "6.67"
    assert points["payment"] is None  # nobody pays here yet: neither nothing nor all of it
    assert found.total.of == 20  # no result was issued, so that part is not counted either
    assert score_of(actor_for("vanthu1"), month).received == 3
    assert score_of(actor_for("chuyenvien2"), month).received == 0  # another agency sees none of them

    page = Visitor("chutich1").page("/desk/score/")
    assert "6,67 trên 20 điểm" in page
    assert "13,33" in page  # what two that are not in time cost
    numbers = {one.pk: one.number for one in Case.objects.all()}
    assert numbers[late] in page
    assert page.index(numbers[overdue]) < page.index(numbers[late])
    assert numbers[in_time] not in page
    assert numbers[waits.pk] not in page
    assert "Chưa kết nối hệ thống quốc gia" in page


def test_periods_end_today_and_begin_with_a_month() -> None:
    day = local_day(now()).replace(month=5, day=31)
    assert period_of(MONTH, day).first == day.replace(day=1)
    assert period_of("before", day).last == day.replace(month=4, day=30)
    assert period_of("quarter", day).first == day.replace(month=4, day=1)
    assert period_of("year", day).first == day.replace(month=1, day=1)
    assert {period_of(one, day).last for one in (MONTH, "quarter", "year")} == {day}
