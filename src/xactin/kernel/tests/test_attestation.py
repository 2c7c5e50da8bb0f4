"""Statement, entry and commitment: exactly their fields, each of its form."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from xactin.kernel.attestation import (
    EFFECT_PART,
    FileCommitment,
    StatementError,
    check_entry,
    check_statement,
    commit_file,
    commit_value,
    effect_digest,
    entry_digest,
    is_time,
    make_entry,
    parse_time,
    published,
    time_text,
)
from xactin.kernel.testing import NOON, salt, statement


def entry(**place):
    given = {"seq": 0, "prev": None, "at": NOON, "effect": {}} | place
    return make_entry(statement(), {"alg": "ed25519", "value": ""}, **given)


def test_statement_has_the_fields_of_the_specification():
    made = statement()
    fields = "xt id authority subject act by for rule content saw wrote at key"
    assert " ".join(made) == fields
    check_statement(made)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("xt", 2),
        ("xt", True),
        ("id", "019ab000-0000-4000-8000-000000000001"),
        ("id", "019AB000-0000-7000-8000-000000000001"),
        ("authority", ""),
        ("authority", "H 44"),
        ("subject", "case"),
        ("subject", "Case:1"),
        ("subject", "case:1\n"),
        ("act", "case..agree"),
        ("act", "đồng ý"),
        ("by", {"person": "p"}),
        ("by", {"person": None, "post": "p", "agency": "a"}),
        ("by", {"person": "Nguyễn Văn A", "post": None, "agency": None}),
        ("by", {"device": "d", "system": "s"}),
        ("by", {}),
        ("by", None),
        ("for", "person-2"),
        ("for", {"person": None}),
        ("rule", {"id": "r", "version": "1"}),
        ("rule", {"id": "r", "version": "1", "digest": "AB" * 32}),
        ("content", "ab"),
        ("content", "AB" * 32),
        ("saw", {"form.house": None}),
        ("saw", {"form house": "ab" * 32}),
        ("wrote", ["ab" * 32]),
        ("at", "2026-11-24T02:03:04Z"),
        ("at", "2026-02-30T02:03:04.567Z"),
        ("at", "2026-11-24T02:03:04.567+00:00"),
        ("at", "2026-11-24T24:00:00.000Z"),
        ("key", "0" * 31),
    ],
)
def test_a_field_of_another_form_is_named(field, value):
    with pytest.raises(StatementError) as error:
        check_statement(statement() | {field: value})
    assert error.value.field == field


def test_unknown_and_missing_fields_are_refused():
    with pytest.raises(StatementError, match="fields"):
        check_statement(statement() | {"note": "x"})
    short = statement()
    del short["for"]
    with pytest.raises(StatementError, match="fields"):
        check_statement(short)


def test_time_is_utc_and_cut_to_milliseconds():
    hanoi = timezone(timedelta(hours=7))
    assert time_text(datetime(2026, 11, 24, 9, 3, 4, 567_999, hanoi)) == "2026-11-24T02:03:04.567Z"
    assert parse_time("2026-11-24T02:03:04.567Z") == datetime(2026, 11, 24, 2, 3, 4, 567_000, UTC)
    assert not is_time("2026-11-24T02:03:04.5670Z")
    with pytest.raises(ValueError, match="zone"):
        time_text(datetime(2026, 11, 24))


def test_commitments_differ_by_salt_value_and_kind():
    made = {
        commit_value(salt("a"), "x"),
        commit_value(salt("b"), "x"),
        commit_value(salt("a"), "y"),
        commit_file(salt("a"), [b'"x"']),
    }
    assert len(made) == 4
    with pytest.raises(ValueError, match="32 bytes"):
        commit_value(b"short", "x")


def test_a_file_commits_alike_in_any_pieces():
    streamed = FileCommitment(salt("a"))
    for letter in b"drawing":
        streamed.update(bytes([letter]))
    assert streamed.hexdigest() == commit_file(salt("a"), [b"draw", b"", b"ing"])


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"seq": -1}, "place.seq"),
        ({"seq": 1}, "place.prev"),
        ({"prev": "ab" * 32}, "place.prev"),
        ({"seq": 1, "prev": "AB" * 32}, "place.prev"),
    ],
)
def test_a_place_that_cannot_be(place, field):
    with pytest.raises(StatementError, match=field):
        entry(**place)


def test_claimed_time_may_be_ten_minutes_off_and_no_more():
    for minutes in (-10, 10):
        check_entry(entry(at=NOON + timedelta(minutes=minutes)))
    with pytest.raises(StatementError, match="at"):
        check_entry(entry(at=NOON + timedelta(minutes=10, milliseconds=1)))


def test_entry_digest_covers_every_part():
    base = entry()
    digests = {
        entry_digest(base),
        entry_digest(base | {"statement": statement(2)}),
        entry_digest(base | {"signature": {"alg": "ed25519", "value": "AA"}}),
        entry_digest(entry(effect={"state": "done"})),
    }
    assert len(digests) == 4


def test_an_effect_outside_the_canonical_form_is_refused():
    with pytest.raises(StatementError, match="canonical/place/effect/fee"):
        check_entry(entry(effect={"fee": 1.5}))


def test_published_binds_entry_and_mandates():
    assert published("ab" * 32, "cd" * 32) != published("cd" * 32, "ab" * 32)
    assert len(published("ab" * 32, "cd" * 32)) == 32
    with pytest.raises(ValueError, match="hex"):
        published("AB" * 32, "cd" * 32)


def test_a_signed_effect_is_all_that_the_act_does_but_not_when():
    effect = {"held": [{"since": time_text(NOON), "post": "p"}], "until": None}
    signed = effect_digest(effect, time_text(NOON))
    later = time_text(NOON + timedelta(minutes=5))
    moved = {"held": [{"since": later, "post": "p"}], "until": None}
    assert effect_digest(moved, later) == signed  # done a little later: the entry's own time
    assert (
        effect_digest(moved, time_text(NOON)) != signed
    )  # another time than the entry's is part of what is done
    made = statement() | {"saw": {EFFECT_PART: signed}}

    def placed(what, at=NOON):
        return make_entry(made, {"alg": "ed25519", "value": ""}, seq=0, prev=None, at=at, effect=what)

    check_entry(placed(effect))
    check_entry(placed(moved, NOON + timedelta(minutes=5)))
    for other in ({}, effect | {"until": later}, effect | {"more": 1}, {"held": [], "until": None}):
        with pytest.raises(StatementError, match=r"saw\.effect"):
            check_entry(placed(other))
