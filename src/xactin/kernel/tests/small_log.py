"""An authority small enough to hold in the hand, and a dossier in it signed in every way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

from xactin.kernel.attestation import (
    commit_file,
    commit_value,
    entry_digest,
    make_entry,
    published,
    time_text,
)
from xactin.kernel.log.checkpoint import Checkpoint, VerifierKey, sign_note, verifier_key
from xactin.kernel.log.merkle import inclusion_proof, leaf_hash, list_reader, tree_root
from xactin.kernel.mandates import EMPTY, make_mandate, mandate_key, mandate_leaf, prove, update
from xactin.kernel.proof.bundle_parts import make_bundle
from xactin.kernel.proof.heads import make_said
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verification import GENESIS_ACT
from xactin.kernel.signatures import PublicKey, sign_ed25519
from xactin.kernel.testing import NOON, SoftPasskey, private_key, public_key, salt, statement


class SmallLog:
    """A whole authority in memory: entries, mandates, tree, checkpoint; no clock but the one given."""

    origin = "xactin.example/h44"

    def __init__(self, *, demo: bool = True, key: str = "log") -> None:
        self.log = private_key(key)
        self.leaves: list[bytes] = []
        self.shown: list[dict[str, Any]] = []
        self.mandates: dict[str, dict[str, Any]] = {}
        self.nodes: dict[bytes, bytes] = {}
        self.root = EMPTY
        self.log_key = VerifierKey.parse(verifier_key(self.origin, self.log.public_key().public_bytes_raw()))
        self.place(
            statement(
                0,
                subject="authority:H44",
                act=GENESIS_ACT,
                by={"system": "genesis"},
                rule=None,
                saw=None,
                wrote=None,
                key=PublicKey.ed25519(self.log_key.public).id,
            ),
            lambda made: sign_ed25519(self.log, made),
            {"demo": demo, "log": self.log_key.text, "origin": self.origin},
        )

    @property
    def trust(self) -> Trust:
        return Trust((self.log_key,))

    def grant(self, key: PublicKey, **holder: Any) -> dict[str, Any]:
        """A mandate that stands from now on."""
        mandate = make_mandate(id=f"mandate-{len(self.mandates) + 1}", key=key, from_=NOON, **holder)
        self.mandates[mandate["id"]] = mandate
        self._change({mandate_key(mandate["id"]): mandate_leaf(mandate)})
        return mandate

    def end(self, mandate_id: str) -> None:
        """Takes a mandate out of the tree."""
        self._change({mandate_key(mandate_id): None})

    def _change(self, changes: dict[bytes, bytes | None]) -> None:
        self.root, fresh = update(self.root, self.nodes.__getitem__, changes)
        self.nodes.update(fresh)

    def place(
        self,
        made: Mapping[str, Any],
        sign: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        effect: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Signs a statement and sets it at the end of its subject's chain and of the log."""
        chain = [item for item in self.shown if item["entry"]["statement"]["subject"] == made["subject"]]
        entry = make_entry(
            made,
            sign(made),
            seq=len(chain),
            prev=entry_digest(chain[-1]["entry"]).hex() if chain else None,
            at=NOON,
            effect=effect or {},
        )
        shown = {"entry": entry, "index": len(self.leaves), "mandates": self.root.hex()}
        self.leaves.append(leaf_hash(published(entry_digest(entry).hex(), self.root.hex())))
        self.shown.append(shown)
        return shown

    def checkpoint(self) -> str:
        root = tree_root(len(self.leaves), list_reader(self.leaves))
        return sign_note(Checkpoint(self.origin, len(self.leaves), root).text, self.origin, self.log)

    def bundle(
        self,
        shown: Sequence[dict[str, Any]],
        *,
        opened: Sequence[Mapping[str, Any]] = (),
        checkpoint: str | None = None,
        heads: Sequence[Mapping[str, Any]] = (),
    ) -> bytes:
        """The bundle of genesis and `shown`, with every mandate that stood then."""
        reader = list_reader(self.leaves)
        chosen = [self.shown[0], *(item for item in shown if item["index"])]
        return make_bundle(
            authority="H44",
            entries=[
                item | {"inclusion": inclusion_proof(item["index"], len(self.leaves), reader)}
                for item in chosen
            ],
            mandates=[proven for item in chosen for proven in self.proven(bytes.fromhex(item["mandates"]))],
            opened=opened,
            checkpoint=checkpoint or self.checkpoint(),
            heads=heads,
        )

    def found_ledger(self) -> None:
        """Gives the ledger its key, and another entry after it, as every authority soon has."""
        self.grant(public_key("ledger"), system="ledger")
        self.place(
            statement(90, subject="case:noise", by={"system": "ledger"}, key=public_key("ledger").id),
            lambda made: sign_ed25519(private_key("ledger"), made),
        )

    def head(self, subject: str, /, *, by: str = "ledger", **other: Any) -> dict[str, Any]:
        """The head of a subject at the checkpoint of now; `other` is said instead."""
        reader, size = list_reader(self.leaves), len(self.leaves)
        chain = [item for item in self.shown if item["entry"]["statement"]["subject"] == subject]
        said = make_said(
            authority="H44",
            checkpoint=Checkpoint(self.origin, size, tree_root(size, reader)),
            subject=subject,
            entries=len(chain),
            last=entry_digest(chain[-1]["entry"]).hex(),
            at=time_text(NOON),
            key=public_key(by).id,
        )
        said |= other
        last, key = self.shown[-1], public_key(by).id
        (mandate,) = (one for one in self.mandates.values() if one["key"]["id"] == key)
        root = bytes.fromhex(last["mandates"])
        return {
            "said": said,
            "signature": sign_ed25519(private_key(by), said),
            "mandate": mandate,
            "path": [node.hex() for node in prove(root, self.nodes.__getitem__, mandate_key(mandate["id"]))],
            "leaf": {
                "index": size - 1,
                "entry": entry_digest(last["entry"]).hex(),
                "mandates": last["mandates"],
                "inclusion": [node.hex() for node in inclusion_proof(size - 1, size, reader)],
            },
        }

    def proven(self, root: bytes) -> Iterator[dict[str, Any]]:
        """Every mandate under `root`, with its path."""
        for mandate in self.mandates.values():
            with suppress(KeyError):
                path = prove(root, self.nodes.__getitem__, mandate_key(mandate["id"]))
                yield {"mandate": mandate, "root": root, "path": path}


