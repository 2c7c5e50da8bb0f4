"""Witnesses: others who saw a checkpoint and say so. Their lines are kept and served under ours.

Who is a witness is set from outside: `XACTIN_WITNESSES`, verifier keys (C2SP, cosignature/v1) between spaces.
"""

import os
from base64 import b64decode
from datetime import UTC, datetime

from xactin.kernel.log.checkpoint import WITNESS, NoteError, VerifierKey, open_note
from xactin.ledger.errors import NoteRefused
from xactin.ledger.log.anchors import read_checkpoint
from xactin.ledger.log.authority import authority
from xactin.ledger.models import Checkpoint


def witnesses() -> list[VerifierKey]:
    """The witnesses whose lines are taken."""
    keys = [VerifierKey.parse(text) for text in os.environ.get("XACTIN_WITNESSES", "").split()]
    return [key for key in keys if key.kind == WITNESS]


def cosignatures_in(note: str) -> tuple[Checkpoint, dict[VerifierKey, tuple[str, datetime]]]:
    """Our checkpoint that a cosigned note is about, and the lines of witnesses that hold. Raises
    NoteRefused.
    """
    known = witnesses()
    try:
        opened, said = open_note(note, [authority().log_key, *known]), read_checkpoint(note)
    except (NoteError, ValueError) as error:
        raise NoteRefused(facts={"reason": getattr(error, "code", "note")}) from error
    ours = Checkpoint.objects.filter(pk=said.size).first()
    if ours is None or said.origin != authority().origin or bytes(ours.root) != said.root:
        raise NoteRefused(facts={"reason": "not_ours"})
    found = {}
    for signature in opened.signatures:
        if signature.time is None:
            continue
        line = next(one for one in note.split("\n") if _is_by(one, signature.key))
        found[signature.key] = f"{line}\n", datetime.fromtimestamp(signature.time, UTC)
    if not found:
        raise NoteRefused(facts={"reason": "no_witness"})
    return ours, found


def _is_by(line: str, key: VerifierKey) -> bool:
    name, _, encoded = line.removeprefix("— ").rpartition(" ")
    return line.startswith("— ") and name == key.name and b64decode(encoded)[:4] == key.hash
