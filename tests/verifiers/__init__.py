"""One corpus of spoiled proofs and papers, and three verifiers that must say the same of each."""
