"""What web and workers may do with the tables of this room, beside reading: the words of GRANT.

What somebody was told is not told otherwise afterwards.
"""

from typing import Final

RIGHTS: Final = {
    "notices_mailchoice": "INSERT, UPDATE",
    "notices_notice": "INSERT, UPDATE (read_at, mailed_at)",
    "notices_outbox": "INSERT, UPDATE, DELETE",  # rows are locked while they become jobs, which UPDATE allows
}
