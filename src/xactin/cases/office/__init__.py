"""Work that officials begin themselves, in their own post: internal tasks and whatever else nobody applies for."""
