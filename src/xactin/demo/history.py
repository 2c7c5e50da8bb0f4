"""The demo's past: months of dossiers, made by the doors that people use, on the demo's own clock.

The clock goes from one look at the inbox to the next, four a working day. At each look whatever time alone does is
done, people apply, officials take up what their patience lets them (`conduct.py`), and then the demo waits until no
job and no entry waits. What is decided depends on the seed and on what stands, never on what was remembered: an
interrupted history goes on at the next start.
"""

import datetime as dates
import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app

from xactin.cases.applications.commands import Given, submit, supply, upload, withdraw
from xactin.cases.dossiers import commands
from xactin.cases.errors import ActError
from xactin.cases.models import Case, OpenTask, Timer
from xactin.cases.procedures import queries as procedures
from xactin.demo import applications
from xactin.demo.applications import Application
from xactin.demo.conduct import LOOKS, Errand, chance, choice, minds_limits, said, waits, withdraws
from xactin.demo.people import Household, Resident, data_file, households
from xactin.identity import commands as identity
from xactin.identity import queries as identity_queries
from xactin.identity.models import Account
from xactin.identity.queries import Actor, actor_for
from xactin.kernel.calendars import vietnam
from xactin.kernel.local import LOCAL
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import Act
from xactin.ledger import commands as ledger
from xactin.ledger import queries as ledger_queries
from xactin.ledger.clock import now, shift
from xactin.ledger.rolls import attest_rolls
from xactin.notices.commands import relay_once

HOUSEHOLDS: Final = 120
RESIDENT: Final = "dan"  # how account names of residents begin; nobody signs in with them
_ADMINISTRATOR: Final = "quantri1"
_ROUND: Final = timedelta(minutes=10)  # until an office sees what another has just handed on
_LOOKING: Final = timedelta(
    minutes=50
)  # how long an office is at its inbox; the last look of a day ends before 17:00
_COMES: Final = 0.3  # how likely somebody applies in a minute of the present
_COMES_AT_LOOK: Final = 0.9  # and between two looks, when time is played on


@dataclass(frozen=True)
class Step:
    """How far the history is: the demo's time, and how many of how many looks are done."""

    at: datetime
    done: int
    of: int


@dataclass(frozen=True)
class Wish:
    """Somebody will apply at this look."""

    look: int
    code: str
    household: int
    serial: int

    def entry(self, at: datetime) -> UUID:
        """The id of the statement by which it is done at a look: what was done before a kill is known by it.

        A UUID of version 7 (RFC 9562) whose random bits are drawn from the seed.
        """
        about = f"{data_file('truth.yaml')['seed']}:{self.code}:{self.serial}"
        drawn = int.from_bytes(sha256(about.encode()).digest()[:10]) & ~(0xF << 76 | 0x3 << 62)
        return UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | drawn)


def began() -> datetime | None:
    """When the demo's clock began, if it began in the past; the genesis entry says so."""
    return ledger_queries.clock_start()


def is_whole() -> bool:
    """Whether the past has caught up with the present."""
    return shift() >= timedelta(0)


def make() -> Iterator[Step]:
    """Makes what is missing of the past, up to the present; gives each step that is done.

    On an authority without a past, or with a whole one, there is nothing to do. The look during which an earlier
    process ended is looked at again: what was done in it stands.
    """
    start = began()
    if start is None or is_whole():
        return
    plan = looks(start, datetime.now(UTC))
    wishes = _wishes(len(plan))
    residents = households(data_file("truth.yaml")["seed"], HOUSEHOLDS)
    for number, at in enumerate(plan):
        if number + 1 < len(plan) and plan[number + 1] <= now():
            continue
        if at > now():
            move_clock(at - now())
        time_passes()
        for wish in wishes.get(number, ()):
            if ledger_queries.entry(wish.entry(at)) is None:
                _applies(wish, residents[wish.household], at)
        _looks_around(start, plan[number : number + 2])
        yield Step(at, number + 1, len(plan))
    if not is_whole():
        move_clock(-shift())
        time_passes()
        settle()


def move_clock(by: timedelta) -> None:
    """Moves the demo's clock forward, once what was read and told so far is attested.

    How long a row may still be on its way (`rolls.LATE`) is told by this clock: one that was written while it jumped
    would be left out for ever, and the audit would take it for one that was put in afterwards.
    """
    attest_rolls()
    ledger.shift_clock(by)


