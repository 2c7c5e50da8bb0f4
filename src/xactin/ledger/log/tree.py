"""The stored trees: tiles of the log, and nodes of the trees of mandates, which never change once written."""

from functools import lru_cache

from xactin.ledger.models import MandateNode, Tile


def read_tile(level: int, index: int) -> bytes:
    """The stored hashes of a tile; KeyError if there is none."""
    found = Tile.objects.filter(level=level, index=index).values_list("hashes", flat=True).first()
    if found is None:
        raise KeyError((level, index))
    return bytes(found)


@lru_cache(maxsize=65_536)
def mandate_node(digest: bytes) -> bytes:
    """The node with this hash; KeyError if there is none. Kept: a node is its hash."""
    found = MandateNode.objects.filter(pk=digest).values_list("node", flat=True).first()
    if found is None:
        raise KeyError(digest)
    return bytes(found)
