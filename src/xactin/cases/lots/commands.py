"""Many dossiers decided at once: chosen, looked at beside one another, confirmed once, each attested singly.

The work goes on as a job: `work` may be killed anywhere and run again, since the entry of each dossier is known
beforehand. With the key kept here one confirmation is enough; a passkey signs ceremonies of at most 64 statements.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from xactin.cases.dossiers import commands as dossiers
from xactin.cases.dossiers.records import normal_data
from xactin.cases.dossiers.state.makers import planned_together
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import ActError, Forbidden, Invalid, NotFound, OutOfTurn, Stale, TaskGone
from xactin.cases.lots import queries
from xactin.cases.lots.contents import Confirmed, Item, confirmed
from xactin.cases.lots.rules import MOST, text_schema
from xactin.cases.models import Lot, LotItem, PendingAct
from xactin.identity import commands as identity
from xactin.identity.queries import Actor, NoSuchHat, actor_from, actors_of, signing_with
from xactin.kernel.refusal import Refusal
from xactin.kernel.signatures import batch
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now
from xactin.ledger.errors import AlreadyDone
from xactin.notices.commands import handle_alone
from xactin.notices.topics import Event, Matter
from xactin.ui.schema_form import cleaned, validate
from xactin.vault.ids import new_id

TOPIC: Final = "case.lot"
CEREMONY: Final = 64
"""Statements that one confirmation of a device signs (docs/decisions.md)."""
UNCONFIRMED: Final = timedelta(days=1)
UNKNOWN: Final = "0."
"""What stands for a screen that nobody could see: refused as changed."""
FINISHED: Final = timedelta(days=90)
State = LotItem.State


@transaction.atomic
def gather(*, by: Actor, tasks: Iterable[int], version: int, node: str, act: str) -> Lot:
    """Makes a lot of those of these open tasks that are the actor's, of one kind, for one act; the first `MOST`.

    Raises NotFound where none is, OutOfTurn for an act that needs answers of each dossier's own.
    """
    if act not in {one.id for one in queries.acts_of(version, node)}:
        raise OutOfTurn(_("This act cannot be done to many dossiers at once."), act=act)
    rows = queries.own(by, tasks).filter(case__version_id=version, node=node).order_by("due_at", "id")[:MOST]
    chosen = list(rows.values_list("case_id", "token"))
    if not chosen:
        raise NotFound
    lot = Lot.objects.create(
        id=new_id(),
        person_id=by.person_id,
        post_code=by.post_code or "",
        version_id=version,
        node=node,
        act=act,
        made_at=now(),
    )
    LotItem.objects.bulk_create(
        LotItem(lot=lot, place=place, case_id=case, token=token) for place, (case, token) in enumerate(chosen)
    )
    return lot


@transaction.atomic
def confirm(
    *,
    by: Actor,
    lot: UUID,
    shown: Mapping[int, str],
    data: Mapping[str, Any],
    passkey: bool = False,
    unseen: Container[int] = (),
) -> Lot:
    """Confirms the lot's dossiers that `shown` names (item: what its screen showed); the others are taken out.

    `unseen`: of which a program did not say what it had read; their entries say so.

    With the key kept here the work begins at once; with `passkey` when the device has signed (`ask`, `answer`).
    Confirmed before: the same lot again. Raises NotFound, Invalid, Forbidden.
    """
    found = Lot.objects.select_for_update().get(pk=queries.lot_for(by, lot).pk)
    if found.confirmed_at is not None:
        return found
    _require_key(by, passkey)
    told = _answers(found, data)
    wanted = {one.pk: one for one in found.items.filter(state=State.CHOSEN) if shown.get(one.pk)}
    if not wanted:
        raise Invalid({"": _("No dossier is chosen.")})
    for one in wanted.values():
        one.entry, one.state = None if passkey else new_id(), State.UNSIGNED if passkey else State.WAITING
    found.items.filter(state=State.CHOSEN).exclude(pk__in=wanted).update(state=State.OUT)
    LotItem.objects.bulk_update(wanted.values(), ["entry", "state"])
    found.passkey, found.confirmed_at = passkey, now()
    found.sealed = Confirmed(
        person=str(by.person_id),
        post=by.post_code or "",
        act=found.act,
        data=told,
        items={
            one.place: Item(
                str(one.case_id), one.token, shown[one.pk], str(one.entry or ""), one.pk in unseen
            )
            for one in wanted.values()
        },
    ).sealed(found.pk)
    found.save(update_fields=["passkey", "confirmed_at", "sealed"])
    if not passkey:
        _work_later(found)
    return found


def _require_key(by: Actor, passkey: bool) -> None:
    if by.requires_passkey and not passkey:
        raise Forbidden(_("This post signs with a passkey."))
    if passkey and signing_with(by) is None:
        raise Forbidden(_("No passkey is enrolled for this post."))


def _answers(lot: Lot, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of all dossiers together, in the one spelling. Raises Invalid."""
    act, asked = queries.act_of(lot)
    schema = text_schema(act, asked) or {"type": "object", "additionalProperties": False}
    told = cleaned(schema, normal_data(data))
    errors = validate(schema, told, language())
    if errors:
        raise Invalid(errors)
    return dict(told)


