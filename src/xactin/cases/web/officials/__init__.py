"""The pages of officials: a case at the desk, the counter, beginnings, erasure, revocation."""
