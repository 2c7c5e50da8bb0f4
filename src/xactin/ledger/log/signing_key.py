"""The log's own key. It is opened for a checkpoint and not kept."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xactin.kernel.log.checkpoint import Checkpoint, sign_note
from xactin.kernel.log.merkle import EMPTY_ROOT
from xactin.ledger.errors import NoAuthority
from xactin.ledger.log.authority import authority
from xactin.ledger.models import Log
from xactin.vault import secrets


def log_context(origin: str) -> str:
    """What a log's sealed key is bound to."""
    return f"ledger.log:{origin}"


def opened_log_key(sealed: bytes, origin: str) -> Ed25519PrivateKey:
    """The key. Raises SecretsError."""
    return Ed25519PrivateKey.from_private_bytes(secrets.unseal(bytes(sealed), log_context(origin)))


def empty_note() -> str:
    """The signed note over a log of no entries. Raises NoAuthority."""
    origin = authority().origin
    sealed = Log.objects.values_list("sealed", flat=True).first()
    if sealed is None:
        raise NoAuthority
    return sign_note(Checkpoint(origin, 0, EMPTY_ROOT).text, origin, opened_log_key(bytes(sealed), origin))
