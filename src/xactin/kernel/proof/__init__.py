"""The proof that a person holds: its form, its parts, its check, and what the check found."""
