"""Erasing what a dossier holds: ordered by one person, carried out by another, when no law keeps it any more."""
