"""Pages of a counter: who comes and for what, the dossier taken in, its receipt; and whoever holds the receipt."""
