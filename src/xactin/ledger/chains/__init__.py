"""The chains of subjects: how an act takes its place in one, who signs it, and what is erased from it."""
