"""The subject pass: each chain entry by entry, its content, and the rows derived from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any, Final

from django.db import connection

from xactin.kernel.attestation import StatementError, check_entry, published
from xactin.kernel.batches import batches_of
from xactin.kernel.canonical import CanonicalError
from xactin.kernel.mandates import MandateError, check_cover
from xactin.kernel.proof.verification import GENESIS_ACT, GenesisError, verify_genesis
from xactin.kernel.signatures import SignatureError, verify_signature
from xactin.ledger.audit.batches import check_batch
from xactin.ledger.audit.counts import count
from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.folds import Told, check_folds
from xactin.ledger.audit.history import History, position
from xactin.ledger.chains.chain import entry_bytes
from xactin.ledger.log.authority import authority
from xactin.ledger.queries import EntryRow, entry_row
from xactin.vault.queries import Content, batches_between, contents_between

_ENTRIES: Final = """
SELECT e.subject, e.number, e.id, l.data, e.statement, e.signature, e.effect, e.prev, e.seq, e.at, e.digest,
       l.index, l.mandates
  FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry = e.number
 WHERE e.subject >= %s AND (%s::text IS NULL OR e.subject < %s)
 ORDER BY e.subject, e.seq, e.number
"""
_HEADS: Final = """
SELECT subject, seq, digest, at FROM ledger_head
 WHERE subject >= %s AND (%s::text IS NULL OR subject < %s)
