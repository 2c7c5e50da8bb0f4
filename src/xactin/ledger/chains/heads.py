"""The head of a subject as the ledger signs it for whoever may hold a bundle (kernel `heads.py`)."""

from typing import Any, Final

import orjson
from django.db import connection

from xactin.kernel.attestation import time_text
from xactin.kernel.log.checkpoint import Checkpoint
from xactin.kernel.log.merkle import inclusion_proof
from xactin.kernel.log.tiles import TileReader
from xactin.kernel.mandates import mandate_key, prove
from xactin.kernel.proof.heads import make_said
from xactin.ledger.chains.signers import LEDGER, standing_signer
from xactin.ledger.clock import now
from xactin.ledger.log.authority import authority
from xactin.ledger.log.tree import mandate_node, read_tile
from xactin.ledger.models import Mandate

# A chain enters the log in its own order, so its entries under a checkpoint are its first ones.
_LAST: Final = """
SELECT e.seq, e.digest FROM ledger_entry e JOIN ledger_leaf l ON l.entry = e.number
 WHERE e.subject = %s AND l.index < %s ORDER BY e.seq DESC LIMIT 1
"""
_LEAF: Final = """
SELECT e.digest, l.mandates FROM ledger_leaf l JOIN ledger_entry e ON e.number = l.entry WHERE l.index = %s
"""


def signed_heads(checkpoint: Checkpoint, subject: str) -> list[dict[str, Any]]:
    """The head of a subject at a checkpoint of ours: one, or none where nothing of it is under it yet.

    None either while the ledger's key is not in the tree of mandates: of an authority just begun.
    """
    signer = standing_signer(LEDGER)
    if signer is None or not checkpoint.size:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LAST, (subject, checkpoint.size))
        last = cursor.fetchone()
        cursor.execute(_LEAF, (checkpoint.size - 1,))
        digest, root = cursor.fetchone()
    mandate = orjson.loads(Mandate.objects.values_list("mandate", flat=True).get(pk=signer.mandate))
    try:
        path = prove(bytes(root), mandate_node, mandate_key(mandate["id"]))
    except KeyError:
        return []
    if last is None:
        return []
    said = make_said(
        authority=authority().id,
        checkpoint=checkpoint,
        subject=subject,
        entries=last[0] + 1,
        last=bytes(last[1]).hex(),
        at=time_text(now()),
        key=signer.key_id,
    )
    reader = TileReader(read_tile, checkpoint.size)
    inclusion = inclusion_proof(checkpoint.size - 1, checkpoint.size, reader)
    leaf = {
        "index": checkpoint.size - 1,
        "entry": bytes(digest).hex(),
        "mandates": bytes(root).hex(),
        "inclusion": [node.hex() for node in inclusion],
    }
    return [
        {
            "said": said,
            "signature": signer.sign(said),
            "mandate": mandate,
            "path": [node.hex() for node in path],
            "leaf": leaf,
        }
    ]
