"""Applications: a person or firm asks for something, brings what is missing, takes it back."""
