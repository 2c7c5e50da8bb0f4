"""A signature filled into the one before it is what pyHanko would have written."""

import asyncio
from hashlib import sha256
from typing import Any

import pytest
from pyhanko.sign.signers import Signer

from xactin.cases.papers.signing.cms_template import CmsTemplate
from xactin.cases.papers.signing.signers import ATTRIBUTES
from xactin.cases.papers.testing import office


def test_a_filled_signature_is_what_would_have_been_written(monkeypatch: pytest.MonkeyPatch) -> None:
    signer, digest = office().chair, sha256(b"a document").digest()
    signed = []

    async def known(attributes: bytes, _algorithm: str, _dry_run: bool = False) -> bytes:
        signed.append(attributes)
        return b"\x30\x02\x05\x00" * 16  # shorter than the longest: the lengths around it change

    monkeypatch.setattr(signer, "async_sign_raw", known)
    wanted = asyncio.run(
        Signer.async_sign(signer, digest, "sha256", use_pades=True, signed_attr_settings=ATTRIBUTES)
    )
    filled = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True, signed_attr_settings=ATTRIBUTES))
    assert filled.dump() == wanted.dump()
    assert signed[0] == signed[-1], "and what was signed is the same"


def test_of_a_new_signer_one_signature_is_tried_for_all_that_is_known_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How much room one takes and what is the same in each: by one trial, and the room is enough."""
    signer, digest = office().chair, sha256(b"a document").digest()
    whole, tried = Signer.async_sign, list[bytes]()

    async def counted(self: Any, digest: bytes, *given: Any, **named: Any) -> Any:
        tried.append(digest)
        return await whole(self, digest, *given, **named)

    monkeypatch.setattr(signer, "_templates", {})
    monkeypatch.setattr(Signer, "async_sign", counted)
    room = asyncio.run(signer.room("sha256"))
    made = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True, signed_attr_settings=ATTRIBUTES))
    assert len(tried) == 1
    assert len(made.dump()) * 2 < room < len(made.dump()) * 4


def test_another_form_is_refused() -> None:
    made = asyncio.run(
        office().chair.async_sign(
            sha256(b"x").digest(), "sha256", use_pades=True, signed_attr_settings=ATTRIBUTES
        )
    ).dump()
    with pytest.raises(ValueError, match="does not stand in it"):
        CmsTemplate(made, sha256(b"y").digest())
    with pytest.raises(ValueError, match="Insufficient data"):
        CmsTemplate(made[:-90], sha256(b"x").digest())
