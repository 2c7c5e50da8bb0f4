"""Decision tables: read from DMN (`dmn`), evaluated exactly (`tables`), checked for overlaps and gaps (`coverage`)."""
