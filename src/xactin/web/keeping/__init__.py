"""Backup, restore and upgrade: one file that holds everything, and the way back; and what must stand before a start."""
