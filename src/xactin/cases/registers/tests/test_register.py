"""The register of an agency: what it received when, for those who keep it, on the page, on paper and as a file."""

import re
from datetime import timedelta

import pytest

from xactin.cases import testing
from xactin.cases.models import Case
from xactin.cases.papers.testing import words
from xactin.cases.tests.visiting import Visitor
from xactin.kernel.local import local_day
from xactin.ledger.clock import now

pytestmark = pytest.mark.django_db


def test_a_register_holds_what_was_received_in_its_days_and_nothing_else() -> None:
    testing.province_with(testing.PERMIT)
    received, waiting = testing.apply(), testing.apply()
    testing.do(received, "receive", "accept")
    number, other = (Case.objects.get(pk=one.pk).number for one in (received, waiting))
    desk, today = Visitor("motcua1"), local_day(now())
    page = desk.page("/desk/register/")
    assert number in page
    assert other not in page
    paper = words(desk.open("/desk/register/", format="pdf").content)
    assert number in re.sub(r"[\s\u200b]", "", paper)  # it breaks in its cell
    for fact in ("SỔ THEO DÕI HỒ SƠ", "TRUNG TÂM PHỤC VỤ", "Cộng: 1 hồ sơ"):
        assert fact in paper
    file = desk.open("/desk/register/", format="csv").content.decode()
    assert number in file
    assert "Ký nhận" in file
    before = {"since": str(today - timedelta(days=9)), "until": str(today - timedelta(days=1))}
    assert number not in desk.page("/desk/register/", **before)
    assert number not in desk.page("/desk/register/", q="không có ai tên này")
    for wrong in ({"since": str(today)}, {"since": "2026-02-31", "until": str(today)}):
        assert desk.open("/desk/register/", **wrong).status_code == 422
    assert number not in Visitor("soxd1").page("/desk/register/")
    assert Visitor("soxd1").open("/desk/register/", agency="H44.100").status_code == 404
    assert Visitor("quantri1").open("/desk/register/").status_code == 404
