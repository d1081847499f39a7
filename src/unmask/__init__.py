"""Unmask: misalignment rates with honest intervals, per model checkpoint."""
