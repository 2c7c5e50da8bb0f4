"""Backup, restore and upgrade: one file that holds everything, and the way back."""
