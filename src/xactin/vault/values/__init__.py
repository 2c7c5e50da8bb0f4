"""Contents as they stand sealed: one value, many at once, and the sealing of files."""
