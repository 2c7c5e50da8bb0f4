"""Several at one dossier in the same moment: colleagues of one post, three agencies, a slow passkey, two jobs."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import commands, services
from xactin.cases.errors import ActError, TaskGone
from xactin.cases.models import Case, OpenTask
from xactin.cases.tests.asking import Asker
from xactin.cases.tests.passkeys import enrol, signing
from xactin.identity import commands as identity
from xactin.identity.attestations import attesting
from xactin.identity.models import Post
from xactin.identity.queries import actor_for
from xactin.identity.tests.passkeys import assertion
from xactin.ledger import clock
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.chains import chain
from xactin.ledger.commands import shift_clock
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[], Any]


def together(*works: Work) -> list[Any]:
    """Runs all at once, each on a connection of its own; the results, or what was raised."""

    def run(work: Work) -> Any:
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def clean() -> None:
    sequence_all()
    assert run_audit(1) == []


def two_colleagues() -> tuple[Case, list[Work]]:
    """A case that waits at the counter, and two officials who take different decisions on it."""
    testing.province_with(testing.PERMIT)
    colleague = identity.make_person_account(
        username="motcua2", password=None, full_name="Nguyễn Văn Một Cửa"
    )
    identity.appoint(person=colleague.person, post=Post.objects.get(code=actor_for("motcua1").post_code))
    case = testing.apply()
    task = testing.open_task(case, "receive").token
    first, second = actor_for("motcua1"), actor_for("motcua2")
    return case, [
        lambda: commands.act(by=first, case=case.pk, task=task, act="accept"),
        lambda: commands.act(
            by=second, case=case.pk, task=task, act="refuse", data={"reason": "Không thuộc thẩm quyền"}
        ),
    ]


def meeting_at_the_signature(monkeypatch: pytest.MonkeyPatch, *, seconds: float = 2) -> None:
    """Each waits, between its read and its write, at most these seconds for the other to come as far."""
    barrier = threading.Barrier(2)
    sign = attesting.sign

    def slow(*given: Any) -> Any:
        try:
            barrier.wait(seconds)
        except threading.BrokenBarrierError:
            barrier.reset()
        return sign(*given)

    monkeypatch.setattr(attesting, "sign", slow)


def test_without_the_lock_the_second_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race that the lock ends: both decide over the same state, and only a constraint stops the second."""
    case, both = two_colleagues()
    assert "FOR UPDATE" in chain._LOCK
    monkeypatch.setattr(chain, "_LOCK", chain._LOCK.replace("FOR UPDATE", ""))
    meeting_at_the_signature(monkeypatch, seconds=60)
    outcomes = together(*both)
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert len(refused) == 1
    assert not isinstance(refused[0], ActError)
    assert len(ledger.entries_of(f"case:{case.pk}")) == 2


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    case, both = two_colleagues()
    meeting_at_the_signature(monkeypatch)
    outcomes = together(*both)
    (done,) = [one for one in outcomes if isinstance(one, commands.ActDone)]
    (told,) = [one for one in outcomes if isinstance(one, TaskGone)]
    assert told.facts["entry"] == str(done.entry)
    assert len(ledger.entries_of(f"case:{case.pk}")) == 2
    clean()


def consulted() -> Case:
    """A case that waits for the answers of three agencies."""
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "consult")
    return case


def answers(case: Case, node: str, username: str) -> Work:
    by, task = actor_for(username), testing.open_task(case, node).token
    return lambda: commands.act(by=by, case=case.pk, task=task, act="agree", data={"opinion": "Đồng ý"})


def test_three_agencies_answer_at_once_one_with_a_slow_passkey() -> None:
    case = consulted()
    key = enrol("soxd1")
    slow, task = signing("soxd1"), testing.open_task(case, "consult_infrastructure").token
    prepared_now, others_done = threading.Event(), threading.Event()

    def by_passkey() -> Any:
        prepared = commands.prepare(by=slow, case=case.pk, task=task, act="agree", data={"opinion": "Đồng ý"})
        prepared_now.set()
        assert others_done.wait(20)
        return commands.complete(
            by=actor_for("soxd1"),
            case=case.pk,
            entry=prepared.statement["id"],
            credential=assertion(key, prepared.challenge),
        )

    started = threading.Barrier(2)

    def after_it(work: Work) -> Work:
        def run() -> Any:
            assert prepared_now.wait(20)
            started.wait(20)
            return work()

        return run

    land = after_it(answers(case, "consult_land", "chuyenvien2"))
    environment = after_it(answers(case, "consult_environment", "sonnmt1"))

    def the_others() -> list[Any]:
        found = together(land, environment)
        others_done.set()
        return found

    slowly, (first, second) = together(by_passkey, the_others)
    assert {type(one) for one in (slowly, first, second)} == {commands.ActDone}
    assert [task.node for task in OpenTask.objects.filter(case=case)] == ["appraise"]
    custody = [row.custody for row in ledger.entries_of(f"case:{case.pk}")]
    assert custody[-1] == "passkey"
    assert custody.count("passkey") == 1
    clean()


