"""An act under its lock: what is refused, what is written, and that Django is not confused by it."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from xactin.kernel.attestation import StatementError, entry_digest, make_entry, parse_time, time_text
from xactin.kernel.canonical import canonical
from xactin.kernel.signatures import PublicKey
from xactin.kernel.testing import NOON, statement
from xactin.ledger import clock, commands
from xactin.ledger.chains.chain import acting, entry_bytes
from xactin.ledger.commands import in_one_trip
from xactin.ledger.errors import (
    AlreadyDone,
    ClaimRefused,
    DemoOnly,
    NotCovered,
)
from xactin.ledger.models import Entry, Head, Log, Unsequenced
from xactin.ledger.queries import entries_of, entry
from xactin.ledger.testing import Person, a_person, an_authority

SUBJECT = "case:one"


@pytest.fixture
def alone(transactional_db: None) -> Person:
    """An officer outside of any transaction of the test."""
    an_authority()
    return a_person()


def test_entries_make_a_chain(officer: Person) -> None:
    refs = [officer.act(SUBJECT, {"step": step}) for step in range(3)]
    rows = entries_of(SUBJECT)
    assert [row.seq for row in rows] == [ref.seq for ref in refs] == [0, 1, 2]
    assert [row.effect for row in rows] == [{"step": 0}, {"step": 1}, {"step": 2}]
    for row, ref in zip(rows, refs, strict=True):
        assert entry_digest(row.entry) == row.digest == bytes.fromhex(ref.digest)
    assert [row.entry["place"]["prev"] for row in rows] == [None, refs[0].digest, refs[1].digest]
    assert Head.objects.get(pk=SUBJECT).seq == 2
    assert (
        Unsequenced.objects.filter(number__in=Entry.objects.values("number")).count() == Entry.objects.count()
    )


def test_time_in_a_chain_does_not_go_back_with_the_clock(officer: Person) -> None:
    """The machine's clock was set back an hour: what follows is no older than what it follows."""
    officer.act(SUBJECT)
    ahead = Head.objects.get(pk=SUBJECT).at + timedelta(hours=1)
    Head.objects.filter(pk=SUBJECT).update(at=ahead)
    with acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
        assert chain.at == ahead
        # Ten minutes are what a claim may be off (kernel/README.md), so who signs by the clock set back has to wait.
        with pytest.raises(ClaimRefused):
            chain.append(made := officer.state(SUBJECT), officer.sign(made), {})
        later = officer.state(SUBJECT, at=ahead)
        chain.append(later, officer.sign(later), {})
    assert [row.at for row in entries_of(SUBJECT)][-1] == Head.objects.get(pk=SUBJECT).at == ahead


