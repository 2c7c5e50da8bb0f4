"""A checkpoint kept off this machine: a whole database that is older, or of another history, is named."""

from collections.abc import Iterator

from xactin.kernel.log.checkpoint import Checkpoint, NoteError, open_note
from xactin.kernel.log.merkle import Frontier
from xactin.kernel.log.tiles import TileReader
from xactin.ledger.audit.findings import Finding
from xactin.ledger.log.anchors import kept_note, kept_promise
from xactin.ledger.log.authority import authority
from xactin.ledger.log.sequencing import promised_checkpoint
from xactin.ledger.log.tree import read_tile
from xactin.ledger.queries import log_size


def check_kept(note: str | None) -> Iterator[Finding]:
    """Compares the log with a note that somebody kept, and with what stands at XACTIN_ANCHOR.

    Whoever puts an old copy of the whole database in the place of the new one leaves nothing inside it that tells.
    """
    for one in filter(None, (note, kept_note())):
        yield from (Finding(kind, "log", text) for kind, text in _compared(one))


def _compared(note: str) -> Iterator[tuple[str, str]]:
    try:
        opened = open_note(note, [authority().log_key])
        kept = Checkpoint.parse(opened.text)
    except NoteError as error:
        yield "log", f"the checkpoint that was kept is no note of this log ({error.code})"
        return
    if not opened.signatures or kept.origin != authority().origin:
        yield "fork", f"the checkpoint that was kept is of another log ({kept.origin})"
    elif log_size() < kept.size and not _still_promised(note, kept):
        text = f"the log has {log_size()} entries, and {kept.size} were published: an older copy stands here"
        yield "removed", text
    elif log_size() >= kept.size > 0 and _root_at(kept.size) != kept.root:
        yield "fork", f"the first {kept.size} entries are others than those published"


def _still_promised(note: str, kept: Checkpoint) -> bool:
    """Whether a crash came between this anchor and its commit: the very entries that were meant wait here, and make
    the very root. Others that wait instead of them tell of an older copy in which people went on working."""
    promise = kept_promise()
    if promise is None or promise.note != note:
        return False
    try:
        return promised_checkpoint(promise) == kept
    except (KeyError, ValueError):
        return False  # the log pass says which tile or node is gone


def _root_at(size: int) -> bytes | None:
    try:
        return Frontier.read(size, TileReader(read_tile, log_size())).root()
    except (KeyError, ValueError):
        return None  # the log pass says which tile is gone
