"""The transparency log: tree hashing, tiles and checkpoints, as C2SP and RFC 9162 write them."""
