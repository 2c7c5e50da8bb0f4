"""What a dossier is made of, and how what an act decided becomes rows and a signed effect."""
