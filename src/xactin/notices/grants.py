"""What web and workers may do with the tables of this room, beside reading: the words of GRANT."""

from typing import Final

RIGHTS: Final = {
    "notices_mailchoice": "INSERT, UPDATE",
    "notices_notice": "INSERT, UPDATE",
    "notices_outbox": "INSERT, UPDATE, DELETE",  # rows are locked while they become jobs, which UPDATE allows
}
