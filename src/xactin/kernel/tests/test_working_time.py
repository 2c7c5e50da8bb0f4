"""Working time against the calendar of 2026, and its laws by property."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.working_time import (
    Calendar,
    CalendarError,
    add_working,
    calendar_from,
    effective_start,
    explain,
    longest,
    subtract_working,
    vietnam,
    working_between,
)

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = vietnam()

moments = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC), allow_imaginary=False
).map(lambda moment: moment.replace(microsecond=0))
durations = st.one_of(
    st.builds(lambda n: {"working_hour": n}, st.integers(0, 100)),
    st.builds(lambda n: {"working_day": n}, st.integers(0, 40)),
    st.builds(lambda n: {"working_second": n}, st.integers(0, 200_000)),
    st.builds(lambda d, h: {"working_day": d, "working_hour": h}, st.integers(0, 9), st.integers(0, 9)),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-07-20 09:00", {"working_day": 7}, "2026-07-29 09:00"),
        ("2026-07-24 16:00", {"working_hour": 3}, "2026-07-27 09:30+2h"),
        ("2026-07-24 16:00", {"working_hour": 1}, "2026-07-24 17:00"),
        ("2026-07-24 11:00", {"working_hour": 1}, "2026-07-24 14:00"),
        ("2026-07-24 12:00", {"working_hour": 1}, "2026-07-24 14:30"),
        ("2026-07-25 10:00", {"working_day": 1}, "2026-07-28 07:30"),
        ("2026-07-20 09:00", {"same_day": True}, "2026-07-20 17:00"),
        ("2026-07-24 18:00", {"same_day": True}, "2026-07-27 17:00"),
        ("2026-07-22 09:00", {"calendar_day": 2}, "2026-07-24 09:00"),
        ("2026-07-23 09:00", {"calendar_day": 2}, "2026-07-27 17:00"),
        ("2026-07-20 09:00", {"hour": 12, "minute": 30}, "2026-07-20 21:30"),
        # National Day: 31 August (for Saturday 22 August), 1 and 2 September.
        ("2026-08-28 09:00", {"working_day": 1}, "2026-09-03 09:00"),
        ("2026-08-21 09:00", {"working_day": 1}, "2026-08-22 09:00"),
        # The lunar new year: 16 to 20 February.
        ("2026-02-13 09:00", {"working_day": 1}, "2026-02-23 09:00"),
        # What `holidays` lacks: 2 January off, 10 January worked.
        ("2025-12-31 09:00", {"working_day": 1}, "2026-01-05 09:00"),
        ("2026-01-09 09:00", {"working_day": 1}, "2026-01-10 09:00"),
    ],
)
def test_ends_where_the_law_says(start: str, duration: dict[str, int], end: str) -> None:
    # "+2h" only keeps the table readable: three hours from Friday 16:00 are one then and two on Monday.
    wanted = local("2026-07-27 09:30") if end.endswith("+2h") else local(end)
    assert add_working(local(start), duration, CALENDAR) == wanted


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2026-07-20 09:00", "2026-07-20 09:00"),
        ("2026-07-20 15:00", "2026-07-20 15:00"),
        ("2026-07-20 15:00:01", "2026-07-21 07:30"),
        ("2026-07-24 16:00", "2026-07-27 07:30"),
        ("2026-07-25 23:00", "2026-07-27 07:30"),
        ("2026-07-20 06:00", "2026-07-20 07:30"),
        ("2026-07-20 12:00", "2026-07-20 13:30"),
    ],
)
def test_received_after_the_cutoff_counts_the_next_working_day(at: str, counts: str) -> None:
    assert effective_start(local(at), CALENDAR) == local(counts)


@given(moments, durations)
def test_subtracting_is_the_inverse(start: datetime, duration: dict[str, int]) -> None:
    begun = add_working(start, {"working_second": 0}, CALENDAR)
    there = add_working(begun, duration, CALENDAR)
    back = subtract_working(there, duration, CALENDAR)
    # A moment at which one span ends and the next begins is the same working moment twice.
    assert working_between(back, begun, CALENDAR) == 0


@given(moments, st.integers(0, 500_000))
def test_between_measures_what_was_added(start: datetime, seconds: int) -> None:
    assert (
        working_between(start, add_working(start, {"working_second": seconds}, CALENDAR), CALENDAR) == seconds
    )


@given(moments, moments, moments)
def test_between_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    parts = working_between(a, b, CALENDAR) + working_between(b, c, CALENDAR)
    assert parts == working_between(a, c, CALENDAR)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=30)), durations)
def test_who_begins_later_ends_no_earlier(start: datetime, wait: timedelta, duration: dict[str, int]) -> None:
    later = start + wait
    assert add_working(start, duration, CALENDAR) <= add_working(later, duration, CALENDAR)


@given(moments, durations)
def test_a_date_lies_in_working_hours(start: datetime, duration: dict[str, int]) -> None:
    end = add_working(start, duration, CALENDAR).astimezone(LOCAL)
    second = end.hour * 3600 + end.minute * 60 + end.second
    assert any(opens <= second <= closes for opens, closes in CALENDAR.spans(end.date()))


@given(moments, st.integers(0, 30))
def test_explain_agrees_with_the_date(start: datetime, days: int) -> None:
    notes = explain(start, {"working_day": days}, CALENDAR)
    assert notes[-1].date == add_working(start, {"working_day": days}, CALENDAR).astimezone(LOCAL).date()
    assert [note.number for note in notes if note.counted] == list(range(1, days + 1))
    assert all(CALENDAR.spans(note.date) for note in notes if note.counted)
    assert [note.date for note in notes] == sorted({note.date for note in notes})


def test_explain_names_the_holiday() -> None:
    notes = {note.date: note for note in explain(local("2026-08-28 09:00"), {"working_day": 2}, CALENDAR)}
    assert "22/08/2026" in notes[date(2026, 8, 31)].vi
    assert notes[date(2026, 8, 29)].vi == "Nghỉ cuối tuần"
    assert (notes[date(2026, 9, 3)].counted, notes[date(2026, 9, 3)].number) == (True, 1)


def told(start: str, duration: dict[str, int]) -> list[str]:
    return [f"{note.date:%d.%m} {note.vi}" for note in explain(local(start), duration, CALENDAR)]


def test_explain_says_why_a_day_off_prolongs() -> None:
    assert told("2026-07-23 09:00", {"calendar_day": 2}) == [
        "23.07 Ngày tiếp nhận, chưa tính",
        "24.07 Ngày thứ 1",
        "25.07 Ngày thứ 2, rơi vào ngày nghỉ nên kéo dài",
        "26.07 Nghỉ cuối tuần, kéo dài",
        "27.07 Ngày làm việc tiếp theo: hết hạn khi hết giờ làm việc",
    ]


def test_explain_of_what_begins_on_a_day_off() -> None:
    assert told("2026-07-25 09:00", {"calendar_day": 3}) == [
        "25.07 Ngày tiếp nhận, chưa tính",
        "26.07 Ngày thứ 1",
        "27.07 Ngày thứ 2",
        "28.07 Ngày thứ 3",
    ]
    assert told("2026-07-25 09:00", {"working_day": 1}) == [
        "25.07 Nghỉ cuối tuần (chưa tính)",
        "26.07 Nghỉ cuối tuần (chưa tính)",
        "27.07 Ngày tiếp nhận, chưa tính",
        "28.07 Ngày thứ 1",
    ]


def test_explain_of_elapsed_time_counts_every_day() -> None:
    assert [line[6:] for line in told("2026-07-24 09:00", {"hour": 72})] == [
        f"Ngày thứ {n}" for n in range(1, 5)
    ]


def test_explain_of_a_day_that_closes_at_midnight() -> None:
    night = Calendar(weekly=dict.fromkeys(range(5), (("20:00", "24:00"),)), cutoff=None)
    start = local("2026-07-20 20:00")
    for duration in ({"working_hour": 4}, {"same_day": True}, {"working_second": 14_400}):
        assert [note.date for note in explain(start, duration, night)] == [date(2026, 7, 20)]
    assert [note.number for note in explain(start, {"working_hour": 6}, night)] == [1, 2]


@given(moments, st.integers(0, 30), st.sampled_from(["calendar_day", "working_day", "working_hour", "hour"]))
def test_explain_tells_each_day_once_up_to_the_date(start: datetime, count: int, unit: str) -> None:
    notes = explain(start, {unit: count}, CALENDAR)
    end = add_working(start, {unit: count}, CALENDAR).astimezone(LOCAL).date()
    first = start.astimezone(LOCAL).date()
    assert [note.date for note in notes] == [first + timedelta(n) for n in range((end - first).days + 1)]
    counted = [note.number for note in notes if note.counted]
    assert counted == list(range(1, len(counted) + 1))
    if unit in ("calendar_day", "working_day"):
        assert len(counted) == count


def test_an_authority_has_its_own_hours_and_days() -> None:
    own = calendar_from(
        {
            "weekly": {"0": [["08:00", "12:00"]], "5": [["08:00", "10:00"]]},
            "holidays": "",
            "days_off": ["2026-07-20"],
            "make_up": {"2026-07-21": [["08:00", "09:00"]]},
            "cutoff": None,
        }
    )
    assert add_working(local("2026-07-18 09:00"), {"working_hour": 3}, own) == local("2026-07-25 09:00")
    assert effective_start(local("2026-07-27 11:59"), own) == local("2026-07-27 11:59")


def test_the_digest_changes_with_whatever_can_change_a_date() -> None:
    digests = {
        calendar_from(data).digest()
        for data in (
            {},
            {"cutoff": "14:00"},
            {"days_off": ["2026-07-20"]},
            {"make_up": ["2026-07-25"]},
            {"worked": ["2026-09-01"]},
        )
    }
    assert len(digests) == 5
    assert calendar_from({}).digest() == calendar_from({}).digest()


@pytest.mark.parametrize(
    "duration", [{}, {"fortnight": 1}, {"working_day": -1}, {"working_day": 1.5}, {"working_day": True}]
)
def test_what_is_no_duration_is_refused(duration: dict[str, int]) -> None:
    with pytest.raises(CalendarError):
        add_working(local("2026-07-20 09:00"), duration, CALENDAR)


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(CalendarError):
        Calendar(weekly={})
    with pytest.raises(CalendarError):
        Calendar(weekly={0: [("13:00", "09:00")]})
    always_off = Calendar(
        weekly={0: [("08:00", "09:00")]},
        days_off=frozenset(date(2026, 1, 5) + timedelta(7 * n) for n in range(99)),
    )
    with pytest.raises(CalendarError):
        add_working(local("2026-01-01 08:00"), {"working_hour": 1}, always_off)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(CalendarError):
        add_working(datetime(2026, 7, 20, 9), {"working_day": 1}, CALENDAR)


def test_limits_are_compared_in_working_seconds() -> None:
    assert longest([{"working_day": 1}, {"working_hour": 2}], CALENDAR) == (7 * 3600 + 1800) + 7200
    assert longest([{"same_day": True}], CALENDAR) == longest([{"working_day": 1}], CALENDAR)
