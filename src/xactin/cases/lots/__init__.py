"""Lots: alike tasks reviewed beside one another and decided at once, each attested singly with its own proof."""
