"""What somebody sends is opened at once, in the closed child, and refused in words where nobody could read it."""