"""


@dataclass(slots=True)
class _Chain:
    """One subject while it is checked."""

    subject: str
    history: History
    findings: list[Finding] = field(default_factory=list)
    rows: list[EntryRow] = field(default_factory=list)
    next: int = 0  # the seq that comes next
    digest: bytes | None = None  # of the entry before
    index: int | None = -1  # of the entry before; None once entries wait
    committed: dict[str, int] = field(default_factory=dict)
    parts: dict[str, list[tuple[int, str]]] = field(
        default_factory=dict
    )  # versions of each, as entries wrote them
    batches: dict[str, tuple[str, int]] = field(default_factory=dict)  # root: (name, count)
    erased: set[str] = field(default_factory=set)

    def find(self, kind: str, text: str) -> None:
        """Adds a finding."""
        self.findings.append(Finding(kind, self.subject, text))


def check_subjects(history: History, low: str, high: str | None) -> list[Finding]:
    """Checks every subject from `low` to before `high`, and the rows derived from it."""
    findings, told = told_between(history, low, high)
    return [*findings, *check_folds(told)]


def told_between(history: History, low: str, high: str | None) -> tuple[list[Finding], list[Told]]:
    """What is wrong with chains and contents from `low` to before `high`, and the subjects that can be folded."""
    findings: list[Finding] = []
    told: list[Told] = []
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, (low, high, high))
        heads = {subject: (seq, digest, at) for subject, seq, digest, at in cursor.fetchall()}
        cursor.execute(_ENTRIES, (low, high, high))
        rows = cursor.fetchall()
    contents: dict[str, list[Content]] = {}
    for content in contents_between(low, high):
        contents.setdefault(content.subject, []).append(content)
    kept = batches_between(low, high)
    for subject, group in groupby(rows, key=lambda row: row[0]):
        chain = _Chain(subject, history)
        for row in group:
            _check_entry(chain, *row[1:])
        _check_head(chain, heads.pop(subject, None))
        standing = _by_commitment(contents.pop(subject, []))
        _check_contents(chain, standing)
        count("subjects")
        count("entries", len(chain.rows))
        count("contents", len(chain.committed))
        for root, (name, many) in chain.batches.items():
            kept.discard((subject, root))
            for kind, text in check_batch(subject, name, (root, many), chain.erased):
                chain.find(kind, text)
        findings += chain.findings
        # A fold over damaged entries would only say again that they are damaged.
        if not any(one.kind in ("statement", "removed") for one in chain.findings):
            told.append(Told(subject, chain.rows, standing))
    findings += [
        Finding("removed", subject, f"all {seq + 1} entries are gone")
        for subject, (seq, _, _) in heads.items()
        if seq >= 0
    ]
    findings += [
        Finding("payload", subject, f"{one.part}: content that no statement commits to")
        for subject, found in contents.items()
        for one in found
    ]
    findings += [
        Finding("payload", subject, f"a batch that no statement commits to ({root[:12]})")
        for subject, root in sorted(kept)
    ]
    return findings, told


def _check_entry(chain: _Chain, number: int, id: Any, data: bytes | None, *columns: Any) -> None:
    statement, signature, effect, prev, seq, _, digest, index, mandates = columns
    name = f"entry {seq}"
    _check_order(chain, name, seq, prev, index)
    chain.digest = bytes(digest)
    try:
        row = entry_row(*columns)
        whole = check_entry(row.entry)
        place = row.entry["place"]
        # From here on the stored pieces are known to be canonical, so that none has to be written down again.
        if whole != entry_bytes(
            bytes(statement),
            bytes(signature),
            bytes(effect),
            seq=place["seq"],
            prev=place["prev"],
            at=place["at"],
        ):
            raise CanonicalError("", "not_canonical")
    except (ValueError, KeyError, TypeError) as error:
        chain.find("statement", f"{name}: statement, signature or effect is not of its form ({error})")
        return
    chain.rows.append(row)
    said = row.entry["statement"]
    if (said["id"], said["subject"], said["authority"]) != (str(id), chain.subject, authority().id):
        chain.find("statement", f"{name}: the statement names another id, subject or authority than its row")
    signed = _check_signature(chain, name, row, bytes(statement), position(index, number))
    made = sha256(whole).digest()
    if made != row.digest:
        if signed:
            chain.find("place", f"{name}: its digest does not fit: effect, time or order was changed")
        else:
            chain.find("signature", f"{name}: its digest does not fit: statement or signature was changed")
    elif data is not None and published(made.hex(), bytes(mandates).hex()) != bytes(data):
        chain.find("log", f"{name}: the log holds another entry at index {index}")
    _take_commitments(chain, row)


def _check_order(chain: _Chain, name: str, seq: int, prev: bytes | None, index: int | None) -> None:
    if seq < chain.next:
        chain.find("fork", f"{name}: two entries claim this place")
    elif seq > chain.next:
        chain.find("removed", f"entries {chain.next} to {seq - 1} are gone")
    elif (None if prev is None else bytes(prev)) != chain.digest:
        chain.find("reordered", f"{name}: it follows another entry than the one before it")
    # A log that began anew has its genesis before the older entries of the same chain.
    if index is not None and index > 0 and (chain.index is None or index <= chain.index):
        chain.find("reordered", f"{name}: it stands in the log before the entry it follows")
    chain.index, chain.next = index, seq + 1


def _check_signature(chain: _Chain, name: str, row: EntryRow, message: bytes, place: tuple[int, int]) -> bool:
    """Whether the signature holds; says so, and whether the key was allowed then."""
    said, signature, at = row.entry["statement"], row.entry["signature"], row.entry["place"]["at"]
    if said["act"] == GENESIS_ACT:
        return _check_genesis(chain, name, row)
    reason = "no mandate for this key"
    for standing in chain.history.by_key.get(said["key"], ()):
        try:
            check_cover(standing.mandate, said, at)
        except MandateError as error:
            reason = error.code
            continue
        if not standing.held_at(place):
            reason = "mandate_ended" if standing.since < place else "mandate_early"
            continue
        try:
            verify_signature(said, signature, standing.key, message=message)
        except SignatureError as error:
            chain.find("signature", f"{name}: the signature does not fit the statement ({error.code})")
            return False
        return True
    chain.find("validity", f"{name}: key {said['key']} was not allowed to sign this then ({reason})")
    return _signed_by_any(chain, said, signature)


def _signed_by_any(chain: _Chain, said: dict[str, Any], signature: Any) -> bool:
    for standing in chain.history.by_key.get(said["key"], ()):
        try:
            verify_signature(said, signature, standing.key)
        except SignatureError:
            continue
        return True
    return False


def _check_genesis(chain: _Chain, name: str, row: EntryRow) -> bool:
    info, effect = authority(), row.entry["place"]["effect"]
    key = chain.history.log_keys.get(str(effect.get("log")))
    if key is None:
        chain.find("signature", f"{name}: a genesis that names no log key")
        return False
    try:
        demo = verify_genesis(row.entry, key)
    except (GenesisError, SignatureError, StatementError) as error:
        chain.find("signature", f"{name}: the genesis does not hold ({error})")
        return False
    ours = key == info.log_key
    if (row.index is not None and ours != (row.index == 0)) or demo != info.demo:
        chain.find("table", f"{name}: the log's row says another key, or another nature, than its genesis")
    return True


def _check_head(chain: _Chain, head: tuple[int, bytes | None, Any] | None) -> None:
    if not chain.rows:
        return
    last = chain.rows[-1]
    if head is None:
        chain.find("table", "the head of this chain is gone")
    elif head[0] > last.seq:
        chain.find("removed", f"entries {last.seq + 1} to {head[0]} are gone")
    elif (head[0], bytes(head[1] or b""), head[2]) != (last.seq, last.digest, last.at):
        chain.find("table", "the head of this chain is not its last entry")


def _take_commitments(chain: _Chain, row: EntryRow) -> None:
    """What this entry says about contents: committed to, or erased."""
    said = row.entry["statement"]
    try:
        batches = batches_of(said, row.effect)
    except ValueError as error:
        chain.find("statement", f"entry {row.seq}: {error}")
        batches = {}
    for part, (root, many) in batches.items():
        chain.batches[root] = f"{part} of entry {row.seq}", many
    wrote = {part: one for part, one in (said["wrote"] or {}).items() if part not in batches}
    for commitment in [*wrote.values(), *([said["content"]] if said["content"] else [])]:
        chain.committed.setdefault(commitment, row.seq)
    for part, commitment in wrote.items():
        chain.parts.setdefault(part, []).append((row.seq, commitment))
    erased = row.effect.get("erased", {})
    if said["act"].endswith(".erase") and isinstance(erased, dict):
        for commitments in erased.values():
            chain.erased.update(commitments)


def _by_commitment(contents: Sequence[Content]) -> dict[str, Content]:
    """Contents by what commits to them; where one is kept twice, the sound one counts."""
    return {one.commitment: one for one in sorted(contents, key=lambda one: one.state == "sound")}


def _check_contents(chain: _Chain, standing: Mapping[str, Content]) -> None:
    for commitment, seq in chain.committed.items():
        found = standing.get(commitment)
        part, state = (found.part, found.state) if found else ("content", "gone")
        if commitment in chain.erased:
            if state != "erased":
                chain.find("erasure", f"{part} of entry {seq}: erased by attestation, but it is {state}")
        elif state == "erased":
            chain.find("erasure", f"{part} of entry {seq}: it was erased without attestation")
        elif state != "sound":
            chain.find("payload", f"{part} of entry {seq}: the payload is {state}")
    for commitment, found in standing.items():
        if commitment not in chain.committed:
            chain.find("payload", f"{found.part}: content that no statement commits to")
    for part, versions in chain.parts.items():
        _check_versions(chain, part, [commitment for _seq, commitment in versions], standing)


def _check_versions(
    chain: _Chain, part: str, versions: Sequence[str], standing: Mapping[str, Content]
) -> None:
    """Each version stands under the part that was written, and a later one behind an earlier one.

    Who asks for a part by its name is given the last that was stored: with two of them swapped, a superseded one.
    """
    found = [standing[commitment] for commitment in versions if commitment in standing]
    for one in found:
        if one.part != part:
            chain.find("payload", f"{part}: its content stands as {one.part}")
    if len(set(versions)) == len(versions) and found != sorted(found, key=_kept_at):
        chain.find("payload", f"{part}: its versions stand in another order than they were written in")


def _kept_at(content: Content) -> tuple[bool, int]:
    """Where a version stands: values by their rows, files by their bindings (a part is one or the other)."""
    return content.file is not None, content.place
