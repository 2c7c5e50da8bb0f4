"""After a restore: the log must not contradict what was published, and what was erased stays erased.

A backup knows nothing of what came after it. If a higher checkpoint may have been published since,
signing on would give two histories under one name. So the log goes on only where the highest
checkpoint kept off this machine lies within what was restored; otherwise it begins a new origin
with a new key, whose first entry names the old head.
"""

from collections.abc import Iterator
from pathlib import Path

from xactin.kernel.log.checkpoint import Checkpoint
from xactin.ledger import anchors, commands, queries
from xactin.ledger.errors import NothingToErase


def settle(checkpoint: Path | None) -> Iterator[str]:
    """Decides how the log goes on, then erases again; yields what was done.

    `checkpoint` is a signed note kept elsewhere; without it, that of `XACTIN_ANCHOR` counts.
    """
    kept = anchors.read_checkpoint(checkpoint.read_text("utf-8")) if checkpoint else anchors.kept_checkpoint()
    reason = _why_not(kept)
    if reason is None:
        assert kept is not None
        yield f"the log goes on: checkpoint {kept.size} of {kept.origin} lies within what was restored"
    else:
        begun = commands.begin_new_origin(reason=reason)
        yield f"new origin {begun.origin}: {reason}"
        yield f"new log key, to be published widely: {begun.verifier_key}"
    count = sum(_erase_again(erasure) for erasure in anchors.kept_erasures())
    if count:
        yield f"erased again: {count}"


def _why_not(kept: Checkpoint | None) -> str | None:
    """Why the log may not go on under its name; None when it may."""
    own = anchors.read_checkpoint(queries.checkpoint_note())
    if kept is None:
        return "no checkpoint kept off this machine was given"
    if kept.origin != own.origin:
        return f"the kept checkpoint is of another origin, {kept.origin}"
    if kept.size > own.size:
        return f"the log was published up to {kept.size}, and restored up to {own.size}"
    if queries.root_at(kept.size) != kept.root:
        return f"the kept checkpoint {kept.size} has another root than what was restored"
    return None


def _erase_again(erasure: anchors.Erasure) -> bool:
    """Erases what an erasure after the backup had erased; false when nothing of it came back."""
    try:
        commands.erase(
            subject=erasure.subject,
            parts=erasure.parts,
            by=commands.system_signer("restore"),
            basis=erasure.basis,
            keep_until=None,
        )
    except NothingToErase:
        return False
    return True
