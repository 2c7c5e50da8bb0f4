"""Golden vectors of `xt: 1`, kept for ever: what was signed once must read the same in any later version.

Never make these files again to let a test pass: a difference means that old proofs would no longer hold.
"""

import base64
import json
from pathlib import Path

import pytest

from xactin.kernel.attestation import (
    commit_file,
    commit_value,
    entry_digest,
    published,
    statement_bytes,
    statement_digest,
)
from xactin.kernel.log.checkpoint import Checkpoint, VerifierKey, cosign, open_note, witness_key
from xactin.kernel.log.merkle import leaf_hash, list_reader, tree_root
from xactin.kernel.log.tiles import entry_bundle, new_tiles
from xactin.kernel.mandates import check_path, mandate_key, mandate_leaf, prove, update
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.trust import Trust
from xactin.kernel.signatures import PublicKey, batch, challenge, verify_signature
from xactin.kernel.testing import SoftPasskey, private_key, salt
from xactin.kernel.tests.small_log import SmallLog, permit_case

GOLDEN = Path(__file__).parent / "golden"
NAMES = ["statements", "commitments", "signatures", "entries", "mandates", "log", "bundle", "verdict", "head"]


def small_case():
    log = SmallLog()
    shown, opened, drawing = permit_case(log)
    return log, shown, opened, drawing


def make_statements():
    _, shown, _, _ = small_case()
    return [
        {
            "statement": item["entry"]["statement"],
            "bytes": statement_bytes(item["entry"]["statement"]).decode(),
            "digest": statement_digest(item["entry"]["statement"]).hex(),
        }
        for item in shown
    ]


def make_commitments():
    value = {"owner": "Nguyễn Thị Ánh", "floors": 3}
    return {
        "salt": salt("house").hex(),
        "value": value,
        "value_commitment": commit_value(salt("house"), value),
        "file": base64.b64encode(b"%PDF drawing").decode(),
        "file_commitment": commit_file(salt("house"), [b"%PDF drawing"]),
    }


def make_signatures():
    log, shown, _, _ = small_case()
    keys = {mandate["key"]["id"]: mandate["key"] for mandate in log.mandates.values()}
    made = [item["entry"] for item in shown]
    statements = [entry["statement"] for entry in made]
    root, paths = batch(statements)
    return {
        "signed": [entry | {"place": None, "key": keys[entry["statement"]["key"]]} for entry in made],
        "challenges": [challenge(statement).hex() for statement in statements],
        "batch": {"root": root.hex(), "places": paths},
        "passkey": SoftPasskey("chair").public.to_dict(),
    }


def make_entries():
    _, shown, _, _ = small_case()
    return [
        {
            "entry": item["entry"],
            "digest": entry_digest(item["entry"]).hex(),
            "mandates": item["mandates"],
            "published": published(entry_digest(item["entry"]).hex(), item["mandates"]).hex(),
        }
        for item in shown
    ]


def make_mandates():
    log, _, _, _ = small_case()
    return {
        "root": log.root.hex(),
        "nodes": {digest.hex(): node.hex() for digest, node in sorted(log.nodes.items())},
        "mandates": [
            {
                "mandate": mandate,
                "key": mandate_key(mandate["id"]).hex(),
                "leaf": mandate_leaf(mandate).hex(),
                "path": [
                    node.hex() for node in prove(log.root, log.nodes.__getitem__, mandate_key(mandate["id"]))
                ],
            }
            for mandate in log.mandates.values()
        ],
    }


def make_log():
    log, _, _, _ = small_case()
    text = open_note(log.checkpoint(), [log.log_key]).text
    leaves = [leaf_hash(bytes([number])) for number in range(7)]
    witness = private_key("witness")
    return {
        "leaf_hashes": [leaf.hex() for leaf in log.leaves],
        "roots": [tree_root(size, list_reader(leaves)).hex() for size in range(8)],
        "tiles": {
            f"{level}/{index}": data.hex() for (level, index), data in new_tiles(0, leaves, dict).items()
        },
        "entry_bundle": entry_bundle([bytes(32), bytes(32)]).hex(),
        "checkpoint": log.checkpoint(),
        "log_key": log.log_key.text,
        "witness_key": witness_key("witness.example", witness.public_key().public_bytes_raw()),
        "cosignature": cosign(text, "witness.example", witness, time=1_780_000_000),
    }


def make_bundle():
    log, shown, opened, drawing = small_case()
    return {
        "bundle": log.bundle(shown, opened=opened).decode(),
        "trust": log.log_key.text,
        "files": {"document.drawing": base64.b64encode(drawing).decode()},
    }


def make_verdict():
    log, shown, opened, drawing = small_case()
    verdict = verify_bundle(log.bundle(shown, opened=opened), log.trust, {"document.drawing": drawing})
    # Words may be bettered; codes and facts may not change.
    value = json.loads(json.dumps(verdict.to_dict()))
    for name in ("problems", "checked", "notes"):
        value[name] = [item["code"] for item in value[name]]
    for later in ("endings", "answer"):  # fields are only added; head.json has the first
        del value[later]
    return value


def make_head():
    log = SmallLog()
    shown, _, _ = permit_case(log)
    log.found_ledger()
    head = log.head(shown[0]["entry"]["statement"]["subject"])
    bundle = log.bundle(shown, heads=[head])
    verdict = verify_bundle(bundle, log.trust)
    return {
        "bytes": statement_bytes(head["said"]).decode(),
        "head": head,
        "bundle": bundle.decode(),
        "endings": [item.code for item in verdict.endings],
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_today_is_what_was_made_then(name):
    kept = json.loads((GOLDEN / f"{name}.json").read_text())
    assert globals()[f"make_{name}"]() == kept


def test_the_kept_bundle_is_still_valid():
    kept = json.loads((GOLDEN / "bundle.json").read_text())
    files = {part: base64.b64decode(data) for part, data in kept["files"].items()}
    assert verify_bundle(kept["bundle"].encode(), Trust.parse(kept["trust"]), files).valid


def test_the_kept_signatures_still_hold():
    for item in json.loads((GOLDEN / "signatures.json").read_text())["signed"]:
        verify_signature(item["statement"], item["signature"], PublicKey.from_dict(item["key"]))


def test_the_kept_mandates_still_stand():
    kept = json.loads((GOLDEN / "mandates.json").read_text())
    root = bytes.fromhex(kept["root"])
    leaves = {}
    for item in kept["mandates"]:
        key, leaf = bytes.fromhex(item["key"]), bytes.fromhex(item["leaf"])
        assert check_path(root, key, leaf, [bytes.fromhex(node) for node in item["path"]])
        leaves[key] = leaf
    assert update(bytes(32), {}.__getitem__, leaves)[0] == root


def test_the_kept_checkpoint_still_opens():
    kept = json.loads((GOLDEN / "log.json").read_text())
    keys = [VerifierKey.parse(kept["log_key"]), VerifierKey.parse(kept["witness_key"])]
    opened = open_note(kept["checkpoint"] + kept["cosignature"], keys)
    assert len(opened.signatures) == 2
    assert Checkpoint.parse(opened.text).size == len(kept["leaf_hashes"])