def ask(*, by: Actor, lot: UUID) -> tuple[list[dict[str, Any]], bytes, dict[str, Any]] | None:
    """What the device has to sign next: at most 64 statements, what stands for all of them, the browser's question.

    None when nothing is left to sign. What was asked before and not answered is asked anew. What cannot go along any
    more is left out, and says why.
    """
    found, signing = queries.lot_for(by, lot), signing_with(by)
    if found.confirmed_at is None or not found.passkey or signing is None:
        raise NotFound
    asked = list(found.items.filter(state=State.UNSIGNED).order_by("place"))
    PendingAct.objects.filter(pk__in=[one.entry for one in asked if one.entry]).delete()
    said = confirmed(found)
    statements: list[dict[str, Any]] = []
    with planned_together():
        for item in asked:
            item.entry, item.signature = None, None
            if len(statements) < CEREMONY and (statement := _prepared(signing, found, said, item)):
                statements.append(statement)
            item.save(update_fields=["entry", "state", "told", "signature"])
    _end_if_done(found)
    if not statements:
        return None
    root = batch(statements)[0]
    return statements, root, identity.passkey_options(signing, root)


def _prepared(signing: Actor, lot: Lot, said: Confirmed, item: LotItem) -> dict[str, Any] | None:
    """The statement of one dossier, kept until the device answers; None, and the item says why, for one left out."""
    of = said.items[item.place]
    try:
        prepared = dossiers.prepare(
            by=signing,
            case=UUID(of.case),
            task=of.task,
            act=said.act,
            data=said.data,
            shown=of.shown,
            unseen=of.unseen,
        )
    except Refusal as refused:
        _leave_out(item, refused)
        return None
    item.entry = UUID(prepared.statement["id"])
    return prepared.statement


@transaction.atomic
def answer(*, by: Actor, lot: UUID, credential: Mapping[str, Any]) -> Lot:
    """Takes the device's answer to what `ask` asked last; the work on these dossiers begins. Raises NotFound where
    that was more than ten minutes ago, SignatureRefused."""
    found = Lot.objects.select_for_update().get(pk=queries.lot_for(by, lot).pk)
    asked = list(found.items.filter(state=State.UNSIGNED, entry__isnull=False).order_by("place"))
    pending = PendingAct.objects.filter(created_at__gt=now() - dossiers.PENDING_TIME, person=by.person_id)
    kept = {one.pk: one.statement for one in pending.filter(pk__in=[one.entry for one in asked])}
    if not asked or len(kept) != len(asked):
        raise NotFound
    statements = [kept[one.entry] for one in asked if one.entry]
    places = batch(statements)[1]
    signing = signing_with(by, statements[0]["key"])
    if signing is None:
        raise NotFound
    identity.verify(signing, statements[0], identity.passkey_signature(credential, places[0]))
    for item, place in zip(asked, places, strict=True):
        item.signature = {"credential": dict(credential), "batch": place}
        item.state = State.WAITING
    LotItem.objects.bulk_update(asked, ["signature", "state"])
    _work_later(found)
    return found


