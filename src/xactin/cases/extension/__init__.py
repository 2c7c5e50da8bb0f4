"""The apology with another date (form 04): once, before the old date has passed."""
