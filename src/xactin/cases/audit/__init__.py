"""The audit of this room: its tables are the fold of its entries."""
