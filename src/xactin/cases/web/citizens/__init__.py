"""The pages of those who apply, and of whoever holds a paper in hand."""
