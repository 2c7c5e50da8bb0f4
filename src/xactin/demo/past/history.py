"""The demo's past: months of dossiers, made by the doors that people use, on the demo's own clock.

The clock goes from one look at the inbox to the next, four a working day. At each look whatever time alone does is
done, people apply, officials take up what their patience lets them (`conduct.py`), and then the demo waits until no
job and no entry waits. What is decided depends on the seed and on what stands, never on what was remembered: an
interrupted history goes on at the next start.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Final
from uuid import UUID

from xactin.cases.applications.commands import submit
from xactin.cases.dossiers import commands
from xactin.cases.models import Timer
from xactin.demo import applications
from xactin.demo.past.backlog import settle, worker
from xactin.demo.past.conduct import LOOKS, chance
from xactin.demo.past.looks import looks
from xactin.demo.past.offices import Look, work
from xactin.demo.people import Household, data_file, households
from xactin.demo.residents import HOUSEHOLDS, actor, given
from xactin.kernel.local import LOCAL
from xactin.ledger import commands as ledger
from xactin.ledger import queries as ledger_queries
from xactin.ledger.clock import now, shift
from xactin.ledger.rolls import attest_rolls

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
    with worker():
        yield from _steps(start)
        if not is_whole():
            move_clock(-shift())
            time_passes()
            settle()


def _steps(start: datetime) -> Iterator[Step]:
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
    with worker():
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
    work(Look(began() or at, at, at + _ROUND))


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
    look = Look(start, ahead[0], ahead[-1])
    away = min(look.at + _LOOKING, look.until)
    while True:
        done = work(look)
        settle()
        if not done or now() + _ROUND > away:
            return
        move_clock(_ROUND)


def _drawn(minute: int) -> str:
    wanted = list(data_file("truth.yaml")["dossiers"])
    return str(wanted[int(chance("what", minute) * len(wanted))])


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
