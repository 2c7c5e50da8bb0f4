"""Appointments, ends and keys at the same moment. Each race is first shown without its lock."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError, Event
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from xactin.identity import queries
from xactin.identity.attestations.attesting import signer_of
from xactin.identity.keys import commands as keys
from xactin.identity.models import Holding, KeyMandate, Person, Post, SigningKey
from xactin.identity.posts import holding_commands as holdings
from xactin.identity.posts.commands import create_post
from xactin.identity.posts.proposal_commands import confirm, propose_holder
from xactin.identity.testing import Province, small_province
from xactin.ledger import commands as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import forget, now
from xactin.ledger.errors import MandateEnded
from xactin.ledger.log.authority import remember
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db(transaction=True)

MEET = 1.5
"""Seconds in which two threads would meet between looking and writing, if nothing held one of them back."""


@pytest.fixture
def province() -> Iterator[Province]:
    """A province whose rows other connections see; what processes remember is forgotten."""
    _forget()
    yield small_province()
    _forget()


def _forget() -> None:
    remember(None)
    forget()
    queries.forget_tree()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gave or raised, all begun together, each on a connection of its own."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(results: list[Any]) -> list[str]:
    """The kinds of what was raised."""
    return sorted(type(one).__name__ for one in results if isinstance(one, Exception))


class Meeting:
    """Both acts stand between looking and writing before either goes on; alone, one goes on after a while."""

    def __init__(self) -> None:
        self.barrier = Barrier(2)
        self.met = False

    def __call__(self) -> None:
        try:
            self.barrier.wait(MEET)
            self.met = True
        except BrokenBarrierError:
            return


def meet_before(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Meeting:
    """Has two acts meet before they call `owner.name`, once."""
    meeting, original = Meeting(), getattr(owner, name)

    def first_meet(*given: Any, **named: Any) -> Any:
        if not meeting.barrier.broken and not meeting.met:
            meeting()
        return original(*given, **named)

    monkeypatch.setattr(owner, name, first_meet)
    return meeting


def _unlocked(person: UUID) -> Person:
    return Person.objects.get(pk=person)


@pytest.mark.parametrize("locked", [False, True])
def test_two_appointments_at_once(province: Province, monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """For a time both are given, so that no unique index stands in for the lock."""
    if not locked:
        monkeypatch.setattr(holdings, "lock_person", _unlocked)
    meeting = meet_before(monkeypatch, Holding.objects, "create")
    person, post = province.person("congdan1"), Post.objects.get(code="H44.100:clerk")
    administrator, until = province.actor("quantri1"), now() + timedelta(days=9)

    def appoint() -> Holding:
        return holdings.appoint(person=person, post=post, until=until, by=administrator)

    results = at_once(appoint, appoint)
    held = queries.held_now().filter(person=person, post=post).count()
    assert (meeting.met, held, refusals(results)) == ((False, 1, ["Refused"]) if locked else (True, 2, []))


@pytest.mark.parametrize("locked", [False, True])
def test_the_last_two_administrators_end_themselves_at_once(
    province: Province, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    first, second = _two_administrators(province)
    if not locked:
        monkeypatch.setattr(holdings, "lock_vital", lambda: None)
    meeting = meet_before(monkeypatch, holdings, "attest")
    results = at_once(*(_ending(holding, by) for holding, by in (first, second)))
    left = queries.held_now().filter(post__role="administrator").count()
    assert (meeting.met, left, refusals(results)) == ((False, 1, ["Refused"]) if locked else (True, 0, []))


def test_two_administrators_end_each_other(province: Province) -> None:
    """Each needs the mandate that the other ends: one is done, the other is told, and nobody hangs."""
    (first, a), (second, b) = _two_administrators(province)
    results = at_once(_ending(first, b), _ending(second, a))
    assert refusals(results) in (["MandateEnded"], ["Refused"])
    assert queries.held_now().filter(post__role="administrator").count() == 1


def _two_administrators(province: Province) -> list[tuple[Holding, Any]]:
    """Two, in posts of their own, with their actors."""
    post = create_post(
        agency=province.agencies["H44"], role="administrator", name="second", title_vi="A", title_en="A"
    )
    holdings.appoint(person=province.person("congdan1"), post=post)
    found = []
    for name in ("quantri1", "congdan1"):
        holding = Holding.objects.get(post__role="administrator", person=province.person(name))
        found.append((holding, province.actor(name, "administrator")))
    return found


def _ending(holding: Holding, by: Any) -> Callable[[], None]:
    fresh = Holding.objects.select_related("post__agency").get(pk=holding.pk)
    return lambda: holdings.end_holding(holding=fresh, by=by)


def test_an_administrator_appoints_to_the_post_from_which_another_ends_them(province: Province) -> None:
    """The chain of the post and the mandate are locked in one order by both: no deadlock."""
    (first, a), _ = _two_administrators(province)
    b = province.actor("congdan1", "administrator")
    for number in range(5):
        candidate = province.person(("congdan2", "motcua1", "vanthu1", "soxd1", "sonnmt1")[number])
        waits = propose_holder(person=candidate, post=first.post, by=b)
        results = at_once(partial(confirm, proposal=waits.pk, by=a), _ending(first, b))
        assert set(refusals(results)) <= {"MandateEnded"}
        first = holdings.appoint(person=first.person, post=first.post)
        a = province.actor("quantri1", "administrator")


@contextmanager
def an_act_under_way(mandate: UUID) -> Iterator[Future[None]]:
    """An act that has locked its mandate, and is committed when the block ends."""
    locked, go = Event(), Event()

    def act() -> None:
        try:
            with ledger.acting(subject="case:under-way", mandates=[mandate]):
                locked.set()
                assert go.wait(20)
        finally:
            locked.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(act)
        assert locked.wait(10)
        try:
            yield under_way
        finally:
            go.set()


def test_the_end_of_a_post_waits_for_the_act_under_way(province: Province) -> None:
    chair = province.actor("chutich1")
    end = _ending(Holding.objects.get(post__code="H44.100:chair"), province.actor("quantri1"))
    with ThreadPoolExecutor(1) as pool:
        with an_act_under_way(chair.mandate_id) as under_way:
            ending = pool.submit(lambda: (end(), connection.close()))
            with pytest.raises(TimeoutError):
                ending.result(MEET)
            assert KeyMandate.objects.get(pk=chair.mandate_id).ended_at is None
        under_way.result(10)
        ending.result(10)
    with pytest.raises(MandateEnded), ledger.acting(subject="case:late", mandates=[chair.mandate_id]):
        pass


def test_an_act_that_comes_while_its_mandate_is_ended_waits_and_is_refused(province: Province) -> None:
    chair = province.actor("chutich1")
    holding = Holding.objects.get(post__code="H44.100:chair")

    def act() -> None:
        try:
            with ledger.acting(subject="case:late", mandates=[chair.mandate_id]):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            holdings.end_holding(holding=holding, by=province.actor("quantri1"))
            late = pool.submit(act)
            with pytest.raises(TimeoutError):
                late.result(MEET)
        with pytest.raises(MandateEnded):
            late.result(10)


@pytest.mark.parametrize("locked", [False, True])
def test_a_key_changed_while_a_post_ends(
    province: Province, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Without the lock the new key is given a mandate in a post that has just ended, and that nobody ends."""
    if not locked:
        monkeypatch.setattr(keys, "lock_person", _unlocked)
        monkeypatch.setattr(holdings, "lock_person", _unlocked)
    chair = province.actor("chutich1")
    holding = Holding.objects.select_related("post__agency").get(post__code="H44.100:chair")
    administrator = province.actor("quantri1")
    held, ended = Event(), Event()
    grant = keys.grant

    def slow_grant(key: SigningKey, of: Holding | None, *, by: Any) -> KeyMandate:
        if of is not None:
            held.set()
            ended.wait(MEET)
        return grant(key, of, by=by)

    monkeypatch.setattr(keys, "grant", slow_grant)

    def end() -> None:
        held.wait(MEET)
        try:
            holdings.end_holding(holding=holding, by=administrator)
        finally:
            ended.set()

    results = at_once(lambda: keys.rotate_person_key(by=chair), end)
    standing = KeyMandate.objects.filter(holding=holding, ended_at__isnull=True).count()
    assert standing == (0 if locked else 1), results
    assert refusals(results) == []