def drop(*, by: Actor, lot: UUID) -> None:
    """Gives a lot up. What was done stays done; what was not is left to the inbox."""
    with transaction.atomic():
        found = Lot.objects.select_for_update().get(pk=queries.lot_for(by, lot).pk)
        if found.confirmed_at is None:
            found.delete()
            return
        left = found.items.filter(state__in=(State.UNSIGNED, State.WAITING))
        left.update(state=State.OUT)
        _end_if_done(found)


def _work_later(lot: Lot) -> None:
    handle_alone(TOPIC, str(lot.pk), {"lot": str(lot.pk)})


def worked(event: Event) -> None:
    """The job of a lot."""
    work(lot=UUID(event.body["lot"]))


def matter(body: Mapping[str, Any]) -> Matter:
    """What stands still where a lot cannot be worked on."""
    return Matter(
        vi="Giải quyết nhiều hồ sơ cùng lúc", en="Many dossiers at once", url=f"/desk/lots/{body['lot']}/"
    )


def work(*, lot: UUID) -> None:
    """Does what was confirmed and waits, one dossier after the other; run again, it goes on where it was.

    What each of them has become stands on its row as soon as it is known. An item that the owner took out meanwhile,
    or another worker did, is not done again.
    """
    found = Lot.objects.filter(pk=lot, confirmed_at__isnull=False).first()
    if found is None:
        return
    said = confirmed(found)
    actor = _actor(found)
    with override(actor.language if actor else "vi"):
        for item in found.items.filter(state=State.WAITING).order_by("place"):
            if LotItem.objects.filter(pk=item.pk, state=State.WAITING).exists():
                _work_off(actor, said, item)
    _end_if_done(found)


def _actor(lot: Lot) -> Actor | None:
    """Whose lot it is, in its post; None where they hold it no more."""
    account = actors_of([lot.person_id]).get(lot.person_id)
    try:
        return actor_from(account, lot.post_code) if account else None
    except NoSuchHat:
        return None


def _work_off(actor: Actor | None, said: Confirmed, item: LotItem) -> None:
    of = said.items[item.place]
    if item.entry and ledger.entry(item.entry) is not None:
        item.state = State.DONE  # done before we were killed
    elif actor is None:
        item.state, item.told = State.REFUSED, _("You do not hold this post any more.")
    else:
        try:
            if item.signature and item.entry:
                dossiers.complete(by=actor, case=UUID(of.case), entry=item.entry, **item.signature)
            else:
                dossiers.act(
                    by=actor,
                    case=UUID(of.case),
                    task=of.task,
                    act=said.act,
                    data=said.data,
                    shown=of.shown,
                    unseen=of.unseen,
                    entry=UUID(of.entry),
                )
            item.state = State.DONE
        except AlreadyDone:
            item.state = State.DONE
        except Refusal as refused:
            if item.entry and ledger.entry(item.entry) is not None:
                item.state = State.DONE  # another worker was faster
            else:
                _leave_out(item, refused)
    item.save(update_fields=["entry", "signature", "state", "told"])


def _leave_out(item: LotItem, refused: Refusal) -> None:
    """Why a dossier did not go along. What a device signed and cannot stand any more (ten minutes are over, the number
    of its paper was given to another) is signed once more."""
    again = isinstance(refused, Stale) and not refused.facts.get("changed")
    if item.signature and (again or isinstance(refused, NotFound)):
        item.state, item.entry, item.signature = State.UNSIGNED, None, None
        return
    item.state = State.REFUSED
    if isinstance(refused, Stale):
        item.state = State.CHANGED
    elif isinstance(refused, TaskGone | NotFound):
        item.state = State.GONE
    item.told = refused.text if isinstance(refused, ActError) else refused.in_language(language())


def _end_if_done(lot: Lot) -> None:
    left = lot.items.filter(state__in=(State.UNSIGNED, State.WAITING))
    if not left.exists():
        Lot.objects.filter(pk=lot.pk, finished_at__isnull=True).update(finished_at=now())


def sweep() -> None:
    """Forgets lots that nobody confirmed within a day, and those that were finished long ago: their acts stand."""
    Lot.objects.filter(confirmed_at__isnull=True, made_at__lt=now() - UNCONFIRMED).delete()
    Lot.objects.filter(finished_at__lt=now() - FINISHED).delete()
