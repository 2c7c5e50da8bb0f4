"""A log that begins anew, after a backup came back that does not know all that was published.

The entries stay as they are. A new key and origin sign a new genesis, which names the old head; it becomes
index 0, and every entry gets its place behind it again.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from xactin.kernel.attestation import make_statement
from xactin.kernel.log.checkpoint import NoteError, open_note, verifier_key
from xactin.kernel.log.merkle import Frontier
from xactin.kernel.log.tiles import TileReader
from xactin.kernel.mandates import EMPTY
from xactin.kernel.proof.verification import GENESIS_ACT
from xactin.kernel.signatures import sign_ed25519
from xactin.ledger import clock as clocks
from xactin.ledger.chains.chain import acting
from xactin.ledger.chains.signers import key_of
from xactin.ledger.log import anchors, sequencing
from xactin.ledger.log.authority import AuthorityInfo, authority, remember
from xactin.ledger.log.signing_key import log_context
from xactin.ledger.log.tree import read_tile
from xactin.ledger.queries import checkpoint_note, log_size
from xactin.vault import secrets
from xactin.vault.ids import new_id

_BEGIN: Final = """
UPDATE ledger_log SET origin = %(origin)s, verifier_key = %(verifier_key)s, sealed = %(sealed)s, size = 0,
       mandates = %(mandates)s, genesis = (SELECT number FROM ledger_entry WHERE id = %(entry)s) WHERE id = 1
"""
_FORGET: Final = (
    "DELETE FROM ledger_cosignature",
    "DELETE FROM ledger_checkpoint",
    "DELETE FROM ledger_tile",
    "DELETE FROM ledger_leaf",
)
_QUEUE: Final = (
    "INSERT INTO ledger_unsequenced (number) SELECT number FROM ledger_entry ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a restored log goes on. `continues`: under its old origin and key."""

    continues: bool
    origin: str
    size: int
    reason: str


def settle_after_restore(kept: str | None) -> Settled:
    """Makes sure that a restored log does not contradict what it published before it was lost.

    `kept` is the highest checkpoint note kept off the machine (else that of XACTIN_ANCHOR is taken). The
    log goes on only if that note is ours and stands for a beginning of what was restored; else it begins
    anew.
    """
    if kept is None:
        kept = anchors.kept_note()
    reason = _reason_to_begin_anew(kept)
    if reason:
        info = begin_new_origin(kept)
        return Settled(False, info.origin, 0, reason)
    return Settled(True, authority().origin, log_size(), "")


def _reason_to_begin_anew(kept: str | None) -> str:
    """Why this log may not go on; empty if it may."""
    if kept is None:
        return "no checkpoint was kept off the machine"
    info = authority()
    try:
        note, checkpoint = open_note(kept, [info.log_key]), anchors.read_checkpoint(kept)
    except NoteError as error:
        return f"the kept checkpoint cannot be read ({error.code})"
    if not any(line.key == info.log_key for line in note.signatures) or checkpoint.origin != info.origin:
        return "the kept checkpoint is not of this log"
    # Kept and not committed before a crash: if these very entries came back, the same note is made again.
    if checkpoint.size > log_size():
        sequencing.keep_promise()
    size = log_size()
    if checkpoint.size > size:
        return f"entries {size} to {checkpoint.size - 1} were published, or about to be, and are not in the backup"
    if Frontier.read(checkpoint.size, TileReader(read_tile, size)).root() != checkpoint.root:
        return "the kept checkpoint is over other entries"
    return ""


@transaction.atomic
def begin_new_origin(head: str | None = None) -> AuthorityInfo:
    """Begins the log anew under a new key; everything sequenced so far is sequenced again behind a new
    genesis.

    `head` is the last note known of the old log, by default the one that stands here; genesis names it.
    """
    old = authority()
    head = head or checkpoint_note(cosigned=False)
    private = Ed25519PrivateKey.generate()
    subject = f"authority:{old.id}"
    with acting(subject=subject, mandates=[]) as chain:
        base = old.origin.partition("~")[0]
        origin = f"{base}~{chain.seq}"
        verifier = verifier_key(origin, private.public_key().public_bytes_raw())
        statement = make_statement(
            id=str(new_id()),
            authority=old.id,
            subject=subject,
            act=GENESIS_ACT,
            by={"system": "genesis"},
            at=chain.at,
            key=key_of(private).id,
        )
        effect = {"demo": old.demo, "log": verifier, "origin": origin, "continues": head}
        chain.place(statement, sign_ed25519(private, statement), effect)
        for sql in _FORGET:
            chain.write(sql)
        sealed = secrets.seal(private.private_bytes_raw(), log_context(origin))
        chain.write(
            _BEGIN,
            {
                "origin": origin,
                "verifier_key": verifier,
                "sealed": sealed,
                "mandates": EMPTY,
                "entry": statement["id"],
            },
        )
        chain.write(_QUEUE)
    clocks.forget()
    info = AuthorityInfo(old.id, old.name, old.demo, origin, verifier)
    remember(info)
    return info
