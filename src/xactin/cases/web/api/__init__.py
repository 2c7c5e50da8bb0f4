"""What the API of cases answers and takes, in the nouns of its description."""
