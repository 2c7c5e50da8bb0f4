"""How much one who asks may take of us, so that others go on working."""
