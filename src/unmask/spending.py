"""Saying what a run has taken, what it still will take, and how to go on. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from unmask.battery import Budget
from unmask.errors import Gone, Stopped
from unmask.ledger import Spent
from unmask.usage import USED_UP, Use


@dataclass(frozen=True, slots=True)
class State:
    """How far a run has come.

    Attributes:
        done: Samples that are finished, those of earlier runs too.
        total: Samples of the whole battery.
        finished: Samples finished in this run.
        seconds: Since this run began.
        spent: What all runs so far have taken.
        mean: What a sample takes; None before the first.
    """

    done: int
    total: int
    finished: int
    seconds: float
    spent: Spent
    mean: Use | None


def progress_line(state: State, budget: Budget) -> str:
    """Say how far a run has come, what it took, and what is ahead, in one line."""
    share = f"{100 * state.done / state.total:.0f} %" if state.total else "all"
    parts = [
        f"{state.done:,} of {state.total:,} samples ({share})",
        *_taken(state.spent, budget),
        f"{duration(state.seconds)} gone",
    ]
    left = state.total - state.done
    if left and state.finished and state.mean is not None:
        ahead = f"about {duration(state.seconds / state.finished * left)}"
        if not state.spent.unpriced:
            ahead += f" and ${state.mean.dollars * left:,.2f}"
        parts.append(f"{ahead} to go")
    return " · ".join(parts)


def spent_line(spent: Spent, budget: Budget) -> str:
    """Say what all runs into a folder have taken together."""
    failed = f", {spent.failed:,} of them failed" if spent.failed else ""
    calls, *others = _taken(spent, budget)
    return "Spent so far: " + " · ".join((calls + failed, *others))


def left_over(stopped: Stopped, budget: Budget, spent: Spent, done: int, left: int) -> str:
    """Say what is left once a run has stopped by itself, and how it would be finished.

    Args:
        stopped: Why it stopped.
        budget: The caps.
        spent: What all runs so far have taken.
        done: Samples that are finished.
        left: Samples that are not.
    """
    said = f"{stopped}: {left:,} of {done + left:,} samples are left"
    if isinstance(stopped, Gone):
        return f"{said}; once it answers, the same command goes on"
    if str(stopped) != USED_UP:
        return f"{said}; make room, and the same command goes on"
    if not done:
        return f"{said}; the same command with higher caps goes on"
    each = Use(spent.calls, spent.tokens, spent.dollars).share(done)
    caps = []
    if budget.usd is not None:
        said += f", about ${each.dollars * left:,.2f}"
        caps.append(f"--max-usd {spent.dollars + 1.1 * each.dollars * left:.2f}")
    if budget.tokens is not None:
        caps.append(f"--max-tokens {spent.tokens + 1.1 * each.tokens * left:.0f}")
    if budget.calls is not None:
        caps.append(f"--max-calls {spent.calls + 1.1 * each.calls * left:.0f}")
    return f"{said}; to go on, add to the same command: {' '.join(caps)}"


def duration(seconds: float) -> str:
    """Put a duration as a person would say it, in its two largest units."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def _taken(spent: Spent, budget: Budget) -> list[str]:
    calls, tokens = f"{spent.calls:,}", _short(spent.tokens)
    calls += f" of {budget.calls:,}" if budget.calls else ""
    tokens += f" of {_short(budget.tokens)}" if budget.tokens else ""
    parts = [f"{calls} calls", f"{tokens} tokens"]
    if budget.usd is not None:
        parts.append(f"${spent.dollars:,.2f} of ${budget.usd:,.2f}")
    elif not spent.unpriced:
        parts.append(f"${spent.dollars:,.2f}")
    elif spent.dollars:
        parts.append(f"${spent.dollars:,.2f} and {spent.unpriced:,} calls without a price")
    else:
        parts.append("cost unknown (give `prices` in the battery)")
    return parts


def _short(tokens: int) -> str:
    if tokens < 10_000:
        return f"{tokens:,}"
    return f"{tokens / 1e6:.1f} M" if tokens >= 1e6 else f"{tokens / 1e3:.0f} k"
