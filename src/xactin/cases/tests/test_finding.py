"""What a dossier is found by: its number in pieces, its procedure, its applicant, with or without diacritics."""

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from xactin.cases import testing
from xactin.cases.lists import queries
from xactin.cases.models import Case
from xactin.cases.rules import search_query, search_words
from xactin.identity.queries import actor_for, folded

TEXTS = st.text(max_size=40)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        "nguyen",
        "Nguyễn",
        "NGUY",
        "giay phep",
        "xây dựng nguy",
        "{number}",
        "{serial}",
        "{day}-{serial}",
        "{unit}-{day}",
    ],
)
def test_found(words: str) -> None:
    case = _case()
    unit, day, serial = case.number.split("-")
    asked = words.format(number=case.number, unit=unit, day=day, serial=serial)
    for username in ("congdan1", "motcua1", "thanhtra1"):
        assert [one.pk for one in queries.cases(actor_for(username), queries.Filters(words=asked))] == [
            case.pk
        ]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["guyen", "nguyen tran", "9999", "' : & | ! ( )", "\\", "***", "x" * 500])
def test_not_found(words: str) -> None:
    _case()
    assert queries.cases(actor_for("motcua1"), queries.Filters(words=words)) == []


@pytest.mark.django_db
def test_pages_follow_each_other_without_a_gap() -> None:
    testing.province_with(testing.PERMIT)
    made = [testing.apply().pk for _ in range(5)]
    for username in ("congdan1", "motcua1", "thanhtra1"):
        seen, after = [], None
        while True:
            rows = queries.cases(actor_for(username), queries.Filters(limit=2, after=after))
            seen += [row.pk for row in rows[:2]]
            if len(rows) <= 2:
                break
            after = rows[1].pk
        assert seen == sorted(made, reverse=True)


@pytest.mark.django_db
@given(TEXTS, TEXTS, TEXTS)
def test_the_database_reads_the_words_as_they_are_written(procedure: str, applicant: str, asked: str) -> None:
    words = search_words("H44.100-260826-0001", folded(procedure), folded(applicant))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector::text", [words])
        assert cursor.fetchone() == (words,)
        for by_name in (True, False):
            cursor.execute("SELECT %s::tsquery::text", [search_query(folded(asked), by_name=by_name)])


def test_a_name_is_looked_at_only_by_those_who_may() -> None:
    assert search_query("nguyen 0001", by_name=False) == "'nguyen':A & '0001':*A"
    assert search_query("nguyen", by_name=True) == "'nguyen':*"
    assert search_query("nguyen hang", by_name=True) == "'nguyen' & 'hang':*"
    assert search_query("* !", by_name=True) == ""


def _case() -> Case:
    testing.province_with(testing.PERMIT)
    return testing.apply()


@pytest.mark.django_db
def test_procedures_are_found_in_daily_speech(client: Client) -> None:
    """The page of procedures answers what fits best first; the API the same ones by code."""
    testing.province_with(testing.PERMIT, testing.BIRTH)
    page = client.get("/procedures/", {"q": "làm giấy khai sinh cho con"})
    assert [card.url for card in page.context["cards"]] == ["/procedures/1.001193/"]
    page = client.get("/procedures/", {"q": "xin giay phep xay nhaf"})
    assert [card.url for card in page.context["cards"]][:1] == ["/procedures/1.013225/"]
    assert not client.get("/procedures/", {"q": "xe máy"}).context["cards"]
    found = client.get("/api/v1/procedures", {"q": "de con"}).json()
    assert [one["code"] for one in found["items"]] == ["1.001193"]
