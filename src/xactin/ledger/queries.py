"""What may be asked of the ledger."""

from xactin.ledger.authority import AuthorityInfo, authority

__all__ = ["AuthorityInfo", "authority"]
