"""Who sees a dossier at all."""

import pytest

from xactin.cases import testing
from xactin.cases.dossiers import queries
from xactin.cases.lists import queries as lists
from xactin.cases.models import CaseAgency
from xactin.identity.queries import actor_for

pytestmark = pytest.mark.django_db


def test_an_administrator_sees_no_dossier_even_of_their_own_agency() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    administrator, auditor = actor_for("quantri1"), actor_for("thanhtra1")
    assert administrator.agency_id == auditor.agency_id
    CaseAgency.objects.create(case=case, agency_id=administrator.agency_id)
    assert queries.sees(auditor, case.pk)
    assert not queries.sees(administrator, case.pk)
    assert lists.cases(administrator, lists.Filters()) == []


def test_a_stranger_and_an_agency_without_a_part_see_nothing() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    assert queries.sees(actor_for("congdan1"), case.pk)
    for username in ("congdan2", "chuyenvien3", "soxd1"):
        assert not queries.sees(actor_for(username), case.pk)
