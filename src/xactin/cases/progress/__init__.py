"""How a dossier went: put off, stopped, from one office to another. Read from its entries, by no other folder's rules."""
