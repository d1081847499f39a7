"""Numbers in, numbers out: one small file per quantity."""
