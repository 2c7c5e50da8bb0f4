"""What web and workers may do with the tables of this room, beside reading: the words of GRANT.

Content is erased by law (`sealed` becomes empty, the commitment stays) and never rewritten; an upload that no act
has used may go. The log of readings only grows.
"""

from typing import Final

RIGHTS: Final = {
    "vault_binding": "INSERT",
    "vault_file": "INSERT, UPDATE (sealed, erased), DELETE",
    "vault_member": "INSERT, UPDATE (sealed, erased)",
    "vault_opening": "INSERT",
    "vault_value": "INSERT, UPDATE (sealed, erased)",
}
