"""What web and workers may do with the tables of this room, beside reading: the words of GRANT.

Dossiers, results and published versions are never removed; tasks, timers and drafts come and go.
"""

from typing import Final

RIGHTS: Final = {
    "cases_actdraft": "INSERT, UPDATE, DELETE",
    "cases_authoritylimit": "INSERT, UPDATE",
    "cases_case": "INSERT, UPDATE",
    "cases_caseagency": "INSERT",
    "cases_draft": "INSERT, UPDATE, DELETE",
    "cases_erasure": "INSERT, UPDATE (outcome, ended_by_id, ended_at)",
    "cases_lot": "INSERT, UPDATE (passkey, sealed, confirmed_at, finished_at), DELETE",
    "cases_lotitem": "INSERT, UPDATE (entry, signature, state, told), DELETE",
    "cases_handover": "INSERT",
    "cases_opentask": "INSERT, UPDATE, DELETE",
    "cases_party": "INSERT, UPDATE (state, answered_at)",
    "cases_pendingact": "INSERT, UPDATE, DELETE",
    "cases_proceduredraft": "INSERT, UPDATE",
    "cases_procedureversion": "INSERT, UPDATE (in_force_until)",
    "cases_receipt": "INSERT, UPDATE (mac, code_at)",
    "cases_result": "INSERT, UPDATE",
    "cases_sealingkey": "INSERT",
    "cases_searchcount": "INSERT, UPDATE (asked, opened), DELETE",
    "cases_serial": "INSERT, UPDATE",
    "cases_timer": "INSERT, UPDATE, DELETE",
}
