"""How well the authority serves, in the points of the national score."""
