"""What an attestation means: pure functions, no Django, no I/O, no clock, no randomness."""
