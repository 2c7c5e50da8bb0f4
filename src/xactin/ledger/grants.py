"""What web and workers may do with the tables of this room, beside reading: the words of GRANT.

Entries, leaves, checkpoints and nodes are written once. A tile grows until it is full (`migrations/0004`), a
mandate is ended once. A new origin (`origins.py`) empties the log: `restore` does that, as the owner.
"""

from typing import Final

RIGHTS: Final = {
    "ledger_checkpoint": "INSERT",
    "ledger_cosignature": "INSERT",
    "ledger_entry": "INSERT",
    "ledger_head": "INSERT, UPDATE (seq, digest, at)",
    "ledger_leaf": "INSERT",
    "ledger_log": "INSERT, UPDATE (size, mandates, clock_shift)",
    "ledger_mandate": "INSERT, UPDATE (ended)",
    "ledger_mandatenode": "INSERT",
    "ledger_systemkey": "INSERT",
    "ledger_tile": "INSERT, UPDATE (hashes)",
    "ledger_unsequenced": "INSERT, DELETE",
}