def permit_case(log: SmallLog) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bytes]:
    """A dossier with every kind of signer: (entries, opened parts, the drawing's bytes)."""
    chair, drawing = SoftPasskey("chair"), b"%PDF drawing of a house"
    officer, citizen = public_key("officer"), public_key("citizen")
    log.grant(citizen, person="person-9")
    log.grant(officer, person="person-1", post="post-7", agency="H44.12", acts=["case.*"])
    log.grant(chair.public, person="person-2", post="post-1", agency="H44")
    log.grant(public_key("timer"), system="timer", acts=["case.tick"])
    house = {"owner": "Nguyễn Thị Ánh", "floors": 3}
    written = {
        "form.house": commit_value(salt("house"), house),
        "document.drawing": commit_file(salt("drawing"), [drawing]),
    }
    answer = {"answer.land": commit_value(salt("land"), {"agrees": True})}
    for_chair = {"by": {"person": "person-2", "post": "post-1", "agency": "H44"}, "key": chair.public.id}
    approval = statement(4, act="case.approve.sign", saw=written | answer, wrote=None, **for_chair)
    other = statement(5, subject="case:other", act="case.approve.sign", saw=None, wrote=None, **for_chair)
    together = dict(zip((approval["id"], other["id"]), chair.sign_batch([approval, other]), strict=True))
    shown = [
        log.place(
            statement(
                1,
                act="case.submit",
                by={"person": "person-9", "post": None, "agency": None},
                saw=None,
                wrote=written,
                key=citizen.id,
            ),
            lambda made: sign_ed25519(private_key("citizen"), made),
            {"state": "submitted"},
        ),
        log.place(
            statement(2, saw=written, wrote=answer), lambda made: sign_ed25519(private_key("officer"), made)
        ),
        log.place(
            statement(
                3, act="case.tick", by={"system": "timer"}, saw=None, wrote=None, key=public_key("timer").id
            ),
            lambda made: sign_ed25519(private_key("timer"), made),
        ),
        log.place(approval, lambda made: together[made["id"]], {"state": "approved"}),
    ]
    log.place(other, lambda made: together[made["id"]])
    shown.append(log.place(statement(6, act="case.issue", saw=None, wrote=None, **for_chair), chair.sign))
    opened = [
        {
            "part": "form.house",
            "commitment": written["form.house"],
            "salt": salt("house"),
            "value": house,
        },
        {
            "part": "document.drawing",
            "commitment": written["document.drawing"],
            "salt": salt("drawing"),
            "file": {"size": len(drawing), "sha256": sha256(drawing).hexdigest()},
        },
    ]
    return shown, opened, drawing
