"""Log headers against their own samples: rates come from samples, and a disagreement is said."""

from __future__ import annotations

from inspect_ai.log import EvalScore

from unmask.results.logs import Log
from unmask.results.scores import number, raw_value, read_value
from unmask.text import safe_text

COMPARABLE = ("mean", "accuracy")
"""Header metrics that are the mean of the samples' values."""


def header_notes(log: Log, name: str, event: str | None) -> list[str]:
    """One line for each header metric of a score that the log's samples contradict.

    Args:
        log: The log.
        name: The score, as the user asks for it.
        event: The value that counts as the event. A header metric named after it (`fraction_EVENT`)
            is held against the event's share.
    """
    results = log.header.results
    notes: list[str] = []
    for score in results.scores if results else []:
        base, _, key = name.rpartition("/")
        if score.reducer not in (None, "mean") or score.name not in (name, base, key):
            continue
        for metric in score.metrics.values():
            short = metric.name.rpartition("/")[2]
            if short in COMPARABLE and score.name != base:
                read = _samples(log, name, None)
            elif event and short.casefold().endswith(event.casefold()):
                read = _samples(log, name, event)
            else:
                continue
            note = _compare(log, score, short, float(metric.value), read)
            notes += [note] if note else []
    return notes


def _samples(log: Log, name: str, event: str | None) -> list[float]:
    values = []
    for summary in log.summaries:
        value, reason = raw_value(summary, name)
        if summary.error or (event is None and value is not None and number(value) is None):
            continue
        found = read_value(value, reason, event).value
        values += [found] if found is not None else []
    return values


def _compare(
    log: Log, score: EvalScore, metric: str, header: float, values: list[float]
) -> str | None:
    over = f" over {score.scored_samples}" if score.scored_samples is not None else ""
    said = f"{log.name}: header says {safe_text(score.name)} {metric} {header:.4g}{over}"
    if not values:
        return f"{said}, its samples hold no score"
    mean = sum(values) / len(values)
    if abs(mean - header) < 1e-6:
        return None
    return f"{said}, its samples say {mean:.4g} ({sum(values):g}/{len(values)})"
