"""A CMS signature (RFC 5652) filled into the one that was made before by the same signer.

Between two signatures of one certificate only the digest of the document and the signature itself differ. Writing all
of it anew by asn1crypto took two thirds of the time in which a result is sealed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from asn1crypto.parser import emit, parse

_UNIVERSAL, _CONTEXT = 0, 2  # classes
_OCTETS, _SET = 4, 17  # tags


class _Part(NamedTuple):
    """One element of DER: its class, whether it holds others, its tag, its content."""

    kind: int
    method: int
    tag: int
    content: bytes

    def holding(self, parts: list[bytes]) -> bytes:
        """The same element with other content."""
        return bytes(emit(self.kind, self.method, self.tag, b"".join(parts)))


def _part(data: bytes) -> _Part:
    kind, method, tag, _header, content, _trailer = parse(data)
    return _Part(kind, method, tag, content)


def _inside(part: _Part) -> list[bytes]:
    found, rest = [], part.content
    while rest:
        _kind, _method, _tag, header, content, trailer = parse(rest)
        size = len(header) + len(content) + len(trailer)
        found.append(rest[:size])
        rest = rest[size:]
    return found


class CmsTemplate:
    """What is the same in each CMS signature of a signer without a token of time.

    `made`: one such signature as DER, over `digest`; `size`: its bytes. Raises ValueError where it has another form.
    """

    def __init__(self, made: bytes, digest: bytes) -> None:
        self._around: Final = list[
            tuple[_Part, list[bytes]]
        ]()  # outermost first: an element, what precedes the last
        self.size: Final = len(made)
        part = _part(made)
        for _level in ("ContentInfo", "[0]", "SignedData", "signerInfos", "SignerInfo"):
            *before, last = _inside(part)
            self._around.append((part, before))
            part = _part(last)
        signer_info = self._around[-1][1]
        self._attributes = _part(signer_info[3])
        if (part.tag, self._attributes.kind, self._attributes.tag) != (_OCTETS, _CONTEXT, 0):
            raise ValueError("not a signature with signed attributes and nothing behind it")
        if self._attributes.content.count(digest) != 1:
            raise ValueError("the digest does not stand in it once")
        self._digest = digest

    async def filled(self, digest: bytes, sign: Callable[[bytes], Awaitable[bytes]]) -> bytes:
        """A signature over another digest, as DER; `sign` is given what is signed."""
        attributes = self._attributes.content.replace(self._digest, digest)
        signature = await sign(bytes(emit(_UNIVERSAL, 1, _SET, attributes)))
        made = bytes(emit(_UNIVERSAL, 0, _OCTETS, signature))
        for depth, (part, before) in enumerate(reversed(self._around)):
            parts = list(before)
            if depth == 0:
                parts[3] = self._attributes.holding([attributes])
            made = part.holding([*parts, made])
        return made
