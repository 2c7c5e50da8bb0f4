"""Damage in a log of several chunks is named, whichever chunk it is in."""

import pytest
from django.db import connection

from xactin.kernel.log.merkle import leaf_hash
from xactin.kernel.log.tiles import new_tiles
from xactin.ledger.audit import log, run_audit, running
from xactin.ledger.chains.chain import acting
from xactin.ledger.testing import a_person, an_authority, sequence_all
from xactin.ledger.tests.damage import sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of three chunks with checkpoints in and between them; a real chunk is too long for a test."""
    monkeypatch.setattr(log, "CHUNK", 256)
    monkeypatch.setattr(running, "CHUNK", 256)
    an_authority()
    officer = a_person()
    for number in range(6):
        with acting(subject=f"note:{number}", mandates=[officer.mandate]) as chain:
            for _ in range(100):
                statement = officer.state(f"note:{number}")
                chain.append(statement, officer.sign(statement), {})
        sequence_all()
    assert run_audit(1) == []


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE ledger_leaf SET data = sha256(data) WHERE index = 20", "tile 0/0 does not fit"),
        ("UPDATE ledger_leaf SET data = sha256(data) WHERE index = 300", "tile 0/1 does not fit"),
        ("DELETE FROM ledger_leaf WHERE index = 300", "leaf 300 is gone"),
        ("DELETE FROM ledger_tile WHERE level = 1", "tile 1/0 is gone"),
        ("UPDATE ledger_tile SET hashes = sha256(hashes) WHERE level = 1", "tile 1/0 does not fit"),
        ("DELETE FROM ledger_tile WHERE level = 0 AND index = 0", "tile 0/0 is gone"),
        (
            "DELETE FROM ledger_checkpoint WHERE size = (SELECT max(size) FROM ledger_checkpoint)",
            "stand under no checkpoint",
        ),
        (
            "UPDATE ledger_checkpoint SET note = replace(note, 'xactin.test', 'xactin.text') WHERE size > 512",
            "says something else",
        ),
    ],
)
def test_damage_in_a_long_log(long_log: None, damage: str, named: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(damage)
        assert cursor.rowcount
    assert any(named in one.text for one in run_audit(1) if one.subject == "log")


def test_checkpoints_follow_each_other_across_chunks(long_log: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM ledger_checkpoint ORDER BY size")
        sizes = [size for (size,) in cursor.fetchall()]
    assert len(sizes) > 5
    for size in sizes:
        sql("UPDATE ledger_checkpoint SET previous = previous - 1000000 WHERE size = %s", size)
        assert f"the checkpoint before that of size {size} is gone" in {one.text for one in run_audit(1)}
        sql("UPDATE ledger_checkpoint SET previous = previous + 1000000 WHERE size = %s", size)
    sql("DELETE FROM ledger_checkpoint WHERE size = %s", sizes[-2])
    assert {one.text for one in run_audit(1)} == {f"the checkpoint before that of size {sizes[-1]} is gone"}


def test_a_long_history_that_was_signed_anew(long_log: None) -> None:
    """Who changes a leaf and makes all tiles anew contradicts every later checkpoint, whichever chunk it is in."""
    sql("UPDATE ledger_leaf SET data = sha256(data) WHERE index = 2")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM ledger_leaf ORDER BY index")
        hashes = [leaf_hash(bytes(data)) for (data,) in cursor.fetchall()]
        cursor.execute("SELECT size FROM ledger_checkpoint WHERE size > 2")
        sizes = {size for (size,) in cursor.fetchall()}
        for (level, index), made in new_tiles(0, hashes, lambda level, index: b"").items():
            cursor.execute(
                "UPDATE ledger_tile SET hashes = %s WHERE level = %s AND index = %s", (made, level, index)
            )
    forks = {one.text for one in run_audit(1) if one.kind == "fork"}
    assert forks == {f"the checkpoint of size {size} is over other entries" for size in sizes}
