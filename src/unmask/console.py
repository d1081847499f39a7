"""Terminals: tables to stdout, progress to stderr, the same text whether anyone watches or not."""

from __future__ import annotations

import sys

from rich.console import Console

PIPED_WIDTH = 110
"""Columns when the output goes to a file or a pipe."""


def out() -> Console:
    """Return the console for results (stdout)."""
    return _console(stderr=False)


def err() -> Console:
    """Return the console for progress and remarks (stderr)."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, markup=False, soft_wrap=False)