def test_no_mandate_is_backdated(officer: Person) -> None:
    """What was signed before anybody allowed it would otherwise become allowed."""
    key = PublicKey.ed25519(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    before = clock.now()
    given = commands.grant_mandate(
        key=key, person="person-2", by=commands.system_signer("identity"), from_=before - timedelta(days=1)
    )
    (granted,) = entries_of(f"mandate:{given}")
    assert parse_time(granted.effect["mandate"]["from"]) == granted.at
    later = commands.grant_mandate(
        key=key, person="person-2", by=commands.system_signer("identity"), from_=before + timedelta(days=1)
    )
    (granted,) = entries_of(f"mandate:{later}")
    assert granted.effect["mandate"]["from"] == time_text(before + timedelta(days=1))


def test_an_act_without_outer_transaction_is_committed(alone: Person) -> None:
    done: list[str] = []
    with acting(subject=SUBJECT, mandates=[alone.mandate]) as chain:
        assert connection.in_atomic_block
        transaction.on_commit(lambda: done.append("after"))
        made = alone.state(SUBJECT)
        chain.append(made, alone.sign(made), {})
        assert Entry.objects.filter(subject=SUBJECT).count() == 0
        with transaction.atomic():  # the ORM may be used meanwhile, also with savepoints
            assert Log.objects.count() == 1
        assert done == []
    assert done == ["after"]
    assert not connection.in_atomic_block
    assert connection.get_autocommit()
    connection.close()
    assert len(entries_of(SUBJECT)) == 1


def test_an_error_inside_leaves_nothing(alone: Person) -> None:
    def fails() -> None:
        with acting(subject=SUBJECT, mandates=[alone.mandate]) as chain:
            made = alone.state(SUBJECT)
            chain.append(made, alone.sign(made), {})
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert entries_of(SUBJECT) == []
    assert not Head.objects.filter(pk=SUBJECT).exists()
    assert alone.act(SUBJECT).seq == 0


def test_a_write_that_fails_takes_the_entry_with_it(alone: Person) -> None:
    def fails() -> None:
        with acting(subject=SUBJECT, mandates=[alone.mandate]) as chain:
            made = alone.state(SUBJECT)
            chain.append(made, alone.sign(made), {})
            chain.write("INSERT INTO ledger_head (subject, seq) VALUES (%s, 1)", (SUBJECT,))

    with pytest.raises(IntegrityError):
        fails()
    assert entries_of(SUBJECT) == []
    assert alone.act(SUBJECT).seq == 0


def test_a_swallowed_error_is_not_committed(alone: Person) -> None:
    def fails() -> None:
        with acting(subject=SUBJECT, mandates=[alone.mandate]) as chain:
            try:
                with transaction.atomic(savepoint=False):
                    raise LookupError
            except LookupError:
                made = alone.state(SUBJECT)
                chain.append(made, alone.sign(made), {})

    with pytest.raises(TransactionManagementError):
        fails()
    assert entries_of(SUBJECT) == []


def test_inside_an_outer_transaction_the_act_is_part_of_it(alone: Person) -> None:
    def outer() -> None:
        with transaction.atomic():
            alone.act(SUBJECT)
            alone.act("case:two")
            raise LookupError

    with pytest.raises(LookupError):
        outer()
    assert entries_of(SUBJECT) == []
    with transaction.atomic():
        alone.act(SUBJECT)
        with pytest.raises(NotCovered):
            alone.act("case:two", by={"person": "somebody", "post": None, "agency": None})
        alone.act("case:two")
    assert (len(entries_of(SUBJECT)), len(entries_of("case:two"))) == (1, 1)


def test_reads_run_under_the_lock_and_come_as_python(officer: Person) -> None:
    key = uuid4()
    reads = [
        ("SELECT %s::jsonb, %s::uuid, %s::bytea, 5 %% 3", (Jsonb({"a": ["Đ"]}), key, b"\x00'\\\xff")),
        ("SELECT %(a)s::text, %(a)s::text, %(b)s::int[]", {"a": "x'y", "b": [1, 2]}),
        ("SELECT %s::bytea[]", ([b"\x00", b"'\\"],)),
        ("SELECT 1 WHERE false", None),
        ("UPDATE ledger_head SET seq = seq WHERE subject = 'nobody'", None),
    ]
    with acting(subject=SUBJECT, mandates=[officer.mandate], reads=reads) as chain:
        assert chain.rows == [
            [({"a": ["Đ"]}, key, b"\x00'\\\xff", 2)],
            [("x'y", "x'y", [1, 2])],
            [([b"\x00", b"'\\"],)],
            [],
            [],
        ]


def test_the_same_statement_is_accepted_once(alone: Person) -> None:
    made = alone.state(SUBJECT)

    def once() -> None:
        with acting(subject=SUBJECT, mandates=[alone.mandate]) as chain:
            chain.append(made, alone.sign(made), {})

    once()
    with pytest.raises(AlreadyDone):
        once()
    assert len(entries_of(SUBJECT)) == 1
    assert alone.act(SUBJECT).seq == 1


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_claimed_time_too_far_off_is_refused(officer: Person, minutes: int) -> None:
    with pytest.raises(ClaimRefused):
        officer.act(SUBJECT, at=clock.now() + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": {"person": "somebody", "post": None, "agency": None}},
        {"key": "ab" * 16},
        {"authority": "H99"},
        {"for_": {"person": "person-7"}},
    ],
)
def test_a_statement_that_the_mandate_does_not_cover_is_refused(
    officer: Person, wrong: dict[str, object]
) -> None:
    with pytest.raises(NotCovered):
        officer.act(SUBJECT, **wrong)


def test_a_statement_about_something_else_is_a_fault(officer: Person) -> None:
    other = officer.state("case:two")
    with (
        pytest.raises(ValueError, match="another subject"),
        acting(subject=SUBJECT, mandates=[officer.mandate]) as chain,
    ):
        chain.append(other, officer.sign(other), {})


