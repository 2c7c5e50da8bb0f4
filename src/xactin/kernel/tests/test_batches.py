"""Batches: one root for many contents, a path for each, and a bundle that opens one of them."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.attestation import commit_value
from xactin.kernel.batches import batch_part, batch_path, batch_root, batches_of, root_of_member
from xactin.kernel.canonical import canonical, parse
from xactin.kernel.log.merkle import leaf_hash, list_reader, tree_root
from xactin.kernel.mandates import MandateError, make_mandate
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.signatures import PublicKey, sign_ed25519
from xactin.kernel.testing import NOON, private_key, salt, statement
from xactin.kernel.tests.small_log import SmallLog

Json = dict[str, Any]
SENSOR = PublicKey.device(private_key("sensor").public_key().public_bytes_raw())
VALUES = [{"t": n, "mm": str(n / 10)} for n in range(5)]
MEMBERS = [commit_value(salt(f"reading {n}"), value) for n, value in enumerate(VALUES)]


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40))
def test_the_root_is_that_of_rfc_9162_and_every_member_has_a_path(members: list[bytes]) -> None:
    commitments = [one.hex() for one in members]
    root, other = batch_root(iter(commitments)), sha256(b"".join(members)).hexdigest()
    leaves = [leaf_hash(one) for one in members]
    assert root == tree_root(len(leaves), list_reader(leaves)).hex()
    for index, one in enumerate(commitments):
        path = batch_path(commitments, index)
        assert root_of_member(one, index, len(commitments), path) == root
        assert root_of_member(other, index, len(commitments), path) != root


@pytest.mark.parametrize("members", [[], ["ab"], ["AB" * 32]])
def test_a_batch_has_members_that_are_commitments(members: list[str]) -> None:
    with pytest.raises(ValueError, match=r"at least one|64 lowercase"):
        batch_root(members)


def test_statement_and_effect_say_the_same_of_a_batch() -> None:
    root = batch_root(MEMBERS)
    said = statement(wrote={batch_part("readings"): root})
    assert batches_of(said, {"batch": {"n": 5}}) == {"batch.readings": (root, 5)}
    assert batches_of(statement(), {"state": {}}) == {}
    for wrong in ({}, {"batch": {"n": 0}}, {"batch": {"n": True}}, {"batch": 5}, {"batch": {"n": 5, "m": 1}}):
        with pytest.raises(ValueError, match="one batch"):
            batches_of(said, wrong)
    with pytest.raises(ValueError, match="one batch"):
        batches_of(statement(), {"batch": {"n": 5}})
    two = statement(wrote={"batch.a": root, "batch.b": root})
    with pytest.raises(ValueError, match="one batch"):
        batches_of(two, {"batch": {"n": 5}})
    with pytest.raises(ValueError, match="no name"):
        batch_part("Mưa lớn")


def test_a_device_signs_for_itself_alone() -> None:
    assert PublicKey.from_dict(SENSOR.to_dict()) == SENSOR
    assert SENSOR.custody == "device"
    make_mandate(id="m", key=SENSOR, device="sensor-1", acts=["observe"], from_=NOON)
    for holder in ({"person": "person-1"}, {"system": "timer"}):
        with pytest.raises(MandateError):
            make_mandate(id="m", key=SENSOR, **holder, from_=NOON)


@pytest.fixture(scope="module")
def log() -> SmallLog:
    """A log with a device that has sent one batch of five readings."""
    log = SmallLog()
    log.grant(SENSOR, device="sensor-1", acts=["observe"])
    return log


@pytest.fixture(scope="module")
def shown(log: SmallLog) -> Json:
    return log.place(
        statement(
            1,
            subject="observations:2026-11-24T05",
            act="observe",
            by={"device": "sensor-1"},
            saw=None,
            wrote={"batch.readings": batch_root(MEMBERS)},
            key=SENSOR.id,
        ),
        lambda made: sign_ed25519(private_key("sensor"), made),
        {"batch": {"n": len(MEMBERS)}},
    )


def opened(index: int = 3) -> Json:
    return {
        "part": "batch.readings",
        "commitment": MEMBERS[index],
        "salt": salt(f"reading {index}"),
        "value": VALUES[index],
        "index": index,
        "path": batch_path(MEMBERS, index),
    }


def test_a_bundle_opens_members_of_a_batch(log: SmallLog, shown: Json) -> None:
    verdict = verify_bundle(log.bundle([shown], opened=[opened(3), opened(0)]), log.trust)
    assert verdict.problems == ()
    assert verdict.entries[1].custody == "device"
    assert {one.commitment for one in verdict.opened} == {MEMBERS[0], MEMBERS[3]}
    assert "checked_devices" in {one.code for one in verdict.checked}


def _index(item: Json) -> None:
    item["index"] = 2


def _path(item: Json) -> None:
    item["path"] = item["path"][:-1]


def _part(item: Json) -> None:
    item["part"] = "batch.others"


def _root(item: Json) -> None:
    item["commitment"] = batch_root(MEMBERS)


def _value(item: Json) -> None:
    item["value"] = VALUES[2]


def _bare(item: Json) -> None:
    del item["index"], item["path"]


def _negative(item: Json) -> None:
    item["index"] = -1


def _half(item: Json) -> None:
    del item["path"]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (_index, {"opened_unknown"}),
        (_path, {"opened_unknown"}),
        (_part, {"opened_unknown"}),
        (_root, {"opened_unknown", "opened_wrong"}),
        (_value, {"opened_wrong"}),
        (_bare, {"opened_unknown"}),
        (_negative, {"form"}),
        (_half, {"form"}),
    ],
)
def test_a_member_that_is_not_of_its_batch_is_refused(
    log: SmallLog, shown: Json, change: Callable[[Json], None], codes: set[str]
) -> None:
    bundle = parse(log.bundle([shown], opened=[opened()]))
    change(bundle["opened"][0])
    verdict = verify_bundle(canonical(bundle), log.trust)
    assert not verdict.valid
    assert {one.code for one in verdict.problems} == codes


def test_a_batch_whose_count_is_another_opens_nothing() -> None:
    """The effect says 9: a path of 5 leads nowhere then, whoever signed the root."""
    log = SmallLog()
    log.grant(SENSOR, device="sensor-1")
    said = statement(
        1,
        act="observe",
        by={"device": "sensor-1"},
        saw=None,
        key=SENSOR.id,
        wrote={"batch.readings": batch_root(MEMBERS)},
    )
    placed = log.place(said, lambda made: sign_ed25519(private_key("sensor"), made), {"batch": {"n": 9}})
    verdict = verify_bundle(log.bundle([placed], opened=[opened()]), log.trust)
    assert [one.code for one in verdict.problems] == ["opened_unknown"]
