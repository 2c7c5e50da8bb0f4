"""What a next version could do to the tables: an app of the tests alone, with migrations over real data."""
