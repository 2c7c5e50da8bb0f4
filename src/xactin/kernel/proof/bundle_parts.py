"""The parts of a bundle: put together in the one spelling that `bundle.verify_bundle` takes, and read from entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from xactin.kernel.attestation import VERSION
from xactin.kernel.batches import batches_of
from xactin.kernel.canonical import canonical
from xactin.kernel.proof.bundle_form import Json, choose_mandate, opened_order, proven_order
from xactin.kernel.proof.heads import head_order
from xactin.kernel.signatures import b64u

CONTENT_PART: Final = "content"
"""The part under which a statement's own `content` is opened."""


def make_bundle(
    *,
    authority: str,
    entries: Iterable[Mapping[str, Any]],
    mandates: Iterable[Mapping[str, Any]],
    opened: Iterable[Mapping[str, Any]] = (),
    checkpoint: str,
    heads: Iterable[Mapping[str, Any]] = (),
) -> bytes:
    """The bundle of these parts; digests may be bytes or hex, salts bytes or base64url.

    The genesis entry must be among `entries`. Mandates that no entry relies on, and what is said of a file
    beyond size and sha256, are left out.
    """
    shown = {item["index"]: _shown(item) for item in entries}
    given = {proven_order(one): one for one in map(_proven, mandates)}
    chosen = (choose_mandate(item, list(given.values()))[0] for item in shown.values())
    used = {proven_order(item): item for item in chosen if item is not None}
    disclosed = {opened_order(one): one for one in map(_opened, opened)}
    said = sorted(heads, key=head_order)
    return canonical(
        ({"heads": said} if said else {})
        | {
            "xt": VERSION,
            "authority": authority,
            "checkpoint": checkpoint,
            "entries": [shown[index] for index in sorted(shown)],
            "mandates": [used[order] for order in sorted(used)],
            "opened": [disclosed[order] for order in sorted(disclosed)],
        }
    )


def _shown(item: Mapping[str, Any]) -> Json:
    return {
        "entry": item["entry"],
        "index": item["index"],
        "mandates": _hex(item["mandates"]),
        "inclusion": [_hex(node) for node in item["inclusion"]],
    }


def _proven(item: Mapping[str, Any]) -> Json:
    path = [_hex(node) for node in item["path"]]
    return {"mandate": item["mandate"], "root": _hex(item["root"]), "path": path}


def _opened(item: Mapping[str, Any]) -> Json:
    salt = item["salt"]
    made = {
        "part": item["part"],
        "commitment": _hex(item["commitment"]),
        "salt": b64u(salt) if isinstance(salt, bytes) else salt,
    }
    if "file" in item:
        return made | {"file": {"size": item["file"]["size"], "sha256": _hex(item["file"]["sha256"])}}
    if "index" in item:
        made |= {"index": item["index"], "path": [_hex(node) for node in item["path"]]}
    return made | {"value": item["value"]}


def _hex(digest: bytes | str) -> str:
    return digest if isinstance(digest, str) else digest.hex()


def commitments_of(statement: Json) -> Iterable[tuple[str, str]]:
    """Every (part, commitment) that a statement names."""
    yield from (statement["saw"] or {}).items()
    yield from (statement["wrote"] or {}).items()
    if statement["content"] is not None:
        yield CONTENT_PART, statement["content"]


def batch_of(entry: Json) -> dict[str, tuple[str, int]]:
    """The batch that an entry writes (`batches_of`); none where statement and effect do not say the same of it."""
    try:
        return batches_of(entry["statement"], entry["place"]["effect"])
    except ValueError:
        return {}
