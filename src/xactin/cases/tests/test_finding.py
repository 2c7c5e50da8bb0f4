"""What a dossier is found by: its number in pieces, its procedure, its applicant, with or without diacritics."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from xactin.cases import testing
from xactin.cases.lists import queries
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures import search
from xactin.cases.procedures.commands import publish, publish_folder
from xactin.cases.rules import search_query, search_words
from xactin.identity.models import Account
from xactin.identity.queries import actor_for, folded
from xactin.kernel.procedure.package import load_package

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
    """The page answers what fits best first, twins below it, and says what to do where nothing fits."""
    testing.province_with(testing.PERMIT, testing.BIRTH)
    page = client.get("/procedures/", {"q": "làm giấy khai sinh cho con"})
    first = page.context["groups"][0]["card"].url
    assert first == "/procedures/1.001193/?q=l%C3%A0m+gi%E1%BA%A5y+khai+sinh+cho+con"
    assert page.context["advice"] is None
    page = client.get("/procedures/", {"q": "xin giay phep xay nhaf"})
    assert page.context["groups"][0]["card"].code == "1.013225"
    of_it = load_package(testing.package_folder(testing.PERMIT)).files
    twin = {name: data.replace(b"1.013225", b"1.013299") for name, data in of_it.items()}
    publish(by=actor_for("quantri1"), package=load_package(twin))
    page = client.get("/procedures/", {"q": "xin giay phep xay nhaf"})
    (group,) = (one for one in page.context["groups"] if one["card"].code == "1.013225")
    assert [one["code"] for one in group["twins"]] == ["1.013299"]
    assert "Thủ tục gần giống" in page.content.decode()
    asked = client.get("/procedures/", {"q": "xe máy"}).context["advice"]
    assert asked["fields"]
    assert asked["words"]
    assert asked["where"]


@pytest.mark.django_db
def test_the_api_orders_by_fitness_and_says_when_it_is_not_sure(client: Client) -> None:
    testing.province_with(testing.PERMIT, testing.BIRTH)
    found = client.get("/api/v1/procedures", {"q": "de con"}).json()
    assert found["items"][0]["code"] == "1.001193"
    assert found["items"][0]["score"] > 0
    assert (found["sure"], found["advice"]) == (True, None)
    found = client.get("/api/v1/procedures", {"q": "hộ chiếu"}).json()
    assert found["sure"] is False
    assert {"text", "words", "fields", "where"} == found["advice"].keys()
    listed = client.get("/api/v1/procedures").json()
    assert (listed["sure"], listed["items"][0]["score"]) == (True, None)
    pages = [client.get("/api/v1/procedures", {"q": "giấy", "limit": 1}).json()]
    pages.append(
        client.get("/api/v1/procedures", {"q": "giấy", "limit": 1, "after": pages[0]["next"]}).json()
    )
    assert {page["items"][0]["code"] for page in pages} == {"1.001193", "1.013225"}


@pytest.mark.django_db
def test_the_index_follows_what_is_published() -> None:
    """A version published by any process is found at once; the index is not made anew for each question."""
    testing.province_with(testing.PERMIT)
    assert search.found(words="khai sinh").sure is False
    publish_folder(by=actor_for("quantri1"), folder=testing.package_folder(testing.BIRTH))
    assert [row.code for row in search.found(words="khai sinh").rows][:1] == ["1.001193"]
    with CaptureQueriesContext(connection) as asked:
        search.found(words="khai sinh")
    assert len(asked) == 2
    assert search.found(words="khai sinh", level="province").rows == []


@pytest.mark.django_db
def test_searches_that_nobody_opened_are_kept_for_who_keeps_the_words(client: Client) -> None:
    testing.province_with(testing.PERMIT, testing.BIRTH)
    for said in ("Hộ chiếu", "ho chieu", "khai sinh", "Nguyễn Văn A 001200012345"):
        client.get("/procedures/", {"q": said})
    client.get("/procedures/1.001193/", {"q": "Khai sinh"})
    assert [(one.words, one.times) for one in procedures.searched_in_vain()] == [("ho chieu", 2)]
    client.force_login(Account.objects.get(username="motcua1"))
    assert client.get("/desk/procedures/searches/").status_code == 403
    client.force_login(Account.objects.get(username="quantri1"))
    assert "ho chieu" in client.get("/desk/procedures/searches/").content.decode()
    assert client.post("/desk/procedures/searches/", {"words": "ho chieu"}).status_code == 302
    assert procedures.searched_in_vain() == []
