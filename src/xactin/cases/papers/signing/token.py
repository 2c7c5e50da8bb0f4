"""A PKCS#11 token: the key never leaves the device. Needs the extra `xactin[pkcs11]`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from xactin.cases.papers.signing.signers import DocumentSigner, SigningError, read_certificate


class Pkcs11Signer(DocumentSigner):
    """Signs with the private key `key` of the token `token`. The session stays open until `close`."""

    def __init__(
        self,
        *,
        module: str,
        token: str,
        pin: str,
        key: str,
        certificate: bytes | None = None,
        chain: Iterable[bytes] = (),
    ) -> None:
        """`module` is the token's library; labels name token and key. Without `certificate`, the token's own
        of the same label is taken. Raises SigningError (`unavailable` where the token does not answer)."""
        try:
            import pkcs11
        except ImportError as error:
            raise SigningError("unavailable", "install xactin[pkcs11]") from error
        try:
            slot = pkcs11.lib(module).get_token(token_label=token)
            self._session: Any = slot.open(user_pin=pin)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise SigningError("unavailable", type(error).__name__) from error
        try:
            super().__init__(certificate or self._own_certificate(key), chain)
            self._delegate = self._opened(key)
        except BaseException:
            self._session.close()
            raise

    def _own_certificate(self, label: str) -> bytes:
        import pkcs11

        query = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: label}
        for found in self._session.get_objects(query):
            return bytes(found[pkcs11.Attribute.VALUE])
        raise SigningError("certificate", f"the token has no certificate {label}")

    def _opened(self, label: str) -> Any:
        from pyhanko.sign.pkcs11 import PKCS11Signer

        return PKCS11Signer(
            self._session,
            signing_cert=read_certificate(self.certificate.dump()),
            key_label=label,
            use_raw_mechanism=self.certificate.public_key.algorithm == "ec",
        )

    def raw(self, data: bytes, algorithm: str) -> bytes:
        """See DocumentSigner."""
        import pkcs11

        try:
            return bytes(asyncio.run(self._delegate.async_sign_raw(data, algorithm)))
        except pkcs11.PKCS11Error as error:
            raise SigningError("unavailable", type(error).__name__) from error

    def close(self) -> None:
        """Logs out of the token."""
        self._session.close()
