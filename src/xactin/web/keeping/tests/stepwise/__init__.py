"""A next version whose steps cannot be one transaction, with a fault in the last."""
