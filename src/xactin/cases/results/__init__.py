"""Results: drawn up, sealed, found by a stranger, revoked."""
