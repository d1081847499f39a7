"""How a transcript becomes a label."""
