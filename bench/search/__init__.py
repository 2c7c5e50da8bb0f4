"""How well procedures are found in daily speech, and how fast: the code of the page on anybody's catalogue."""
