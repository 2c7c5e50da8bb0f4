"""A dossier goes by the calendar of the agency that handles it, and the audit by the one its effects name."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from xactin.cases import testing
from xactin.cases.audit import recomputation
from xactin.identity.calendars import commands, queries
from xactin.identity.models import Agency
from xactin.identity.queries import actor_for
from xactin.kernel.calendars import Calendar, vietnam
from xactin.kernel.local import local_day
from xactin.kernel.procedure import engine
from xactin.ledger.audit import run_audit
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calendars_of_this_test() -> Iterator[None]:
    queries.forget_calendars()
    yield
    queries.forget_calendars()


def test_effects_name_engine_and_calendar_and_are_decided_again_by_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    testing.province_with(testing.PERMIT)
    before = testing.apply()
    told, today = vietnam().to_dict(), local_day(before.submitted_at)
    off = {(today + timedelta(days=n)).isoformat(): "Nghỉ bão" for n in range(1, 4)}
    storm = Calendar.from_dict({**told, "days_off": {**told["days_off"], **off}})
    agency = Agency.objects.get(pk=before.agency_id)
    commands.set_calendar(agency=agency, calendar=storm, by=actor_for("quantri1"))
    queries.forget_calendars()
    after = testing.apply(username="congdan2")
    for case in (before, after):
        testing.do(case, "receive", "accept")
    effects = {case.pk: [row.effect for row in entries_of(f"case:{case.pk}")] for case in (before, after)}
    assert effects[before.pk][0]["calendar"] == vietnam().digest()
    assert {one["calendar"] for one in effects[after.pk]} == {storm.digest()}
    assert {one["engine"] for found in effects.values() for one in found} == {engine.ENGINE}
    sequence_all()
    assert run_audit(1) == []
    # It is really asked again: by another calendar than the named one both receptions come out otherwise.
    monkeypatch.setattr(recomputation, "calendar_named", lambda digest: vietnam())
    assert {one.subject for one in run_audit(1)} == {f"case:{before.pk}", f"case:{after.pk}"}
