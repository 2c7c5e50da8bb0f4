"""Two bundles side by side: whether what the ledger signed in one can stand beside what it signed in the other."""

from __future__ import annotations

from typing import Any

from xactin.kernel.canonical import CanonicalError, parse
from xactin.kernel.log.checkpoint import Checkpoint, NoteError, open_note
from xactin.kernel.proof.bundle import LARGEST
from xactin.kernel.proof.bundle_form import form_problem
from xactin.kernel.proof.heads import HeadError, check_head, contradiction
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verdict import Remark, remark

Json = dict[str, Any]


def contradictions(one: bytes, two: bytes, trust: Trust) -> tuple[Remark, ...]:
    """What the heads of two bundles say against each other; empty where both may be true. Never raises.

    Only heads that hold under `trust` count: nobody is convicted by what a stranger wrote.
    """
    found = []
    for first in _heads(one, trust):
        for second in _heads(two, trust):
            code = contradiction(first, second)
            if code:
                said = first["said"]
                facts = {"origin": said["log"], "size": said["size"], "subject": said["subject"]}
                found.append(remark(f"contradiction_{code}", key=second["said"]["key"], **facts))
    return tuple(found)


def _heads(data: bytes, trust: Trust) -> list[Json]:
    try:
        bundle: Any = parse(data) if len(data) <= LARGEST else None
    except CanonicalError:
        return []
    if form_problem(bundle) is not None:
        return []
    try:
        note = open_note(bundle["checkpoint"], trust.logs)
        checkpoint = Checkpoint.parse(note.text)
    except NoteError:
        return []
    if not any(line.key.name == checkpoint.origin for line in note.signatures):
        return []
    return [head for head in bundle.get("heads", ()) if _holds(head, bundle["authority"], checkpoint)]


def _holds(head: Json, authority: str, checkpoint: Checkpoint) -> bool:
    try:
        check_head(head, authority, checkpoint)
    except HeadError:
        return False
    return True
