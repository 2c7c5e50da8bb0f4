"""How acts and rows of this room are attested, and by which keys."""