def test_three_agencies_in_the_same_moment_join_once() -> None:
    case = consulted()
    outcomes = together(
        answers(case, "consult_land", "chuyenvien2"),
        answers(case, "consult_infrastructure", "soxd1"),
        answers(case, "consult_environment", "sonnmt1"),
    )
    assert sorted(done.seq for done in outcomes) == [3, 4, 5]
    assert [task.node for task in OpenTask.objects.filter(case=case)] == ["appraise"]
    clean()


def test_two_jobs_for_one_service_are_one_act() -> None:
    case = consulted()
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        testing.do(case, node, "agree", {"opinion": "Đồng ý"})
    testing.do(case, "appraise", "submit")
    token = testing.open_task(case, "draft_result").token
    outcomes = together(*[lambda: services.run_service(case=case.pk, token=token)] * 2)
    assert sorted(one is None for one in outcomes) == [False, True]
    assert services.run_service(case=case.pk, token=token) is None
    acts = [row.statement["act"] for row in ledger.entries_of(f"case:{case.pk}")]
    assert acts.count("case.draft_result") == 1
    clean()
    testing.do(case, "approve", "approve")
    testing.do(case, "issue", "issue")
    testing.serve(case, "seal_result")
    clean()


def test_one_key_sent_twice_at_once_is_one_application() -> None:
    testing.province_with(testing.PERMIT)
    citizen = Asker("congdan1")
    body = citizen.application()
    outcomes = together(*[lambda: citizen.post("/cases", body, key="don-1")] * 3)
    statuses = sorted(answer.status_code for answer in outcomes)
    assert statuses[0] == 201
    assert set(statuses) <= {201, 409}
    assert Case.objects.count() == 1
    assert len({answer.json()["id"] for answer in outcomes if answer.status_code == 201}) == 1
    assert citizen.post("/cases", body, key="don-1").json()["id"] == str(Case.objects.get().pk)


def test_one_upload_is_taken_by_one_application() -> None:
    testing.province_with(testing.PERMIT)
    citizen = Asker("congdan1")
    body = citizen.application()
    outcomes = together(*[lambda: citizen.post("/cases", body)] * 2)
    statuses = sorted(answer.status_code for answer in outcomes)
    assert statuses[0] == 201
    assert statuses[1] == 422
    assert Case.objects.count() == 1
    clean()


def test_applications_of_one_moment_have_numbers_without_a_gap() -> None:
    testing.province_with(testing.PERMIT)
    by, told = actor_for("congdan1"), testing.example(testing.PERMIT)
    given = [
        [applications.Given(kind=kind, file=testing.an_upload(by)) for kind in told["documents"]]
        for _one in range(4)
    ]

    def apply(documents: list[applications.Given]) -> Work:
        return lambda: applications.submit(by=by, code="1.013225", data=told["data"], documents=documents)

    together(*map(apply, given))
    serials = sorted(int(number[-4:]) for number in Case.objects.values_list("number", flat=True))
    assert serials == [1, 2, 3, 4]
    clean()


@pytest.fixture
def moved_clock() -> Iterator[None]:
    """What this process remembers of a moved clock ends with the test, as its row does."""
    yield
    clock.forget()


@pytest.mark.usefixtures("moved_clock")
def test_an_answer_in_the_moment_of_its_silence_counts_once() -> None:
    case = consulted()
    answer = answers(case, "consult_land", "chuyenvien2")
    shift_clock(timedelta(days=10))
    outcomes = together(answer, lambda: commands.tick(case=case.pk))
    assert isinstance(outcomes[1], commands.ActDone)
    assert isinstance(outcomes[0], commands.ActDone | TaskGone)
    assert [task.node for task in OpenTask.objects.filter(case=case)] == ["appraise"]
    assert commands.tick(case=case.pk) is None
    clean()
