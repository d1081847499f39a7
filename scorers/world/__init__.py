"""Small worlds that an agent works in: their data, what was done in them, what that comes to."""
