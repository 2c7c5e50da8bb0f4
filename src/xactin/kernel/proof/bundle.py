"""The proof that a person holds, and the verdict on it: no database, no network, no trust from inside.

    {"xt": 1, "authority": id, "checkpoint": signed note,
     "entries":  [{"entry", "index", "mandates": root hex, "inclusion": [hex]}],   by index, genesis first
     "mandates": [{"mandate", "root": hex, "path": [hex]}],   by root and id
     "opened":   [{"part", "commitment", "salt", "value" | "file": {"size", "sha256"}}],   by both first
                 a member of a batch is a value that also has "index" and "path": [hex]
     "heads":    [head]}   by subject (heads.py); no such member where there is none

One content has one spelling: canonical JSON, these members only, lists in this order, each mandate relied on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from xactin.kernel.canonical import CanonicalError, parse
from xactin.kernel.proof.bundle_form import Json, form_problem
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verdict import Verdict, remark
from xactin.kernel.proof.verifier import Verifier

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a bundle that are read: thousands of entries. Anybody may send one, and JSON grows when it is read."""


def verify_bundle(data: bytes, trust: Trust, files: Mapping[str, bytes] | None = None) -> Verdict:
    """The verdict on bundle bytes. Never raises on bad data.

    `files` are the files that the bundle speaks of, by part (or by commitment where a part was written more
    than once): whole, for what follows the attested bytes could change what a reader sees.
    """
    return _verified(data, trust, files or {}, continues=False)


def _verified(data: bytes, trust: Trust, files: Mapping[str, bytes], *, continues: bool) -> Verdict:
    try:
        bundle = _parsed(data)
    except CanonicalError as error:
        if error.reason == "not_json":
            return Verdict(False, (remark("unreadable"),))
        return Verdict(False, (remark("not_canonical", error.path.lstrip("/"), error.reason),))
    problem = form_problem(bundle)
    if problem is not None:
        return Verdict(False, (problem,))
    return Verifier(bundle, trust, files, continues).verdict()


def verify_document(data: bytes, document: bytes, trust: Trust) -> Verdict:
    """The verdict on a document that carries its own bundle, as an issued PDF does.

    As `verify_bundle`, and not valid unless an opened file of the bundle is the beginning of `document`:
    else the sound bundle of one dossier could be carried by the paper of another. What follows that beginning
    is the caller's to judge (`note_file_continues` says so): `cases.papers.inspect.verify_result` does.
    """
    files = {
        item["commitment"]: document
        for item in _opened_files(data)
        if sha256(memoryview(document)[: item["file"]["size"]]).hexdigest() == item["file"]["sha256"]
    }
    verdict = _verified(data, trust, files, continues=True)
    if files:
        return verdict
    return replace(verdict, valid=False, problems=(*verdict.problems, remark("document_other")))


def _parsed(data: bytes) -> Any:
    """The JSON of a bundle. Raises CanonicalError, also for more than any dossier's bundle holds."""
    if len(data) > LARGEST:
        raise CanonicalError("", "not_json")
    return parse(data)


def _opened_files(data: bytes) -> list[Json]:
    """The files that a bundle speaks of; none where it is no bundle."""
    try:
        bundle = _parsed(data)
    except CanonicalError:
        return []
    if form_problem(bundle) is not None:
        return []
    return [item for item in bundle["opened"] if "file" in item]