def go_on(by: timedelta) -> Iterator[Step]:
    """The authority at work from now on: its clock goes from look to look for so long; gives each that is done."""
    end = now() + by
    ahead = looks(now(), end)
    for number, at in enumerate(ahead):
        move_clock(max(timedelta(0), at - now()))
        time_passes()
        _somebody_comes(_COMES_AT_LOOK)
        _looks_around(began() or at, ahead[number : number + 2])
        yield Step(at, number + 1, len(ahead))
    move_clock(max(timedelta(0), end - now()))
    time_passes()


def look_now() -> None:
    """The slow life of the present: somebody applies now and then, and the officials take up residents' dossiers.

    Those of the visitors' own accounts are left to the visitors.
    """
    at = now()
    _somebody_comes(_COMES)
    officials_work(began() or at, at, at + _ROUND)


def _somebody_comes(likely: float) -> None:
    at = now()
    minute = int(at.timestamp()) // 60
    if chance("comes", minute) < likely:
        wish = Wish(0, _drawn(minute), int(chance("who", minute) * HOUSEHOLDS), minute)
        _applies(wish, households(data_file("truth.yaml")["seed"], HOUSEHOLDS)[wish.household], at)


def _looks_around(start: datetime, ahead: Sequence[datetime]) -> None:
    """Officials at work from a look on: what was handed on a moment ago is seen before they look away.

    `ahead`: this look and, if there is one, the next.
    """
    at = ahead[0]
    away = min(at + _LOOKING, ahead[-1])
    while True:
        done = officials_work(start, at, ahead[-1])
        settle()
        if not done or now() + _ROUND > away:
            return
        move_clock(_ROUND)


def _drawn(minute: int) -> str:
    wanted = list(data_file("truth.yaml")["dossiers"])
    return str(wanted[int(chance("what", minute) * len(wanted))])


def looks(start: datetime, end: datetime) -> list[datetime]:
    """The moments at which officials look at their inbox: four a working day, in UTC, the earliest first."""
    calendar = vietnam()
    found: list[datetime] = []
    day = start.astimezone(LOCAL).date()
    while day <= end.astimezone(LOCAL).date():
        if calendar.spans(day):
            found += [datetime.combine(day, at, LOCAL).astimezone(UTC) for at in LOOKS]
        day += timedelta(days=1)
    return [at for at in found if start < at < end]


def settle(patience: float = 120) -> None:
    """Waits until no entry waits for the log, no event for the queue and no job for a worker; helps with all three."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        while ledger.sequence_once():
            continue
        while relay_once():
            continue
        if not _jobs_wait():
            return
        _work_off()
    raise TimeoutError("the demo's jobs do not end")


def _jobs_wait() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp()))"
        )
        return bool(cursor.fetchone()[0])


def _work_off() -> None:
    """Does what is due, in this process; another worker may do some of it meanwhile."""
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        app.run_worker(wait=False, install_signal_handlers=False, delete_jobs="successful", concurrency=2)


def time_passes() -> None:
    """What time alone does, as the clock's own job does it, without waiting for its next round."""
    due = Timer.objects.filter(at__lte=now()).order_by("at").values_list("case_id", flat=True)
    for case in list(due):
        commands.tick(case=case)


def _wishes(count: int) -> dict[int, list[Wish]]:
    """Who applies at which look: evenly drawn, the last two days left out so that little is brand-new."""
    random = Random(data_file("truth.yaml")["seed"])  # noqa: S311 (a made-up world, no secret)
    found: dict[int, list[Wish]] = {}
    last = max(1, count - 2 * len(LOOKS))
    for code, wanted in data_file("truth.yaml")["dossiers"].items():
        for serial in range(wanted):
            wish = Wish(random.randrange(last), code, random.randrange(HOUSEHOLDS), serial)
            found.setdefault(wish.look, []).append(wish)
    return found


# -- people


def _applies(wish: Wish, household: Household, at: datetime) -> None:
    random = Random(f"{wish.code}:{wish.serial}")  # noqa: S311 (a made-up world, no secret)
    day = at.astimezone(LOCAL).date()
    application = applications.KINDS[wish.code](random, household, day)
    resident = application.by
    by_resident = actor(resident)
    submit(
        by=by_resident,
        code=application.code,
        data=application.data,
        documents=given(by_resident, application),
        agency=resident.commune,
        entry=wish.entry(at),
    )


def given(actor: Actor, application: Application) -> list[Given]:
    return [
        Given(kind=kind, file=upload(by=actor, stream=io.BytesIO(pdf), name=name).id)
        for kind, name, pdf in application.papers
    ]


