"""Every column is a decision: seen by the audit, or free for a reason that stands in `docs/audit.md`."""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.audit.columns import Column, columns, described, seen
from tests.audit.damage import DAMAGE, named
from tests.audit.world import World
from xactin.cases import testing
from xactin.ledger import queries
from xactin.ledger.audit import audit
from xactin.ledger.testing import sequence_all

TRIAL = os.environ.get("XACTIN_TRIAL") == "1"
SEED, SAMPLE = 2026, 12


def test_each_column_is_decided_once() -> None:
    lists = described()
    named = [name for one in ("seen", "free") for name in lists[one]]
    assert len(named) == len(set(named))
    assert set(named) == {str(column) for column in columns()}
    assert all(lists["free"].values())


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once; each change is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def _chosen() -> list[Column]:
    every = [column for column in columns() if str(column) in described()["seen"]]
    return every if TRIAL else sorted(random.Random(SEED).sample(every, SAMPLE))


@pytest.mark.django_db
def test_what_is_looked_at_is_said(world: World) -> None:
    report = audit(1)
    assert report.findings == []
    looked = report.looked_at
    assert looked["entries"] == looked["leaves"]
    assert looked["effects decided again"] > 20
    # A revocation, an invitation and its answer, a receipt's code and a handing out, which are no acts of the engine's.
    assert looked["effects only folded"] == 5


@pytest.mark.django_db
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("column", _chosen(), ids=str)
def test_a_column_changed_by_sql_is_named(world: World, column: Column) -> None:
    """`None`: the database itself lets no row be changed, or there is none (`docs/audit.md` says how it is seen)."""
    assert seen(column) is not False


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_each_damage_is_named(world: World) -> None:
    """Swaps, what was taken away, what was put in: each alone leaves every column with a value that may stand there."""
    chosen = sorted(DAMAGE) if TRIAL else sorted(random.Random(SEED).sample(sorted(DAMAGE), SAMPLE))
    assert not [name for name in chosen if not named(DAMAGE[name])]


@pytest.mark.django_db
def test_a_database_put_back_to_an_earlier_day_is_named(world: World) -> None:
    """Inside it is sound: only what was kept elsewhere tells."""
    before = queries.checkpoint_note()
    with transaction.atomic():
        testing.apply()
        sequence_all()
        kept = queries.checkpoint_note()
        assert audit(1, checkpoint=before).findings == []
        assert audit(1, checkpoint=kept).findings == []
        transaction.set_rollback(True)
    (found,) = audit(1, checkpoint=kept).findings
    assert (found.kind, "an older copy stands here" in found.text) == ("removed", True)
    assert audit(1, checkpoint=kept.replace("/log/", "/other/")).findings


@pytest.mark.django_db
def test_an_audit_from_a_size_looks_at_what_came_after(world: World) -> None:
    size = queries.log_size()
    with transaction.atomic():
        case = testing.apply()
        sequence_all()
        whole, part = audit(1), audit(1, since=size)
        assert part.findings == []
        assert part.looked_at["subjects"] == 1 < whole.looked_at["subjects"]
        type(case).objects.filter(pk=case.pk).update(fee=1)
        assert [one.subject for one in audit(1, since=size).findings] == [f"case:{case.pk}"]
        type(case).objects.filter(pk=world.open.pk).update(fee=1)
        assert [one.subject for one in audit(1, since=size).findings] == [f"case:{case.pk}"]
        transaction.set_rollback(True)
