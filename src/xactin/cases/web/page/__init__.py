"""What stands on the page of one dossier, part by part."""
