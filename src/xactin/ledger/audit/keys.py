"""What signs by itself is tried: the log's key, systems' keys, and the lines of witnesses; with what their rows say."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from xactin.kernel.log.checkpoint import NoteError, VerifierKey, open_note
from xactin.kernel.signatures import PublicKey, SignatureError, sign_ed25519, verify_signature
from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.history import History
from xactin.ledger.chains.signers import key_of, system_context
from xactin.ledger.log.signing_key import opened_log_key
from xactin.vault import secrets

_LOG: Final = """
SELECT g.authority, g.name, g.origin, g.verifier_key, g.sealed, g.demo, g.genesis, l.entry, e.subject, e.effect
  FROM ledger_log g LEFT JOIN ledger_leaf l ON l.index = 0 LEFT JOIN ledger_entry e ON e.number = g.genesis
"""
_COSIGNED: Final = """
SELECT s.witness, s.line, s.seen, s.checkpoint_id, c.note
  FROM ledger_cosignature s LEFT JOIN ledger_checkpoint c ON c.size = s.checkpoint_id ORDER BY s.id
"""


def check_keys(history: History) -> Iterator[Finding]:
    """Every key that is kept here, and every line of a witness."""
    with connection.cursor() as cursor:
        cursor.execute(_LOG)
        log = cursor.fetchone()
        cursor.execute("SELECT name, mandate, sealed FROM ledger_systemkey ORDER BY name")
        systems = cursor.fetchall()
        cursor.execute(_COSIGNED)
        lines = cursor.fetchall()
    yield from (Finding("table", "log", text) for text in _log(*log))
    for name, mandate, sealed in systems:
        yield from (
            Finding("table", f"system:{name}", text) for text in _system(history, name, mandate, sealed)
        )
    yield from (Finding("log", "log", text) for row in lines for text in _cosigned(*row))


def _log(
    authority: str,
    name: str,
    origin: str,
    verifier: str,
    sealed: bytes,
    demo: bool,
    genesis: int,
    first: int | None,
    subject: str | None,
    effect: bytes | None,
) -> Iterator[str]:
    if subject != f"authority:{authority}" or (first is not None and first != genesis):
        yield "the log's row names another authority, or another genesis, than the entries"
    said: Any = orjson.loads(bytes(effect)) if effect else {}
    if (said.get("origin"), said.get("log"), said.get("demo")) != (origin, verifier, demo):
        yield "the log's row says another origin, key or nature than its genesis"
    if said.get("name", name) != name:
        yield "the log's row says another name than its genesis"
    try:
        kept = opened_log_key(bytes(sealed), origin).public_key().public_bytes_raw()
        ours = VerifierKey.parse(verifier).public
    except (secrets.SecretsError, NoteError, ValueError):
        yield "the log's key cannot be opened: no checkpoint can be signed"
        return
    if kept != ours:
        yield "the log's key kept here is not the one of its checkpoints"


def _system(history: History, name: str, mandate: UUID, sealed: bytes) -> Iterator[str]:
    granted = history.by_id.get(str(mandate))
    if granted is None or granted.mandate["system"] != name:
        yield "a system's key under a mandate that was not given to it"
        return
    try:
        private = Ed25519PrivateKey.from_private_bytes(secrets.unseal(bytes(sealed), system_context(name)))
        fits = _signs(private, granted.key)
    except (secrets.SecretsError, ValueError):
        yield "a system's key cannot be opened: it can sign nothing"
        return
    if not fits:
        yield "a system's key kept here is not the one its mandate was given for"


def _signs(private: Ed25519PrivateKey, public: PublicKey) -> bool:
    """Tried: what the private half signs, the public one verifies."""
    tried = {"act": "audit.try", "key": key_of(private).id}
    try:
        verify_signature(tried, sign_ed25519(private, tried), public)
    except SignatureError:
        return False
    return True


def _cosigned(witness: str, line: str, seen: datetime, size: int, note: str | None) -> Iterator[str]:
    name = f"the cosignature by {witness.partition('+')[0]} of size {size}"
    if note is None:
        yield f"{name}: its checkpoint is gone"
        return
    try:
        opened = open_note(note + line, [VerifierKey.parse(witness)])
    except NoteError as error:
        yield f"{name} does not hold ({error.code})"
        return
    times = [one.time for one in opened.signatures if one.time is not None]
    if [datetime.fromtimestamp(time, UTC) for time in times] != [seen]:
        yield f"{name} does not hold, or was made at another time"
