"""What `make` does once after installing: front-end parts and translations, built from sources."""
