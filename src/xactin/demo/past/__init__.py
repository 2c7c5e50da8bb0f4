"""The life of the offices, played through months: how the demo comes to its past."""
