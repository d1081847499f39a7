"""How far reasoning was shown, and what can't be measured where it was not."""

from __future__ import annotations

import pandas as pd

from unmask.results.report.section import Section
from unmask.results.report.sections.counts import cross
from unmask.results.report.template import render
from unmask.results.table import UNKNOWN


def section(table: pd.DataFrame) -> Section | None:
    """Count samples by visibility; nothing where no log says."""
    read = table[table["missing"].isna() & (table["visibility"] != UNKNOWN)]
    if read.empty:
        return None
    hidden = read[read["visibility"] == "hidden"]
    shown = read.groupby("checkpoint", observed=True)["visibility"].nunique()
    across = read["visibility"].nunique() > 1 and bool((shown == 1).any())
    return Section(
        "visibility",
        "Visibility of reasoning",
        render(
            "sections/visibility.html.jinja2",
            counts=cross(read, read["visibility"]),
            hidden=len(hidden),
            blind=sorted(set(hidden["checkpoint"].astype(str))),
            unequal=across,
        ),
    )