def test_a_key_changed_under_load(province: Province) -> None:
    """Acts go on while their key is changed again and again: each is attested by a key that held, or refused."""
    done = Event()

    def act() -> tuple[int, int]:
        kept = refused = 0
        while not done.is_set():
            actor = queries.actor_for("motcua1", "reception")
            try:
                with ledger.acting(subject="note:load", mandates=[actor.mandate_id]) as chain:
                    chain.attest(signer_of(actor), act="note.write", effect={})
                kept += 1
            except MandateEnded:
                refused += 1
        return kept, refused

    def change() -> int:
        try:
            for _ in range(6):
                keys.rotate_person_key(by=queries.actor_for("motcua1", "reception"))
        finally:
            done.set()
        return 6

    results = at_once(act, act, change)
    assert refusals(results) == []
    assert sum(kept for kept, _ in results[:2]) > 0
    assert SigningKey.objects.filter(person=province.person("motcua1"), revoked_at__isnull=True).count() == 1
    sequence_all()
    assert run_audit(1) == []


def test_two_changes_of_one_key_at_once(province: Province) -> None:
    """One after the other: the second changes what the first has made."""
    actor = province.actor("chutich1")
    results = at_once(*[lambda: keys.rotate_person_key(by=actor)] * 2)
    assert refusals(results) == []
    keys_now = SigningKey.objects.filter(person=province.person("chutich1"))
    assert (keys_now.count(), keys_now.filter(revoked_at__isnull=True).count()) == (3, 1)
    assert province.actor("chutich1").post_code == "H44.100:chair"
