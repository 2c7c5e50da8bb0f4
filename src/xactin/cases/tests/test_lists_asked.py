"""Lists of officials: order, counts, what is late, whom one may look for, and what files say."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers.state.people import marked
from xactin.cases.lists import queries
from xactin.cases.lists.persons import LIST, WHOLE_LIST, Sought
from xactin.cases.lists.queries import Filters
from xactin.cases.models import Case
from xactin.cases.rules import late_from, person_query
from xactin.cases.tests.asking import Asker
from xactin.cases.tests.visiting import Visitor
from xactin.cases.web.lists import exports
from xactin.identity.models import Account
from xactin.identity.queries import actor_for
from xactin.ledger.clock import now
from xactin.vault import queries as vault

AT = datetime(2026, 7, 20, 2, tzinfo=UTC)
HOURS = st.integers(-50, 50).map(lambda hours: AT + timedelta(hours=hours))
OWNER = "Đặng Thị Ẩn"
NUMBER = "001185000777"


@given(st.none() | HOURS, st.lists(HOURS, max_size=4))
def test_what_was_late_stays_late_and_what_is_in_time_counts_from_the_nearest_limit(
    was: datetime | None, due: list[datetime]
) -> None:
    found = late_from(was, AT, due)
    if was is not None and was < AT:
        assert found == was
    else:
        assert found == (min(due) if due else None)


def test_the_end_of_a_limit_is_still_in_time() -> None:
    assert late_from(AT, AT, []) is None
    assert late_from(AT - timedelta(seconds=1), AT, []) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["Nguyễn H'Nga", "001 185 000 777", "Ƀlam & | !", "x" * 300])
def test_the_database_reads_the_query_of_a_person(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsquery::text", [person_query(marked([text]))])


@pytest.mark.django_db
class TestLists:
    """Two permits of one applicant, one of them for somebody else's house; one birth."""

    @pytest.fixture(autouse=True)
    def _world(self) -> None:
        testing.province_with(testing.PERMIT, testing.BIRTH)
        by, told = actor_for("congdan1"), testing.example(testing.PERMIT)
        self.plain = testing.apply()
        owner = {**told["data"]["owner"], "full_name": OWNER, "id_number": NUMBER}
        sent = applications.submit(
            by=by,
            code="1.013225",
            data={**told["data"], "owner": owner},
            documents=[
                applications.Given(kind=kind, file=testing.an_upload(by))
                for kind in told.get("documents", ())
            ],
        )
        self.other = Case.objects.get(pk=sent.case)
        self.birth = testing.apply(testing.BIRTH, username="congdan2")

    def _numbers(self, **filters: object) -> list[str]:
        return [case.number for case in queries.cases(actor_for("motcua1"), Filters(**filters))]  # type: ignore[arg-type]

    def test_a_list_is_put_in_order_by_each_of_its_columns_and_paged(self) -> None:
        for column in queries.order.CASES:
            forwards = self._numbers(order=column)
            assert sorted(forwards) == sorted([self.plain.number, self.other.number, self.birth.number])
            assert self._numbers(order=column, limit=2, page=2) == forwards[2:]
        assert self._numbers(order="-number") == sorted(self._numbers(), reverse=True)
        names = {case.number: case.owner_name or case.applicant_name for case in Case.objects.all()}
        by_owner = [names[number] for number in self._numbers(order="owner")]
        assert by_owner.index(OWNER) == 0, "by the given name, in the order of a Vietnamese list"
        page = Visitor("motcua1").page("/desk/", sort="-owner")
        assert page.index(self.birth.number) < page.index(self.other.number)

    def test_counts_are_those_of_the_filters(self) -> None:
        Case.objects.filter(pk=self.other.pk).update(late_at=now() - timedelta(hours=1))
        testing.do(self.plain, "receive", "accept")
        actor = actor_for("motcua1")
        counts = queries.case_counts(actor, Filters())
        assert (counts.total, counts.late) == (3, 1)
        assert counts.codes == {"1.013225": 2, "1.001193": 1}
        for state, count in counts.states.items():
            assert len(queries.cases(actor, Filters(state=state))) == count
        for filters in (Filters(late=True), Filters(state=1), Filters(state=1, late=True, code="1.013225")):
            assert queries.case_counts(actor, filters).chosen == len(queries.cases(actor, filters))
        tasks = queries.inbox_counts(actor, Filters(late=True))
        assert (tasks.total, tasks.late, tasks.chosen) == (2, 1, 1)

    def test_late_means_the_same_wherever_it_is_asked(self) -> None:
        late = now() - timedelta(days=1)
        Case.objects.filter(pk=self.other.pk).update(late_at=late)
        Case.objects.filter(pk=self.birth.pk).update(late_at=late, finished_at=now())
        both = {self.other.number, self.birth.number}
        assert set(self._numbers(late=True)) == both
        assert self._numbers(late=True, unfinished=True) == [self.other.number]
        open_only = Filters(late=True, unfinished=True)
        counts = queries.case_counts(actor_for("motcua1"), open_only)
        assert (counts.late, counts.chosen, sum(counts.states.values())) == (1, 1, 1)
        page = Visitor("motcua1").page("/desk/cases/", late="open")
        assert "Trễ hạn, chưa xong <b>1</b>" in page
        assert "1 mục trong danh sách" in page
        text = Visitor("motcua1").page("/desk/cases/", format="csv", late="1")
        assert {line[0] for line in csv.reader(io.StringIO(text)) if line[0].startswith("H44")} == both
        assert "Trễ hạn <b>2</b>" in Visitor("motcua1").page("/desk/cases/")
        chair = Visitor("chutich1").page("/desk/")
        assert self.other.number in chair
        assert self.birth.number not in chair

    def test_a_step_done_too_late_leaves_the_dossier_late(self) -> None:
        made = Case.objects.get(pk=self.plain.pk)
        assert made.late_at is not None, "the counter has a limit"
        testing.do(self.other, "receive", "accept")
        later = Case.objects.get(pk=self.other.pk)
        assert later.late_at is not None
        assert later.late_at > made.late_at, "done in time: the next limit counts"
        Case.objects.filter(pk=self.plain.pk).update(late_at=now() - timedelta(seconds=5))
        testing.do(self.plain, "receive", "accept")
        found = Case.objects.get(pk=self.plain.pk)
        assert found.late_at is not None
        assert found.late_at < now()

    def test_owner_and_sender_are_told_apart(self) -> None:
        sender = actor_for("congdan1").name
        page = Visitor("motcua1").page("/desk/cases/")
        assert f"{OWNER} <" in page
        assert f"{sender} nộp" in page
        text = Visitor("motcua1").page("/desk/cases/", format="csv")
        (line,) = [line for line in csv.reader(io.StringIO(text)) if line[0] == self.other.number]
        assert line[2:4] == [OWNER, sender]

    def test_a_person_is_found_for_a_purpose_which_is_logged(self) -> None:
        told = testing.example(testing.BIRTH)["data"]
        account = Account.objects.get(username="congdan2").person.id_number
        for words, case in (
            (NUMBER, self.other),
            ("001185 000777", self.other),
            ("dang thi an", self.other),
            (told["child"]["full_name"], self.birth),
            (told["mother"]["id_number"], self.birth),
            (account, self.birth),
        ):
            self._find(words, case)

    def _find(self, words: str, case: Case) -> None:
        """Asks for a person as a form does: the dossier is shown, no other is, and both are in the log."""
        visitor, who = Visitor("motcua1"), str(actor_for("motcua1").person_id)
        assert visitor.send("/desk/person/", person=words).status_code == 422
        address = visitor.send("/desk/person/", person=words, purpose="find.asked").headers["location"]
        assert words not in address
        page = visitor.page(address)
        others = {self.plain.number, self.other.number, self.birth.number} - {case.number}
        assert case.number in page
        assert not any(number in page for number in others)
        assert (vault.openings_of(LIST)[-1].who, vault.openings_of(LIST)[-1].purpose) == (who, "find.asked")
        assert (who, "find.asked") in {(one.who, one.purpose) for one in vault.openings_of(f"case:{case.pk}")}
        assert "đã hết" in Visitor("motcua1").page(address), "another browser does not have the search"

    def test_who_is_only_consulted_finds_nobody(self) -> None:
        testing.do(self.other, "receive", "accept")
        testing.do(self.other, "review", "consult")
        assert len(queries.cases(actor_for("soxd1"), Filters())) == 1
        assert queries.cases(actor_for("soxd1"), Filters(person=Sought(NUMBER, "find.work"))) == []
        hidden = Visitor("soxd1").page("/desk/cases/", sort="owner")
        assert OWNER not in hidden

    def test_a_file_is_a_reading_of_each_dossier_in_it(self) -> None:
        Visitor("motcua1").page("/desk/cases/", format="csv", code="1.001193")
        assert "export" in {one.purpose for one in vault.openings_of(f"case:{self.birth.pk}")}
        assert "export" not in {one.purpose for one in vault.openings_of(f"case:{self.plain.pk}")}

    def test_a_list_that_a_program_takes_is_a_reading_too(self) -> None:
        counter, before = Asker("motcua1"), len(vault.openings_of(WHOLE_LIST))
        for path, query in (("/cases", {"limit": 1}), ("/tasks", {}), ("/tasks", {"mine": "false"})):
            assert counter.get(path, **query).status_code == 200
        assert Asker("congdan1").get("/cases").json()["items"]
        logged = vault.openings_of(WHOLE_LIST)
        assert len(logged) == before + 2, "one's own tasks and one's own dossiers are no list"
        assert {(one.who, one.purpose) for one in logged[:2]} == {(str(counter.actor.person_id), "api.list")}
        tasks, cases = logged[:2]
        assert (len(cases.parts), str(self.plain.pk) in tasks.parts) == (1, True)

    def test_a_file_that_does_not_hold_all_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = Visitor("motcua1").page("/desk/cases/", format="csv")
        assert "Còn nhiều hơn" not in whole
        monkeypatch.setattr(exports, "MOST", 2)
        for path in ("/desk/cases/", "/desk/"):
            text = Visitor("motcua1").page(path, format="csv")
            assert "Còn nhiều hơn: tệp dừng ở đây" in text
            assert "Số dòng: 2" in text

    def test_the_way_back_leads_to_the_list_as_it_was(self) -> None:
        page = Visitor("motcua1").page("/desk/cases/", sort="due", code="1.013225")
        assert f"/desk/cases/{self.plain.pk}/?list=%2Fdesk%2Fcases%2F%3Fsort%3Ddue%26code%3D1.013225" in page
