"""A summary for a pull request or a chat: the decision, decisive lines and leading rates."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from unmask.results.report import lead, words
from unmask.results.report.build import Material
from unmask.results.report.gate_words import counts, where, words_of, worst_first
from unmask.results.report.template import HERE
from unmask.results.report.words import in_order, leading, visible
from unmask.results.stats import Decision

MOST = 60
"""Most rows of rates or of rules: a comment is read, the report is looked up."""

PASS = Decision.PASS

_MARKUP = re.compile(r"[\\`*_~<>\[\]|@#!&]|(?<=:)//|\bwww\.")


def render_markdown(material: Material) -> str:
    """Render the summary; names from logs can neither break the table nor link anywhere."""
    gate = material.gate
    against = [rule for rule in worst_first(gate) if rule.decision is not PASS] if gate else []
    rows = [
        row for row in in_order(leading(material.rows, material.headline)) if row.role == "test"
    ]
    text = (
        _environment()
        .get_template("summary.md.jinja2")
        .render(
            title=lead.title(material.table),
            scope=lead.scope(material.table),
            simulated=lead.simulated(material.table),
            gate=gate,
            counts=counts(gate) if gate else [],
            rules=[(str(rule.decision), where(rule), *words_of(rule)) for rule in against[:MOST]],
            more_rules=max(0, len(against) - MOST),
            decisive=lead.decisive(material.table, material.rows, material.headline),
            rows=rows[:MOST],
            more=max(0, len(rows) - MOST),
            arms=len({(row.arm, row.thinking) for row in rows}) > 1,
            level=f"{100 * material.level:g} %",
            versions=material.versions,
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    environment.globals["words"] = words
    return environment


def _plain(value: Any) -> Any:
    """Take from text what Markdown would act on; a broken link stays readable."""
    if not isinstance(value, str):
        return value
    line = " ".join(visible(value).split())
    return _MARKUP.sub(lambda found: "\\" + found.group(), line)
