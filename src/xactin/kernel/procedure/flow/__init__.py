"""How a case walks its flow: tokens, acts, times, what waits and what is taken back. `engine` is its door."""
