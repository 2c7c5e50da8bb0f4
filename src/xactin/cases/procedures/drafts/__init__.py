"""Drafts of procedures on their way into force: kept, compared, reviewed, published."""
