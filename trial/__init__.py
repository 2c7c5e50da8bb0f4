"""Trials: what takes longer than the suite may, run before an issue is called resolved (`make trial`)."""
