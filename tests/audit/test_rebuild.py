"""Derived tables written anew from the ledger equal those that commands wrote, act by act."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from tests.audit.world import World
from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.models import Case
from xactin.cases.procedures import commands as procedures
from xactin.cases.results.commands import revoke
from xactin.identity import commands as identity
from xactin.identity.models import Account, Agency
from xactin.identity.queries import actor_for
from xactin.kernel.procedure.package import load_package
from xactin.ledger.audit import rebuild_tables, run_audit
from xactin.ledger.audit.rebuild import RebuildRefused
from xactin.ledger.testing import attested

# Tables are rebuilt by their owner; web may not rewrite what was signed.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once; what a test does to it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World) -> World:
    """The world, whose rows a test reads anew."""
    for case in (made.done, made.open, made.asked, made.revoked):
        case.refresh_from_db()
    return made


def _new_agency(world: World) -> None:
    parent = Agency.objects.get(code="H44")
    identity.create_agency(
        code="H44.300",
        kind="department",
        name_vi="Sở Thử",
        name_en="Test",
        parent=parent,
        by=actor_for("quantri1"),
    )


def _new_limit(world: World) -> None:
    package = load_package(testing.package_folder(testing.PERMIT))
    procedures.set_limit(
        by=actor_for("quantri1"), package=package, name="consult_infrastructure", duration={"working_day": 1}
    )


def _supplement(case: Case) -> None:
    testing.do(case, "review", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})


ACTS: dict[str, Callable[[World], Any]] = {
    "an application": lambda world: testing.apply(testing.BIRTH),
    "an answer": lambda world: testing.do(
        world.open, "consult_infrastructure", "agree", {"opinion": "Đồng ý"}
    ),
    "more is asked for": lambda world: _supplement(world.asked),
    "it is taken back": lambda world: applications.withdraw(by=actor_for("congdan1"), case=world.open.pk),
    "a result is revoked": lambda world: revoke(
        by=actor_for("chutich1"), case=world.done.pk, reason="Cấp sai"
    ),
    "an agency": _new_agency,
    "a person": lambda world: identity.make_person_account(username="moi", password=None, full_name="Mới"),
    "a key in the place of another": lambda world: identity.rotate_person_key(by=actor_for("congdan2")),
    "a token": lambda world: identity.create_token(Account.objects.get(username="congdan2")),
    "a limit": _new_limit,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_what_an_act_wrote_is_what_the_ledger_tells(world: World, act: Callable[[World], Any]) -> None:
    with attested():
        act(world)


def test_an_act_that_attests_nothing_is_seen_by_the_wrapper(world: World) -> None:
    with pytest.raises(AssertionError, match="nothing was attested"), attested():
        world.open.refresh_from_db()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE cases_case SET fee = fee + 1, phase = 'refused', state = '{}'",
        "UPDATE cases_case SET words = 'x:1'",
        "DELETE FROM cases_opentask",
        "DELETE FROM cases_caseagency",
        "DELETE FROM cases_timer",
        "UPDATE cases_opentask SET role = 'chair', due_at = now()",
        "UPDATE cases_result SET revoked_at = NULL, revoked_reason = ''",
        "UPDATE ledger_mandate SET ended = now(), person = NULL",
        "UPDATE ledger_head SET at = now() WHERE seq >= 0",
    ],
)
def test_what_was_changed_in_tables_comes_back(world: World, damage: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert run_audit(1)
    _written, left = rebuild_tables()
    assert left == []


def test_from_damaged_entries_nothing_is_rebuilt(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET effect = '{}' WHERE subject LIKE 'case:%' AND seq = 1")
        cursor.execute("UPDATE cases_case SET fee = 1")
    with pytest.raises(RebuildRefused, match="findings are about"):
        rebuild_tables()
    assert set(Case.objects.values_list("fee", flat=True)) == {1}
