"""Pages of lists: what an address asks for, rows as they are shown, files, looking for a person."""
