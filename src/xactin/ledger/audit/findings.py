"""What an audit finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final = {
    "statement": "a statement is not what was signed, or not of its form",
    "signature": "a signature does not fit its statement: one of the two was changed",
    "place": "what the ledger said of an entry was changed: effect, time, order",
    "removed": "an entry that stood in a chain or in the log is gone",
    "reordered": "entries of a chain stand in another order",
    "fork": "two entries claim one place, or the log has two histories",
    "validity": "a key signed what no mandate allowed it then",
    "payload": "content is not what a statement commits to",
    "erasure": "content is gone without attestation, or still there after it",
    "log": "leaves, tiles or checkpoints do not fit the entries or each other",
    "table": "a derived row is not what the entries say",
}
"""Every kind of finding with its meaning."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that differs: its kind, the subject it is about, and what exactly."""

    kind: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found, and what it looked at."""

    findings: list[Finding]
    looked_at: Mapping[str, int]
