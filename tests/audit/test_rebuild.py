"""Derived tables written anew from the ledger equal those that commands wrote, act by act."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from tests.audit.world import World
from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.models import Case, Serial
from xactin.cases.procedures import commands as procedures
from xactin.cases.results.commands import revoke
from xactin.identity import commands as identity
from xactin.identity.calendars.commands import set_calendar
from xactin.identity.models import Account, Agency
from xactin.identity.queries import actor_for
from xactin.kernel.calendars import vietnam
from xactin.kernel.procedure.package import load_package
from xactin.ledger import clock
from xactin.ledger import commands as ledger
from xactin.ledger.audit import rebuild_tables, run_audit
from xactin.ledger.audit.rebuild import RebuildRefused
from xactin.ledger.testing import attested, sequence_all

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


def _new_office(world: World) -> None:
    """An agency with working hours of its own, and a post whose duties wait for a second person."""
    by, parent = actor_for("quantri1"), Agency.objects.get(code="H44")
    office = identity.create_agency(
        code="H44.300", kind="department", name_vi="Sở Thử", name_en="Test", parent=parent, by=by
    )
    set_calendar(agency=office, calendar=vietnam(), by=by)
    identity.create_post(
        agency=office, role="chair", title_vi="Giám đốc", title_en="Head", duties=["results.sign"], by=by
    )


def _new_limit(world: World) -> None:
    package = load_package(testing.package_folder(testing.PERMIT))
    procedures.set_limit(
        by=actor_for("quantri1"), package=package, name="consult_infrastructure", duration={"working_day": 1}
    )


def _supplement() -> None:
    """Of a dossier that has just come: the law lets an office ask once."""
    testing.do(testing.apply(), "receive", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})


ACTS: dict[str, Callable[[World], Any]] = {
    "an application": lambda world: testing.apply(testing.BIRTH),
    "an answer": lambda world: testing.do(
        world.open, "consult_infrastructure", "agree", {"opinion": "Đồng ý"}
    ),
    "more is asked for": lambda world: _supplement(),
    "it is taken back": lambda world: applications.withdraw(by=actor_for("congdan1"), case=world.open.pk),
    "a result is revoked": lambda world: revoke(
        by=actor_for("chutich1"), case=world.done.pk, reason="Cấp sai"
    ),
    "an office": _new_office,
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


@pytest.fixture
def moved_clock() -> Iterator[None]:
    """What this process remembers of a moved clock ends with the test, as its row does."""
    yield
    clock.forget()


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
        # Of the other rooms several at once: each makes findings of its own, and all of them have to go.
        "UPDATE identity_agency SET name_vi = 'Khác', path = 'X/', functions = '[]', closed_at = now();"
        "UPDATE identity_post SET role = 'chair', duties = '[\"results.sign\"]', title_en = 'Boss', closed_at = now();"
        "UPDATE identity_holding SET until = now(), since = since - interval '1 day';"
        "INSERT INTO identity_holding (id, person_id, post_id, since)"
        " SELECT gen_random_uuid(), person_id, (SELECT id FROM identity_post WHERE code LIKE '%auditor'), since"
        " FROM identity_holding WHERE post_id = (SELECT id FROM identity_post WHERE code LIKE '%chair' LIMIT 1);"
        "UPDATE identity_keymandate SET ended_at = now(), holding_id = NULL WHERE holding_id IS NOT NULL;"
        "UPDATE identity_signingkey SET revoked_at = now(), origins = '[\"x\"]';"
        "UPDATE identity_proposal SET outcome = 'confirmed', ended_at = now(), ended_by_id = proposed_by_id;"
        "UPDATE identity_workcalendar SET calendar = '{}', set_at = now();"
        "UPDATE identity_account SET is_active = false",
        "DELETE FROM identity_keymandate; DELETE FROM identity_proposal; DELETE FROM identity_workcalendar;"
        "DELETE FROM identity_holding",
        "UPDATE cases_authoritylimit SET duration = '{\"working_day\": 9}';"
        "UPDATE cases_procedureversion SET in_force_until = in_force_from + 1, name_vi = 'Khác', published_at = now();"
        "UPDATE cases_serial SET last = last + 7",
        "DELETE FROM cases_authoritylimit; DELETE FROM cases_serial",
    ],
)
def test_what_was_changed_in_tables_comes_back(world: World, damage: str) -> None:
    _new_office(world)
    sequence_all()
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert run_audit(1)
    _written, left = rebuild_tables()
    assert left == []


@pytest.mark.usefixtures("moved_clock")
def test_results_are_counted_anew_by_the_year_in_which_they_were_signed(world: World) -> None:
    """A permit's number says no year; the entry that gave it does."""
    ledger.shift_clock(timedelta(days=366))
    later = testing.apply()
    testing.to_result(later)
    sequence_all()
    before = set(Serial.objects.values_list("prefix", "last"))
    of_permits = [prefix for prefix, _last in before if ":" in prefix]
    assert len({prefix.rpartition(":")[2] for prefix in of_permits}) == 2
    Serial.objects.all().delete()
    rebuild_tables()
    assert set(Serial.objects.values_list("prefix", "last")) == before


def test_from_damaged_entries_nothing_is_rebuilt(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET effect = '{}' WHERE subject LIKE 'case:%' AND seq = 1")
        cursor.execute("UPDATE cases_case SET fee = 1")
    with pytest.raises(RebuildRefused, match="findings are about"):
        rebuild_tables()
    assert set(Case.objects.values_list("fee", flat=True)) == {1}
