"""From logs to a decision."""
