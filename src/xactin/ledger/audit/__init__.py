"""The audit of a whole authority: `run_audit`, and the registry in which higher rooms check their own tables."""

from xactin.ledger.audit import counts
from xactin.ledger.audit.counts import count
from xactin.ledger.audit.findings import Finding, Report
from xactin.ledger.audit.folds import Told, register_check, register_fold
from xactin.ledger.audit.rebuild import rebuild_tables, register_rebuild, register_rest
from xactin.ledger.audit.rolls import register_roll
from xactin.ledger.audit.running import audit, run_audit
from xactin.ledger.rolls import Roll

__all__ = [
    "Finding",
    "Report",
    "Roll",
    "Told",
    "audit",
    "count",
    "counts",
    "rebuild_tables",
    "register_check",
    "register_fold",
    "register_rebuild",
    "register_rest",
    "register_roll",
    "run_audit",
]
