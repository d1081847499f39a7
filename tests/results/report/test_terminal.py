"""The table in a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console
from tests.results.report.made import HOSTILE, ROW

from unmask.results.rates import RateRow
from unmask.results.report.terminal import rates_table


def shown(*rows: RateRow) -> str:
    """Print a table as a pipe of 100 columns gets it."""
    text = io.StringIO()
    Console(file=text, width=100, markup=False, highlight=False).print(rates_table(rows))
    return text.getvalue()


def test_one_line_per_rate_within_100_columns() -> None:
    """An ordinary row fits in a line and holds rate, counts, scenarios and what is missing."""
    head, line = (" ".join(line.split()) for line in shown(ROW).splitlines())
    assert head == "checkpoint eval measure rate [interval] events scenarios missing"
    assert line == "step-100 goals misaligned 12.2 % [6.6, 20.3] 12/98 50 2 truncated"


def test_columns_that_never_differ_are_left_out() -> None:
    """Arms, modes, roles and judges have a column only where there are several."""
    assert "arm" not in shown(ROW)
    assert "hints" in shown(ROW, replace(ROW, arm="hints"))
    assert "other" in shown(ROW, replace(ROW, judge="other"))


def test_undefined_rate_says_why() -> None:
    """No number stands where there is no rate."""
    row = replace(ROW, rate=None, low=None, high=None, reason="nothing scored: 9 limit", events=0)
    text = " ".join(shown(row).split())
    assert "no rate:" in text
    assert "%" not in text


def test_names_cannot_steer_the_terminal() -> None:
    """Escape codes in names are printed, not obeyed."""
    text = shown(replace(ROW, checkpoint=HOSTILE))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_simulated_is_said() -> None:
    """A table of reference models says so; in a mixed one, each of their rows does."""
    simulated = replace(ROW, simulated=True, checkpoint="hacker")
    assert shown(simulated).startswith("SIMULATED")
    assert "(simulated)" in shown(simulated, ROW)
    assert "(simulated)" not in shown(ROW)
