"""A next version with a fault, found by the database only after other steps were done."""
