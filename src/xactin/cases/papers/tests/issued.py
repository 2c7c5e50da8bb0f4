"""An issued permit from draft to seal, with a real small log behind its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from xactin.cases.papers import draft_result, seal_result
from xactin.cases.papers.signing.signers import DocumentSigner
from xactin.cases.papers.testing import AT, office, package_files, permit
from xactin.kernel.attestation import commit_file
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verification import GENESIS_ACT
from xactin.kernel.signatures import sign_ed25519
from xactin.kernel.testing import private_key, public_key, salt, statement
from xactin.kernel.tests.small_log import SmallLog


class Log(SmallLog):
    """A small log whose genesis names the document CA, or none."""

    def __init__(self, *roots: bytes) -> None:
        self.roots = [sha256(root).hexdigest() for root in roots]
        super().__init__()

    def place(self, made: Mapping[str, Any], sign: Any, effect: Mapping[str, Any] | None = None) -> Any:
        if made["act"] == GENESIS_ACT and self.roots:
            effect = {**(effect or {}), "document_roots": self.roots}
        return super().place(made, sign, effect)


@dataclass(frozen=True)
class Issued:
    draft: bytes
    bundle: bytes
    pdf: bytes
    trust: Trust


@cache
def draft() -> bytes:
    return draft_result(
        package_files("building-permit"), permit(), trial=True, at=AT, title="Giấy phép xây dựng"
    )


def proof(paper: bytes, *roots: bytes) -> tuple[bytes, Trust]:
    """A bundle in which the chair attests this paper, and who is to be believed."""
    log = Log(*roots)
    log.grant(public_key("chair"), person="person-2", post="post-1", agency="H44")
    commitment = commit_file(salt("draft"), [paper])
    by = {"person": "person-2", "post": "post-1", "agency": "H44"}
    made = statement(
        1, act="case.approve", by=by, saw={"result.draft": commitment}, wrote=None, key=public_key("chair").id
    )
    shown = log.place(made, lambda one: sign_ed25519(private_key("chair"), one))
    file = {"size": len(paper), "sha256": sha256(paper).hexdigest()}
    opened = {"part": "result.draft", "commitment": commitment, "salt": salt("draft"), "file": file}
    return log.bundle([shown], opened=[opened]), log.trust


@cache
def issued(*, named: bool = True, visible: bool = True) -> Issued:
    """A sealed permit; `named`: its log names the CA of the signers."""
    root = office().chair.chain[0].dump()
    bundle, trust = proof(draft(), *([root] if named else []))
    return Issued(draft(), bundle, seal(bundle, office().chair, office().agency, visible=visible), trust)


def seal(bundle: bytes, chair: DocumentSigner, agency: DocumentSigner, *, visible: bool = True) -> bytes:
    return seal_result(draft(), bundle, chair, agency, trial=True, at=AT, visible=visible)
