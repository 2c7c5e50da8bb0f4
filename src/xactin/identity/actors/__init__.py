"""Who acts: the ways somebody may act now."""
