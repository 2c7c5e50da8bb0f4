"""What is sealed under the one master key: private keys, contents, second factors.

Each sealing has a key of its own, derived from the master key, 24 random bytes and the context; so the
number of sealings has no practical bound, and what was sealed for one place opens in no other.
"""

import hmac
import os
from base64 import b64decode
from binascii import Error as Base64Error
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION: Final = b"\x01"
_SALT: Final = 24
_DOMAIN: Final = b"xactin/v1/seal\0"
_MAC_DOMAIN: Final = b"xactin/v1/mac\0"
# Every sealing has a key of its own, which is used once.
_NONCE: Final = bytes(12)


class SecretsError(RuntimeError):
    """Something sealed cannot be opened: another master key, another place, or changed bytes."""


class NoMasterKey(RuntimeError):
    """There is no master key: XACTIN_KEY, XACTIN_KEY_FILE, or the data folder's."""


def seal(plain: bytes, context: str) -> bytes:
    """`plain` encrypted and bound to `context`. Raises NoMasterKey."""
    salt = os.urandom(_SALT)
    return VERSION + salt + AESGCM(_key(salt, context)).encrypt(_NONCE, plain, VERSION)


def unseal(sealed: bytes, context: str) -> bytes:
    """What was sealed for this context. Raises SecretsError, NoMasterKey."""
    salt, body = sealed[1 : 1 + _SALT], sealed[1 + _SALT :]
    if sealed[:1] != VERSION or len(salt) != _SALT:
        raise SecretsError("not sealed by us")
    try:
        return AESGCM(_key(salt, context)).decrypt(_NONCE, body, VERSION)
    except InvalidTag:
        raise SecretsError(f"cannot be opened for {context}") from None


def mac(data: bytes, context: str) -> str:
    """A digest (hex) that nobody can make, or guess the data from, without the master key. Raises NoMasterKey.

    For attesting rows: who can write to the database alone makes none that fits. `context` keeps kinds apart.
    """
    key = hmac.digest(_master(), _MAC_DOMAIN + context.encode(), "sha256")
    return hmac.digest(key, data, "sha256").hex()


def _key(salt: bytes, context: str) -> bytes:
    return hmac.digest(_master(), _DOMAIN + salt + context.encode(), "sha256")


def _master() -> bytes:
    """The master key: what the settings hold, else XACTIN_KEY or XACTIN_KEY_FILE."""
    key: bytes | None = getattr(settings, "XACTIN_MASTER_KEY", None) or _from_environment()
    if key is None or len(key) != 32:
        raise NoMasterKey("set XACTIN_KEY (32 bytes in base64) or XACTIN_KEY_FILE")
    return key


def _from_environment() -> bytes | None:
    text = os.environ.get("XACTIN_KEY", "")
    if not text and os.environ.get("XACTIN_KEY_FILE"):
        text = Path(os.environ["XACTIN_KEY_FILE"]).read_text("ascii")
    try:
        return b64decode(text.strip(), validate=True) if text else None
    except Base64Error:
        return None
