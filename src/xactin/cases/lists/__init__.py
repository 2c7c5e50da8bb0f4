"""Lists of dossiers and of tasks: what is in them, in which order, how many of which kind."""
