"""A next version with a step that takes its time."""
