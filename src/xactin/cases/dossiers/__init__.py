"""Dossiers: from application to result."""
