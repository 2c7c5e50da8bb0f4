"""From the outbox to the handlers: nothing is lost, nothing counts twice."""

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from xactin.notices import commands, jobs, queries
from xactin.notices.models import Outbox
from xactin.notices.testing import settle
from xactin.notices.topics import Event, register_topic

pytestmark = pytest.mark.usefixtures("queue")


def leave(topic: str, **body: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(*commands.outbox_sql(topic, body))


@pytest.fixture
def heard() -> list[Event]:
    events: list[Event] = []
    register_topic("case.acted", events.append)
    return events


@pytest.mark.django_db
def test_an_event_reaches_its_handler_once(heard: list[Event]) -> None:
    leave("case.acted", case="1", name="Đặng Ước", seq=3)
    assert queries.backlog()[0] == 1
    assert settle() == 1
    assert [event.body for event in heard] == [{"case": "1", "name": "Đặng Ước", "seq": 3}]
    assert queries.backlog() == (0, None)
    assert commands.relay_once() == 0


@pytest.mark.django_db
def test_events_are_bundled_and_slow_ones_stand_alone(heard: list[Event]) -> None:
    register_topic("case.service", heard.append, alone=True)
    for number in range(commands.BUNDLE + 1):
        leave("case.acted", number=number)
    leave("case.service", number=-1)
    assert commands.relay_once() == commands.BUNDLE + 2
    sizes = sorted(len(job.args["events"]) for job in ProcrastinateJob.objects.all())
    assert sizes == [1, 1, commands.BUNDLE]


@pytest.mark.django_db
def test_an_act_that_is_undone_leaves_nothing(heard: list[Event]) -> None:
    with transaction.atomic():
        leave("case.acted")
        transaction.set_rollback(True)
    assert settle() == 0
    assert heard == []


@pytest.mark.django_db
def test_a_crash_while_handing_over_keeps_the_events(
    heard: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave("case.acted")

    def crash(events: list[dict[str, Any]]) -> None:
        raise OperationalError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(commands, "_defer", crash)
        with pytest.raises(OperationalError):
            commands.relay_once()
    assert Outbox.objects.count() == 1
    assert ProcrastinateJob.objects.count() == 0
    assert settle() == 1
    assert len(heard) == 1


@pytest.mark.django_db
def test_one_that_fails_comes_again_alone_and_holds_up_nobody(heard: list[Event]) -> None:
    broken = [True]

    def fragile(event: Event) -> None:
        if broken[0]:
            raise RuntimeError("not now")
        heard.append(event)

    register_topic("fragile", fragile)
    leave("fragile")
    leave("case.acted")
    commands.relay_once()
    bundle = ProcrastinateJob.objects.get()
    jobs.handle_events(**bundle.args)
    assert [event.topic for event in heard] == ["case.acted"]
    again = ProcrastinateJob.objects.exclude(pk=bundle.pk).get()
    with pytest.raises(RuntimeError):
        jobs.handle_events(**again.args)  # alone it raises: the queue waits and tries again
    broken[0] = False
    jobs.handle_events(**again.args)
    assert [event.topic for event in heard] == ["case.acted", "fragile"]


@pytest.mark.django_db(transaction=True)
def test_slow_work_runs_in_no_transaction_of_ours() -> None:
    states: list[bool] = []
    register_topic("slow", lambda event: states.append(connection.in_atomic_block), alone=True)
    register_topic("quick", lambda event: states.append(connection.in_atomic_block))
    leave("slow")
    settle()
    leave("quick")
    settle()
    assert states == [False, True]


@pytest.mark.django_db
def test_a_topic_nobody_handles_is_not_lost_in_silence() -> None:
    leave("unheard")
    commands.relay_once()
    with pytest.raises(LookupError):
        jobs.handle_events(**ProcrastinateJob.objects.get().args)
    assert jobs.handle_events.retry_strategy is not None


def test_a_topic_has_one_handler(heard: list[Event]) -> None:
    with pytest.raises(ValueError, match="handler already"):
        register_topic("case.acted", print)


@pytest.mark.django_db(transaction=True)
def test_two_relays_share_the_rows(heard: list[Event]) -> None:
    for number in range(300):
        leave("case.acted", number=number)
    taken: list[int] = []

    def relay() -> None:
        try:
            while count := commands.relay_once(limit=20):
                taken.append(count)
        finally:
            connection.close()

    threads = [threading.Thread(target=relay) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 300
    numbers = [
        event["body"]["number"] for job in ProcrastinateJob.objects.all() for event in job.args["events"]
    ]
    assert sorted(numbers) == list(range(300))


@pytest.mark.django_db(transaction=True)
def test_the_relay_ends_when_told(heard: list[Event]) -> None:
    stop = threading.Event()

    def relay() -> None:
        try:
            commands.run_relay(stop)
        finally:
            connection.close()

    thread = threading.Thread(target=relay)
    thread.start()
    leave("case.acted")
    for _ in range(100):
        if ProcrastinateJob.objects.exists():
            break
        stop.wait(0.05)
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert ProcrastinateJob.objects.count() == 1