def test_an_act_that_names_no_part_signs_what_it_does(officer: Person) -> None:
    """Else a device would sign that somebody was appointed, and whoever keeps the ledger could say whom."""
    effect = {"holding": "h1", "until": None}
    with acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
        chain.attest(officer, act="post.appoint", effect=effect | {"since": time_text(chain.at)})
        chain.attest(officer, act="case.agree", effect=effect, saw={})
    first, second = entries_of(SUBJECT)
    assert list(first.statement["saw"]) == ["effect"]
    assert (
        second.statement["saw"] is None
    )  # what reads parts of its subject, even none, is the engine's to judge
    again = officer.state(SUBJECT, saw=first.statement["saw"])
    with (
        pytest.raises(StatementError, match=r"saw\.effect"),
        acting(subject=SUBJECT, mandates=[officer.mandate]) as chain,
    ):
        chain.append(again, officer.sign(again), effect | {"holding": "h2", "since": time_text(chain.at)})


def test_time_in_a_chain_does_not_go_back(officer: Person) -> None:
    ref = officer.act(SUBJECT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_head SET at = at + interval '5 minutes' WHERE subject = %s", (SUBJECT,))
    officer.act(SUBJECT)
    first, second = entries_of(SUBJECT)
    assert first.at < second.at == Head.objects.get(pk=SUBJECT).at
    assert entry(ref.id) == first


def test_the_clock_of_a_demo_moves_forward_only(officer: Person) -> None:
    before = clock.now()
    commands.shift_clock(timedelta(days=3))
    assert timedelta(days=2, hours=23) < clock.now() - before < timedelta(days=3, hours=1)
    officer.act(SUBJECT)
    assert entries_of(SUBJECT)[0].at - before > timedelta(days=2)
    with pytest.raises(DemoOnly):
        commands.shift_clock(timedelta(days=-1))


def test_a_real_authority_has_the_real_clock(db: None) -> None:
    an_authority(demo=False)
    with pytest.raises(DemoOnly):
        commands.shift_clock(timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Log.objects.update(clock_shift=timedelta(days=1))


def test_what_is_prepared_may_be_forgotten(alone: Person) -> None:
    """A pooler, or somebody's DEALLOCATE ALL, costs nobody an error."""
    for _ in range(2):
        alone.act(SUBJECT)
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
    alone.act(SUBJECT)
    assert len(entries_of(SUBJECT)) == 3


@given(
    st.integers(0, 2**31 - 1),
    st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.dictionaries(st.text("abc", min_size=1), st.text() | st.integers(-9, 9) | st.none()),
)
def test_the_bytes_of_an_entry_are_its_canonical_form(
    seq: int, prev: str | None, effect: dict[str, object]
) -> None:
    link = ("ab" * 32 if seq else None) if prev is None or not seq else prev
    one, signature = statement(), {"alg": "ed25519", "value": "x"}
    try:
        wanted = canonical(make_entry(one, signature, seq=seq, prev=link, at=NOON, effect=effect))
    except ValueError:
        return  # text outside of the subset
    made = entry_bytes(
        canonical(one),
        canonical(signature),
        canonical(effect),
        seq=seq,
        prev=link,
        at="2026-11-24T05:00:00.123Z",
    )
    assert made == wanted


@pytest.mark.django_db(transaction=True)
def test_what_goes_in_one_trip_waits_for_no_disk_and_leaves_nothing_set() -> None:
    asked = ("SELECT current_setting('synchronous_commit')", None)
    assert in_one_trip(asked, asked) == [[("off",)], [("off",)]]
    with transaction.atomic():
        assert in_one_trip(asked) == [
            [("on",)]
        ]  # a part of what is under way, which must not wait less for it
    assert in_one_trip(("SELECT 1 WHERE false", None)) == [[]]


def test_what_is_remembered_of_a_moved_clock_stops_no_act(officer: Person) -> None:
    """Another process moved it a moment ago: its time would claim what the ledger refuses."""
    clock.now()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_log SET clock_shift = clock_shift + interval '1 day'")
    with acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
        chain.attest(officer, act="case.note.write", effect={})
    row = entries_of(SUBJECT)[0]
    assert abs(parse_time(row.statement["at"]) - row.at) < timedelta(minutes=1)
    clock.forget()


def test_no_act_is_rehearsed_outside_of_what_undoes_it(
    officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xactin.ledger.chains.chain.on_trial", lambda: True)
    monkeypatch.setattr("xactin.ledger.chains.chain.connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(RuntimeError, match="without the transaction that undoes it"):
        acting(subject=SUBJECT, mandates=[officer.mandate]).__enter__()
