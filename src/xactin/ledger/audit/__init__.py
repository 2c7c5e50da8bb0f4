"""The audit of a whole authority: `run_audit`, and the registry in which higher rooms check their own tables."""

from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.folds import Told, register_fold
from xactin.ledger.audit.running import run_audit

__all__ = ["Finding", "Told", "register_fold", "run_audit"]
