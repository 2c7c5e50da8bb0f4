"""How a dossier went, read from its entries: put off, stopped, from one office to another."""
