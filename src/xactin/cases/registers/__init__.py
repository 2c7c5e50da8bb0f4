"""Registers (sổ): what an agency received in a period, on the page, on paper, as a file."""
