"""Calendars: written by a person, attested whole, kept by digest, inherited down the tree."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from xactin.identity.calendars import commands, queries, rules
from xactin.identity.errors import Forbidden
from xactin.identity.models import Agency, WorkCalendar
from xactin.identity.testing import Province
from xactin.kernel.calendars import Calendar, CalendarError, vietnam
from xactin.kernel.working_time import add_working
from xactin.ledger.audit import run_audit
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all

YEARS = (2026, 2027)
SATURDAY = ("08:00", "11:00")


def saturdays() -> Calendar:
    """Office hours, and Saturday mornings."""
    weekly = {**vietnam().weekly, 5: (SATURDAY,)}
    days = rules.Days(rules.days_from(rules.off_text(vietnam(), YEARS), YEARS), [date(2026, 1, 10)])
    return rules.changed(vietnam(), weekly=weekly, days=days, years=YEARS, cutoff=None)


def test_the_swap_of_january_2026_is_known() -> None:
    """Friday 2 January 2026 off, Saturday 10 January 2026 worked, which the table of holidays lacks."""
    assert vietnam().spans(date(2026, 1, 2)) == ()
    assert vietnam().spans(date(2026, 1, 10)) == vietnam().spans(date(2026, 1, 12)) != ()
    started = datetime(2025, 12, 31, 3, tzinfo=UTC)  # Wednesday 10:00
    assert add_working(started, {"working_day": 1}, vietnam()).date() == date(2026, 1, 5)


def test_a_calendar_is_attested_with_all_that_decides() -> None:
    """What `holidays` may say otherwise one day stands in it."""
    again = Calendar.from_dict(vietnam().to_dict())
    assert again.digest() == vietnam().digest()
    assert again.to_dict() == vietnam().to_dict()
    assert again.spans(date(2026, 1, 2)) == ()
    assert saturdays().digest() != vietnam().digest()


@pytest.mark.parametrize("text", ["7-11", "11:30-07:30", "07:30", "07:30-11:30; 13:00-17:00", "25:00-26:00"])
def test_hours_that_are_none_are_named(text: str) -> None:
    with pytest.raises(rules.LineError):
        rules.hours_from(text)


@pytest.mark.parametrize(
    "text", ["2/1", "31/02/2026 x", "02/01/2030 x", "02/01/2026\n02/01/2026 twice", "02/01/2026 " + "x" * 121]
)
def test_days_that_are_none_are_named(text: str) -> None:
    with pytest.raises(rules.LineError):
        rules.days_from(text, YEARS)


def test_what_is_shown_is_what_stands_and_other_years_stay() -> None:
    shown = rules.Days(
        rules.days_from(rules.off_text(vietnam(), YEARS), YEARS),
        list(rules.days_from(rules.worked_text(vietnam(), YEARS), YEARS)),
    )
    same = rules.changed(vietnam(), weekly=vietnam().weekly, days=shown, years=YEARS, cutoff="15:00")
    assert same.digest() == vietnam().digest()
    fewer = rules.changed(
        vietnam(), weekly=vietnam().weekly, days=rules.Days({}, []), years=YEARS, cutoff="15:00"
    )
    assert fewer.spans(date(2026, 9, 2)) != ()
    assert fewer.spans(date(2025, 9, 2)) == ()
    both = rules.Days({date(2026, 1, 10): ""}, [date(2026, 1, 10)])
    with pytest.raises(CalendarError):
        rules.changed(vietnam(), weekly=vietnam().weekly, days=both, years=YEARS, cutoff=None)
    assert rules.hours_from(" 07:30–11:30 ,13:30-17:00") == (("07:30", "11:30"), ("13:30", "17:00"))


@pytest.mark.django_db
def test_the_usual_calendar_is_kept_as_data_of_the_authority(province: Province) -> None:
    """Once, at the founding or at the first start of this version; days off that a library learns change nothing."""
    root = Agency.objects.get(parent=None)
    WorkCalendar.objects.filter(agency=root).delete()
    assert [commands.keep_usual_calendar(), commands.keep_usual_calendar()] == [True, False]
    kept = WorkCalendar.objects.get(agency=root)
    assert Calendar.from_dict(kept.calendar).to_dict() == vietnam().to_dict()
    entry = entries_of(f"agency:{root.code}")[-1]
    assert (entry.statement["act"], entry.effect["digest"]) == ("agency.calendar", vietnam().digest())


@pytest.mark.django_db
def test_an_agency_works_by_the_nearest_calendar_above_it(province: Province) -> None:
    root = Agency.objects.get(parent=None)
    commune = Agency.objects.filter(parent=root).first()
    assert commune is not None
    queries.forget_calendars()
    assert queries.calendar(commune.id).digest() == queries.calendar().digest() == vietnam().digest()
    made = saturdays()
    commands.set_calendar(agency=root, calendar=made, by=province.actor("quantri1"))
    queries.forget_calendars()
    assert queries.calendar(commune.id).digest() == queries.calendar().digest() == made.digest()
    commands.set_calendar(agency=commune, calendar=vietnam(), by=province.actor("quantri1"))
    queries.forget_calendars()
    assert queries.calendar(commune.id).digest() == vietnam().digest()
    assert queries.calendar().digest() == made.digest()
    found = queries.calendar_named(made.digest())
    assert found is not None
    assert found.to_dict() == made.to_dict()
    assert queries.calendar_named("ab" * 32) is None
    effect = entries_of(f"agency:{root.code}")[-1].effect
    assert effect == {"calendar": made.to_dict(), "digest": made.digest()}
    queries.forget_calendars()


@pytest.mark.django_db
def test_only_an_administrator_sets_it_and_the_audit_sees_who_did_not(province: Province) -> None:
    root = Agency.objects.get(parent=None)
    with pytest.raises(Forbidden):
        commands.set_calendar(agency=root, calendar=saturdays(), by=province.actor("chutich1"))
    commands.set_calendar(agency=root, calendar=saturdays(), by=province.actor("quantri1"))
    sequence_all()
    assert run_audit(1) == []
    WorkCalendar.objects.update(calendar={**saturdays().to_dict(), "cutoff": "16:00"})
    assert [one.subject for one in run_audit(1)] == [f"agency:{root.code}"]
    WorkCalendar.objects.all().delete()
    assert [one.subject for one in run_audit(1)] == [f"agency:{root.code}"]


@pytest.mark.django_db
def test_the_page_shows_what_stands_and_says_what_it_cannot_read(province: Province) -> None:
    root = Agency.objects.get(parent=None)
    client = Client()
    client.force_login(province.accounts["quantri1"])
    where = f"/agencies/{root.code}/calendar/"
    page = client.get(where)
    assert page.status_code == 200
    form = page.context["form"]
    given = {**form.initial, "day_5": "08:00-11:00"}
    refused = client.post(where, {**given, "days_off": "31/02/2026 x"})
    assert refused.status_code == 422
    assert "31/02/2026 x" in refused.content.decode()
    assert WorkCalendar.objects.count() == 1  # the usual one
    assert client.post(where, given).status_code == 302
    queries.forget_calendars()
    assert queries.calendar().weekly[5] == (SATURDAY,)
    assert client.get(where).context["form"].initial["day_5"] == "08:00-11:00"
    queries.forget_calendars()
