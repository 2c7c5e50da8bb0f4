"""What two persons do to erase: one orders, with the ground in law; another carries it out, or drops the order."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from xactin.cases.dossiers.records import subject_of
from xactin.cases.erasure import queries
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn
from xactin.cases.models import Erasure
from xactin.cases.runtime import DROP_ERASURE, ERASURE
from xactin.identity import commands as identity
from xactin.identity.queries import Actor
from xactin.ledger import commands as ledger
from xactin.ledger.queries import entry as entry_of
from xactin.notices.commands import outbox_sql
from xactin.vault.ids import new_id

LONGEST = 300


def order(*, by: Actor, case: UUID, basis: str, parts: Collection[str] | None = None) -> UUID:
    """Orders that a dossier's content goes: these parts, all of them if None. Nothing goes yet; returns the order's id.

    `basis` is the ground in law; it stays in the ledger and holds no personal data. Raises NotFound (also for whom
    the duty is missing), Invalid, MustBeKept, OutOfTurn where an order waits already.
    """
    found = queries.case_for(by, case)
    ground = " ".join(basis.split())[:LONGEST]
    there = queries.standing(found)
    named = {part: there[part] for part in (there if parts is None else parts) if part in there}
    if not ground:
        raise Invalid({"basis": _("Please name the ground in law: it is what the second person decides by.")})
    if not named:
        raise Invalid({"parts": _("Nothing was chosen that still stands.")})
    subject, id = subject_of(case), new_id()
    ledger.require_erasable(subject)
    lock = "SELECT id FROM cases_erasure WHERE case_id = %s AND ended_at IS NULL", (case,)
    with ledger.acting(subject=subject, mandates=[by.mandate_id], reads=[lock]) as chain:
        if chain.rows[0]:
            raise OutOfTurn(_("An order to erase this dossier waits already."))
        effect = {"basis": ground, "parts": named}
        chain.attest(identity.signer_of(by), act=ERASURE, effect=effect, id=id)
        Erasure.objects.create(
            id=id, case=found, parts=named, basis=ground, ordered_by_id=by.person_id, ordered_at=chain.at
        )
        chain.write(*outbox_sql("case.erasure", {"case": str(case), "by": str(by.person_id)}))
    return id


def confirm(*, by: Actor, erasure: UUID, case: UUID | None = None) -> None:
    """A second person carries an order out: content and salts go, and what tables held of them.

    `case` is the dossier that was shown, where one was. Raises NotFound (also for an order of another dossier),
    Forbidden for who ordered it, MustBeKept, NothingToErase.
    """
    with transaction.atomic():
        waiting = _waiting(by, erasure, case)
        if waiting.ordered_by_id == by.person_id:
            raise Forbidden(_("You ordered this yourself: somebody else has to confirm it."))
        ref = ledger.erase(
            subject=subject_of(waiting.case_id),
            commitments=[one for found in waiting.parts.values() for one in found],
            by=identity.signer_of(by),
            basis=waiting.basis,
            order=erasure,
        )
        entry = entry_of(ref.id)
        assert entry is not None  # written a moment ago, in this transaction
        _end(waiting, by, "erased", entry.at)


def drop(*, by: Actor, erasure: UUID, case: UUID | None = None) -> None:
    """The order is dropped, by whoever gave it or another who might have confirmed it. Raises NotFound."""
    with transaction.atomic():
        waiting = _waiting(by, erasure, case)
        with ledger.acting(subject=subject_of(waiting.case_id), mandates=[by.mandate_id]) as chain:
            chain.attest(identity.signer_of(by), act=DROP_ERASURE, effect={"order": str(erasure)})
            at = chain.at
        _end(waiting, by, "dropped", at)


def _waiting(by: Actor, erasure: UUID, case: UUID | None) -> Erasure:
    """The order under its lock, if it still waits and this actor has the duty for it. Raises NotFound."""
    rows = Erasure.objects.select_for_update(of=("self",)).filter(pk=erasure, ended_at__isnull=True)
    found = rows.first()
    if found is None or case not in (None, found.case_id):
        raise NotFound
    queries.case_for(by, found.case_id)
    return found


def _end(waiting: Erasure, by: Actor, outcome: str, at: datetime) -> None:
    waiting.ended_at, waiting.outcome, waiting.ended_by_id = at, outcome, by.person_id
    waiting.save(update_fields=["ended_at", "outcome", "ended_by"])
