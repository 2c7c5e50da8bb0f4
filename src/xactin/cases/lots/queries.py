"""What may be asked of lots: which tasks go along, what became of each. A lot is its person's, in the post it was
made in; nobody else sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from xactin.cases.dossiers import commands as dossiers
from xactin.cases.dossiers.visibility import as_seen, own_tasks, visible
from xactin.cases.errors import ActError, NotFound
from xactin.cases.lots.rules import MOST, Common, common, usual
from xactin.cases.models import Case, Lot, LotItem, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.identity.queries import Actor
from xactin.kernel.procedure.description import Act


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Tasks of one kind among those chosen, with the acts that may be done to all of them at once."""

    version: int
    node: str
    tasks: Sequence[int]
    acts: Sequence[Act]


def own(actor: Actor, tasks: Iterable[int]) -> QuerySet[OpenTask]:
    """Those of these tasks that this post may do."""
    return OpenTask.objects.filter(own_tasks(actor), pk__in=list(tasks)[: MOST * 2], kind="user")


def named(actor: Actor, cases: Iterable[UUID]) -> list[tuple[int, UUID, str, int, str]]:
    """The actor's own open tasks of these dossiers: number, dossier, task, version, node."""
    rows = OpenTask.objects.filter(own_tasks(actor), case__in=list(cases)[:MOST], kind="user")
    return list(rows.values_list("pk", "case_id", "token", "case__version_id", "node"))


def alike(actor: Actor, tasks: Iterable[int]) -> list[Alike]:
    """The chosen tasks by their kind, the largest kind first; of each at most `MOST`, those due first."""
    kinds: dict[tuple[int, str], list[int]] = {}
    rows = own(actor, tasks).order_by("due_at", "id").values_list("pk", "case__version_id", "node")
    for task, version, node in rows:
        kinds.setdefault((version, node), []).append(task)
    found = [
        Alike(version=version, node=node, tasks=chosen[:MOST], acts=acts_of(version, node))
        for (version, node), chosen in kinds.items()
    ]
    return sorted(found, key=lambda one: -len(one.tasks))


def acts_of(version: int, node: str) -> list[Act]:
    """The acts of a task that may be done to many dossiers at once."""
    rule = procedures.version(version).package.rules.get(node)
    return [act for act in rule.acts.values() if common(usual(act)) is not None] if rule else []


def act_of(lot: Lot) -> tuple[Act, Common]:
    """The act of a lot, and what it asks of all its dossiers together."""
    found = next(act for act in acts_of(lot.version_id, lot.node) if act.id == lot.act)
    asked = common(usual(found))
    assert asked is not None
    return found, asked


def lot_for(actor: Actor, lot: UUID) -> Lot:
    """A lot of this person, in the post they wear. Raises NotFound."""
    found = Lot.objects.filter(pk=lot, person_id=actor.person_id, post_code=actor.post_code or "").first()
    if found is None:
        raise NotFound
    return found


def running(actor: Actor) -> list[Lot]:
    """The lots of this person and post that are confirmed and not finished, the newest first."""
    rows = Lot.objects.filter(person_id=actor.person_id, post_code=actor.post_code or "")
    return list(rows.filter(confirmed_at__isnull=False, finished_at__isnull=True).order_by("-made_at")[:5])


@dataclass(frozen=True, kw_only=True)
class Considered:
    """A dossier of a lot as it stands now. `refused`: why it cannot go along, "" where it can."""

    item: LotItem
    case: Case | None
    act: Act | None
    shown: str = ""
    refused: str = ""


def considered(actor: Actor, lot: Lot, *, own_answer: str) -> list[Considered]:
    """Every dossier of a lot that waits to be confirmed. `own_answer`: the words for one that needs its own."""
    items = list(lot.items.filter(state=LotItem.State.CHOSEN).order_by("place"))
    seen = visible(actor).filter(pk__in=[one.case_id for one in items]).select_related("agency")
    cases = {case.pk: as_seen(actor, case) for case in seen}
    _act, asked = act_of(lot)
    return [_considered(actor, lot, one, cases.get(one.case_id), asked, own_answer) for one in items]


def _considered(
    actor: Actor, lot: Lot, item: LotItem, case: Case | None, asked: Common, own_answer: str
) -> Considered:
    try:
        if case is None:
            raise NotFound
        offer = dossiers.offer_of(actor, item.case_id, item.token, lot.act)
    except ActError as refused:
        return Considered(item=item, case=case, act=None, refused=refused.text)
    if common(offer.act) != asked:
        return Considered(item=item, case=case, act=offer.act, refused=own_answer)
    return Considered(item=item, case=case, act=offer.act, shown=offer.shown)


def due_of(lot: Lot) -> dict[tuple[UUID, str], datetime | None]:
    """Until when each task of a lot that is open still has to be done, by dossier and task."""
    open_now = OpenTask.objects.filter(case__in=lot.items.values("case_id"), node=lot.node)
    return {(case, token): due for case, token, due in open_now.values_list("case_id", "token", "due_at")}


def counts(lot: Lot) -> dict[str, int]:
    """How many dossiers of a lot are in which state."""
    rows = lot.items.order_by().values_list("state").annotate(n=Count("pk"))
    return {str(state): int(n) for state, n in rows}


def items(lot: Lot) -> list[LotItem]:
    """The dossiers of a lot in their order."""
    return list(lot.items.select_related("case").order_by("place"))
