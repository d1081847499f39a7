"""Draws of reference models: the same for the same words, on every machine and version."""

from __future__ import annotations

import hashlib


def uniform(*parts: str) -> float:
    """Draw a number from 0 to below 1, decided by its parts alone."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
