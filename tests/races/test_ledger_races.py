"""Acts, ends of mandates and sequencers at the same moment: chains do not fork, and all of it can be audited."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from xactin.kernel.canonical import canonical
from xactin.ledger import commands, queries
from xactin.ledger.audit import run_audit
from xactin.ledger.chains.chain import acting
from xactin.ledger.errors import MandateEnded
from xactin.ledger.log import sequencing
from xactin.ledger.models import Entry
from xactin.ledger.testing import Person, a_person, an_authority, folds_aside, sequence_all

pytestmark = pytest.mark.django_db(transaction=True)
SUBJECT = "case:one"


@pytest.fixture
def officers() -> Iterator[list[Person]]:
    """Three officials of three agencies."""
    an_authority()
    with folds_aside():
        yield [a_person(f"person-{number}", f"post-{number}", f"H44.{number}") for number in range(3)]


def together(*works: Callable[[], Any]) -> list[Any]:
    """Runs all at once, each on a connection of its own; the results, or what was raised."""

    def run(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_without_the_lock_two_acts_claim_one_place(officers: list[Person]) -> None:
    """The race that the lock ends: both read the same head, and only a constraint keeps the chain whole."""
    officers[0].act(SUBJECT)
    both = threading.Barrier(2, timeout=20)

    def careless(officer: Person) -> Callable[[], None]:
        def work() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT seq, digest FROM ledger_head WHERE subject = %s", (SUBJECT,))
                seq, digest = cursor.fetchone()
                both.wait()
                said = officer.state(SUBJECT)
                cursor.execute(
                    "INSERT INTO ledger_entry (id, subject, seq, statement, signature, effect, prev, at, digest)"
                    " VALUES (%s, %s, %s, %s, %s, '{}', %s, now(), %s)",
                    (said["id"], SUBJECT, seq + 1, canonical(said), b"{}", digest, digest),
                )

        return work

    outcomes = together(careless(officers[0]), careless(officers[1]))
    assert [type(one) for one in outcomes].count(IntegrityError) == 1


def test_many_acts_on_one_subject_make_one_chain(officers: list[Person]) -> None:
    def work(officer: Person) -> Callable[[], list[int]]:
        return lambda: [officer.act(SUBJECT).seq for _ in range(12)]

    outcomes = together(*(work(officer) for officer in officers * 2))
    assert sorted(seq for one in outcomes for seq in one) == list(range(72))
    sequence_all()
    assert run_audit(1) == []


def test_a_subject_begun_by_several_at_once(officers: list[Person]) -> None:
    for number in range(8):
        start = threading.Barrier(3, timeout=20)

        def work(officer: Person, subject: str, start: threading.Barrier) -> Callable[[], int]:
            def begin() -> int:
                start.wait()
                return officer.act(subject).seq

            return begin

        outcomes = together(*(work(officer, f"case:{number}", start) for officer in officers))
        assert sorted(outcomes) == [0, 1, 2]


def test_three_agencies_sign_at_once_and_one_is_slow(officers: list[Person]) -> None:
    """Place is given by the ledger, so a statement made long before the others' acts is still good."""
    officers[0].act(SUBJECT)
    waits = threading.Event()

    def slow() -> int:
        said = officers[2].state(SUBJECT, act="case.consult.agree")
        signature = officers[2].sign(said)
        waits.wait(20)
        with acting(subject=SUBJECT, mandates=[officers[2].mandate]) as chain:
            return chain.append(said, signature, {}).seq

    def quick(officer: Person) -> Callable[[], int]:
        def work() -> int:
            seq = officer.act(SUBJECT, act="case.consult.agree").seq
            if seq == 2:
                waits.set()
            return seq

        return work

    outcomes = together(slow, quick(officers[0]), quick(officers[1]))
    assert outcomes[0] == 3
    assert sorted(outcomes) == [1, 2, 3]


def test_the_end_of_a_mandate_waits_for_acts_and_none_comes_after(officers: list[Person]) -> None:
    officer = officers[0]
    inside, ended = threading.Event(), threading.Event()

    def act() -> int:
        with acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
            inside.set()
            # The end cannot come while this act holds the mandate.
            assert not ended.wait(0.3)
            said = officer.state(SUBJECT)
            return chain.append(said, officer.sign(said), {}).seq

    def end() -> None:
        inside.wait(20)
        commands.end_mandate(officer.mandate, by=commands.system_signer("identity"))
        ended.set()

    def late() -> None:
        ended.wait(20)
        officer.act("case:late")

    outcomes = together(act, end, late)
    assert outcomes[0] == 0
    assert outcomes[1] is None
    assert isinstance(outcomes[2], MandateEnded)
    numbers = dict(Entry.objects.values_list("subject", "number").order_by("subject", "seq"))
    assert numbers[SUBJECT] < numbers[f"mandate:{officer.mandate}"]
    sequence_all()
    assert run_audit(1) == []


def test_two_sequencers_beside_acts(officers: list[Person]) -> None:
    stop = threading.Event()

    def work(officer: Person) -> Callable[[], None]:
        def acts() -> None:
            for number in range(30):
                officer.act(f"case:{number % 4}")
                if number % 10 == 9:
                    commands.end_mandate(
                        a_person(f"x{number}-{officer.name}").mandate, by=commands.system_signer("identity")
                    )

        return acts

    def sequencer() -> None:
        commands.run_sequencer(stop)

    def stopper() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (
            Entry.objects.filter(subject__startswith="case:").count() < 90 or queries.waiting()
        ):
            time.sleep(0.1)
        stop.set()

    outcomes = together(*(work(officer) for officer in officers), sequencer, sequencer, stopper)
    assert outcomes == [None] * 6
    assert queries.waiting() == 0
    assert run_audit(1) == []


@pytest.mark.parametrize("place", ["_open_promise", "_extend"])
def test_a_sequencer_that_was_overtaken_signs_nothing_that_counts(
    officers: list[Person], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """It stops before it takes entries, or before it writes; another is faster; it wakes up, and gives way."""
    for number in range(5):
        officers[0].act(f"case:{number}")
    stopped, go_on = threading.Event(), threading.Event()
    real = getattr(sequencing, place)

    def slow(*given: Any) -> Any:
        if threading.current_thread().name == "slow":
            stopped.set()
            assert go_on.wait(20)
        return real(*given)

    monkeypatch.setattr(sequencing, place, slow)
    counts: list[int] = []

    def first() -> None:
        counts.append(commands.sequence_once())
        connection.close()

    thread = threading.Thread(target=first, name="slow")
    thread.start()
    assert stopped.wait(20)
    officers[1].act("case:later")
    assert commands.sequence_once() > 5
    note = queries.checkpoint_note()
    if place == "_open_promise":  # it knows the old size, and finds entries that came later
        officers[1].act("case:latest")
    go_on.set()
    thread.join(20)
    assert counts == [0]
    assert queries.checkpoint_note() == note
    assert run_audit(1) == []
