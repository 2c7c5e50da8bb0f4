"""The acts: a row lock, a check of state and right, the change, an audit row, one transaction."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bench.sides.plain.models import Audit, Dossier, Task

ROLES = {
    "receive": "reception",
    "land": "land",
    "infrastructure": "infrastructure",
    "environment": "environment",
    "approve": "chair",
    "issue": "clerk",
}
CONSULT = ("land", "infrastructure", "environment")


class NotAllowedError(Exception):
    """The act is out of turn or by the wrong person."""


@transaction.atomic
def submit(applicant: User, data: dict[str, Any]) -> Dossier:
    """Opens a dossier and its first task."""
    dossier = Dossier.objects.create(
        number=uuid4().hex,
        procedure="1.013225",
        state="submitted",
        applicant=applicant,
        data=data,
        due_at=timezone.now() + timedelta(days=9),
    )
    _open(dossier, "receive")
    Audit.objects.create(dossier=dossier, actor=applicant, act="submit", detail=data)
    return dossier


@transaction.atomic
def do(dossier_id: int, name: str, actor: User, answer: dict[str, Any]) -> None:
    """Does one task and opens what follows."""
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    task = dossier.tasks.filter(name=name, state="open").first()
    if task is None or not actor.groups.filter(name=task.role).exists():
        raise NotAllowedError(name)
    task.state, task.done_by, task.done_at, task.answer = "done", actor, timezone.now(), answer
    task.save(update_fields=["state", "done_by", "done_at", "answer"])
    _advance(dossier, name)
    Audit.objects.create(dossier=dossier, actor=actor, act=name, detail=answer)


def _advance(dossier: Dossier, name: str) -> None:
    if name == "receive":
        for consulted in CONSULT:
            _open(dossier, consulted)
        dossier.state = "consulting"
    elif name in CONSULT:
        if dossier.tasks.filter(state="open").exists():
            return
        _open(dossier, "approve")
        dossier.state = "approving"
    elif name == "approve":
        _open(dossier, "issue")
        dossier.state = "issuing"
    else:
        dossier.state = "done"
    dossier.save(update_fields=["state", "updated_at"])


def _open(dossier: Dossier, name: str) -> None:
    Task.objects.create(
        dossier=dossier, name=name, role=ROLES[name], due_at=timezone.now() + timedelta(days=2)
    )
