"""What components say, in words and in the address."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from xactin.ui import deadlines, icons, pieces, writing
from xactin.ui.deadlines import standing

AT = datetime(2026, 11, 23, 9, 14, tzinfo=writing.LOCAL)


def draw(source: str, path: str = "/", language: str = "vi", **context: object) -> str:
    request = RequestFactory().get(path)
    with translation.override(language):
        return Template("{% load ui_tags ui_layout %}" + source).render(
            Context({"request": request, **context})
        )


def test_dates_and_money_are_written_as_on_paper() -> None:
    assert writing.day_text(date(2026, 11, 23)) == "23/11/2026"
    eve = datetime(2026, 12, 31, 17, 30, tzinfo=timezone.utc)  # noqa: UP017
    assert writing.short_time_text(eve, now=datetime(2027, 1, 4)) == "00:30 01/01"
    assert writing.short_time_text(eve, now=datetime(2026, 12, 31)) == "00:30 01/01/2027"
    assert writing.time_text(datetime(2026, 11, 22, 17, 30, tzinfo=timezone.utc)) == "00:30, 23/11/2026"  # noqa: UP017
    assert writing.money_text(8000) == "8.000\u00a0đ"
    assert draw("{% money 75000 %}", language="en") == "75.000\u00a0đ"
    assert draw("{% vi_date day %}", day=date(2026, 1, 2)) == '<time datetime="2026-01-02">02/01/2026</time>'


@pytest.fixture(autouse=True, scope="module")
def office_of_eight_hours() -> Iterator[None]:
    """Where every hour is worked, and eight of them are a day: no calendar is asked for."""
    before = deadlines._times[0]
    deadlines.register_time(
        deadlines.Time(
            lambda: AT, lambda since, until, _: int((until - since).total_seconds()), lambda _: 28_800
        )
    )
    yield
    deadlines.register_time(before)


@pytest.mark.parametrize(
    ("hours", "tone", "words"),
    [
        (-17, "late", "Quá hạn 2 ngày làm việc"),
        (-3, "late", "Quá hạn 3 giờ làm việc"),
        (-0.5, "late", "Quá hạn chưa đến 1 giờ làm việc"),
        (3, "soon", "Còn 3 giờ làm việc"),
        (0.5, "soon", "Còn chưa đến 1 giờ làm việc"),
        (8, "soon", "Còn 1 ngày làm việc"),
        (16.5, "on-time", "Còn 2 ngày làm việc"),
    ],
)
def test_a_deadline_is_told_in_words_beside_its_colour(hours: float, tone: str, words: str) -> None:
    shown = draw("{% deadline due at %}", due=AT + timedelta(hours=hours), at=AT)
    assert f"xt-deadline-{tone}" in shown
    assert words in shown


def test_a_stopped_clock_and_a_finished_case_are_never_late() -> None:
    past = AT - timedelta(days=9)
    assert standing(past, AT, paused=True).tone == "paused"
    assert standing(AT, past, done=True).tone == "on-time"
    assert standing(past, AT, done=True).over


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(0, 10**7))
def test_a_deadline_only_gets_worse(due: datetime, seconds: int) -> None:
    order = ["on-time", "soon", "late"]
    at = due - timedelta(days=10)
    earlier, later = standing(due, at), standing(due, at + timedelta(seconds=seconds))
    assert order.index(earlier.tone) <= order.index(later.tone)


def test_every_icon_is_one_drawing_and_its_label_cannot_break_out() -> None:
    for name in [*icons.ICONS, "seal"]:
        assert icons.icon_svg(name).count("<svg") == 1
    assert 'aria-label="&quot;&lt;x&gt;"' in draw("{% icon 'alert' label %}", label='"<x>')


def test_sorting_and_paging_keep_the_rest_of_the_address() -> None:
    first = draw('{% sort_header "due" "Hạn" %}', "/list?q=nhà&page=4&sort=due")
    assert 'aria-sort="ascending"' in first
    assert "sort=-due" in first
    assert "page=4" not in first
    pages = draw("{% pager page %}", "/list?q=x&page=2", page=Paginator(range(60), 25).page(2))
    assert 'href="/list?q=x"' in pages
    assert 'href="/list?q=x&amp;page=3"' in pages
    keys = draw("{% pager after='k9' %}", "/list?q=x&after=k5")
    assert "after=k9" in keys
    assert 'href="/list?q=x"' in keys


def test_filters_stay_in_the_address_and_keep_what_they_do_not_know() -> None:
    chosen = pieces.Filter("state", "Trạng thái", "4", [pieces.Choice("4", "Đang xử lý")])
    shown = draw("{% filter_bar filters %}", "/list?state=4&sort=due&page=2", filters=[chosen])
    assert '<option value="4" selected>' in shown
    assert 'name="sort" value="due"' in shown
    assert 'name="page"' not in shown


def test_a_django_field_has_label_hint_and_error_tied_to_it() -> None:
    class Entry(forms.Form):
        code = forms.CharField(label="Mã xác nhận", help_text="Gồm 6 chữ số")

    form = Entry({"code": ""})
    shown = draw("{% error_summary form %}{% field form.code %}", form=form)
    assert 'aria-describedby="id_code-help id_code-error"' in shown
    assert 'id="id_code-error"' in shown
    assert 'href="#id_code"' in shown
    assert 'aria-invalid="true"' in shown


def test_a_timeline_names_who_has_it_and_marks_only_proven_acts() -> None:
    steps = [
        pieces.TimelineStep(
            "Tiếp nhận", "done", "Trung tâm", "Trần Văn Đức", done_at=AT, proof_url="/proof/1"
        ),
        pieces.TimelineStep("Thẩm định", "current", "Phòng Kinh tế", since=AT, due=AT + timedelta(days=2)),
    ]
    shown = draw("{% timeline steps at %}", steps=steps, at=AT)
    assert shown.count("xt-proof ") == 1
    assert shown.count('aria-current="step"') == 1
    assert "Phòng Kinh tế" in shown
    assert "Còn 6 ngày làm việc" in shown


def test_english_pages_have_no_vietnamese_words_of_ours() -> None:
    shown = draw("{% deadline due at %}{% portal_hero %}", language="en", due=AT + timedelta(days=5), at=AT)
    assert "15 working days left" in shown
    assert "I need to" in shown
    assert "Ông/Bà" not in shown
