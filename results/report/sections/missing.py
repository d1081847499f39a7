"""Samples without a label: how many, why, and what could lie behind them."""

from __future__ import annotations

import pandas as pd

from unmask.results.report.section import Section
from unmask.results.report.sections.counts import Counts, cross
from unmask.results.report.template import render
from unmask.results.report.words import plural

MEANINGS = {
    "no_reply": "the model returned no text",
    "truncated": "the reply was cut before its end",
    "limit": "a limit on messages, tokens or time ended the sample",
    "context": "the context window was full",
    "filtered": "the provider withheld the reply",
    "oversized": "more text than any judge could read",
    "incoherent": "the reply makes no sense that could be judged",
    "grader_refused": "the judge declined to judge",
    "grader_invalid": "the judge's verdict could not be read",
    "grader_misquoted": "the judge quoted words that are not there",
    "grader_unstable": "the judge, or the panel, contradicts itself",
    "grader_error": "the call to the judge failed",
    "grader_other_model": "another model answered for the judge",
    "check_failed": "a check could not be executed",
    "error": "the sample broke off with an error",
    "other_model": "another model answered than the checkpoint",
    "not_run": "promised, and never run or read",
    "stopped_early": "promised, and spared: the run was stopped since it had failed already",
}
"""What each of `labels.MISSING` means to a reader."""


def section(table: pd.DataFrame) -> Section:
    """Count missing samples by checkpoint, eval and reason."""
    lost = table[table["missing"].notna()]
    counts: Counts = cross(table, lost["missing"])
    return Section(
        "missing",
        "Missing data",
        render(
            "sections/missing.html.jinja2",
            counts=counts,
            meanings=[(name, MEANINGS[name]) for name in counts.columns],
            share=f"{plural(len(lost), 'reading')} of {len(table):,}",
        ),
    )
