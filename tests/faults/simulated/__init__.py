"""A small world in which everything that can go wrong does, the same way for the same seed."""
