"""Offline models whose true rates are known."""
