"""Notes of a log, read as somebody else reads them."""

from xactin.kernel.log.checkpoint import Checkpoint, open_note
from xactin.ledger import queries


def read(note: str) -> Checkpoint:
    """A note by the log's key."""
    opened = open_note(note, [queries.authority().log_key])
    assert opened.signatures
    return Checkpoint.parse(opened.text)