def actor(resident: Resident) -> Actor:
    """A resident with an account; it is made when they first need one, and nobody can sign in with it."""
    username = f"{RESIDENT}{resident.id_number[-6:]}"
    if not Account.objects.filter(username=username).exists():
        identity.make_person_account(
            username=username,
            password=None,
            full_name=resident.full_name,
            id_number=resident.id_number,
            phone=resident.phone,
            address=resident.address,
            by=actor_for(_ADMINISTRATOR),
        )
    return actor_for(username)


# -- officials


def officials_work(start: datetime, at: datetime, next_look: datetime | None = None) -> int:
    """Whoever has waited long enough is served, or would be late at the next look; how many acts that were.

    What meanwhile went another way is left to the next look.
    """
    done = 0
    waiting = list(
        OpenTask.objects.filter(
            kind__in=("user", "supply"), case__applicant__account__username__startswith=RESIDENT
        )
        .select_related("case", "case__agency", "agency")
        .order_by("opened_at", "id")
    )
    for task in waiting:
        try:
            done += _turn_to(task, start, at, next_look or at)
        except ActError:
            continue
    return done


def _turn_to(task: OpenTask, start: datetime, at: datetime, next_look: datetime) -> bool:
    """Whether something was done."""
    case = task.case
    if task.kind == "supply":
        # Not in the look in which it was asked for: the same draws would ask for it again at once.
        comes = task.opened_at < at and chance("answer", case.number, at) < 0.3
        if comes:
            _supplies(case)
        return comes
    acts = tuple(offered(task).acts)
    code = procedures.version(case.version_id).package.code
    errand = Errand(case.number, task.node, task.token, code, case.agency.code, task.opened_at, acts)
    presses = task.due_at is not None and task.due_at <= next_look and minds_limits(errand)
    if not presses and _passed(task.opened_at, at) < waits(errand, start):
        return False
    if case.phase == "submitted" and case.applicant_id is not None and withdraws(case.number):
        withdraw(by=_of_person(case.applicant_id), case=case.pk, note="Tôi chưa có nhu cầu nữa.")
        return True
    _does(task, choice(errand))
    return True


def offered(task: OpenTask) -> engine.OpenTask:
    """The task as it stands, with what may be done in it."""
    return engine.task_of(procedures.version(task.case.version_id).package, task.case.state, task.token)


def advance(task: OpenTask) -> None:
    """Who has the task takes the first way onwards. Raises what `commands.act` raises."""
    _does(task, next(act for act in offered(task).acts if act.kind == "advance"))


def _does(task: OpenTask, act: Act) -> None:
    commands.act(by=doer(task), case=task.case_id, task=task.token, act=act.id, data=said(act))


def _passed(since: datetime, at: datetime) -> int:
    """How many looks came since then."""
    return max(0, sum(1 for look in _day_looks(since, at) if look > since) - 1)


def _day_looks(since: datetime, until: datetime) -> list[datetime]:
    return [
        look
        for look in _kept_looks(since.astimezone(LOCAL).date(), until.astimezone(LOCAL).date())
        if look <= until
    ]


@cache
def _kept_looks(first: date, last: date) -> list[datetime]:
    midnight = datetime.combine(first, dates.time(0), LOCAL).astimezone(UTC)
    return looks(midnight, datetime.combine(last + timedelta(days=1), dates.time(0), LOCAL).astimezone(UTC))


def doer(task: OpenTask) -> Actor:
    """Who does a task: the party of the case it waits for, or who holds the post."""
    if task.agency_id is None:
        return _of_person(task.case.applicant_id)
    holders = identity_queries.holders_of(task.agency_id, task.role)
    account = Account.objects.get(person_id=holders[0])
    return actor_for(account.username, task.role)


def _of_person(person: Any) -> Actor:
    return actor_for(Account.objects.get(person_id=person).username)


def _supplies(case: Case) -> None:
    """The applicant brings one of their papers anew."""
    actor = _of_person(case.applicant_id)
    kind = next(
        part.removeprefix("document.") for part in sorted(case.state["parts"]) if part.startswith("document.")
    )
    pdf = applications.again(kind, actor.name, case.number)
    file = upload(by=actor, stream=io.BytesIO(pdf), name=f"{kind}-bo-sung.pdf")
    supply(by=actor, case=case.pk, documents=[Given(kind=kind, file=file.id)])


def holders(agency: UUID, role: str) -> list[UUID]:
    """Who holds a post in an agency now."""
    return identity_queries.holders_of(agency, role)


def agency_doing(case: Case, function: str) -> Any:
    """The agency that does the tasks of a function for a case."""
    return identity_queries.agency(identity_queries.agency_for(case.agency_id, function))
