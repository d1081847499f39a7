"""Rates as static SVG, to be inlined: one small chart per eval, all on one scale.

Drawn in `currentColor` alone, so that a chart follows the page's colours (dark, grey, print); form
and not colour tells apart the rate (dot), its interval (line) and what missing samples could make
of it (band).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert
from markupsafe import Markup

from unmask.results.rates import RateRow
from unmask.results.report.words import in_order, interval, rate, visible
from unmask.text import safe_text

NARROW, WIDE = 240, 330
"""Width of the plot in pixels, without names: of charts side by side, and of one or two alone."""
ROW = 19
LETTERS = 20
"""Most characters of a name; longer ones lose their middle, for their ends tell them apart."""
LETTER = 8
"""Pixels reserved per character: fonts differ from machine to machine, and no name may be cut."""
SPOKEN = 60
"""Most rates that a chart's text alternative reads out; the table beside it holds all."""

_FONT = "system-ui, sans-serif"
_UNSAFE = re.compile(r"url\s*\(|javascript:|^on", re.IGNORECASE)


def rates_chart(rows: Sequence[RateRow], top: float | None = None, width: int = NARROW) -> Markup:
    """Draw one measure of one eval: a line per checkpoint (and arm), in order of training steps.

    Args:
        rows: Rates of one kind.
        top: Where the axis of rates ends, so that charts side by side compare; None for its own.
        width: Of the plot, in pixels.

    Returns:
        An `<svg role="img">` with a title, without scripts, links or ids.
    """
    ordered = in_order(rows)
    labels = _labels(ordered)
    values = [_value(row, label) for row, label in zip(ordered, labels, strict=True)]
    chart = _chart(values, labels, _scale(ordered, top), ordered[0].kind == "rate", width)
    return _inline(
        vl_convert.vegalite_to_svg(chart.to_dict()),
        f"{ordered[0].measure} in {ordered[0].eval}",
        _spoken(ordered, labels),
    )


def axis_top(rows: Sequence[RateRow]) -> float:
    """Choose where an axis of rates ends: above every interval, in four steps of whole percents."""
    highs = [row.high for row in rows if row.kind == "rate" and row.high is not None]
    return next(
        top for top in (0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8, 1.0) if top >= max([0, *highs])
    )


def _labels(rows: Sequence[RateRow]) -> list[str]:
    """Name each line by its checkpoint, and by whatever else tells lines apart."""
    fields = (
        "checkpoint",
        "form",
        "arm",
        "thinking",
        "measure",
        "judge",
        "reads",
        "config",
        "version",
    )
    used = [name for name in fields if len({getattr(row, name) for row in rows}) > 1]
    mixed = len({row.simulated for row in rows}) > 1
    labels: list[str] = []
    for row in rows:
        parts = [str(getattr(row, name)) for name in used] or [row.checkpoint]
        parts += ["simulated"] if mixed and row.simulated else []
        label = _shorten(safe_text(" · ".join(parts)))
        while label in labels:
            label += "′"
        labels.append(label)
    return labels


def _shorten(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[:7]}…{name[8 - LETTERS :]}"


def _value(row: RateRow, label: str) -> dict[str, Any]:
    numbers = ("rate", "low", "high", *(("worst_low", "worst_high") if row.missing else ()))
    return {
        "label": label,
        "note": "no rate" if row.rate is None else "",
        "worst_low": None,
        "worst_high": None,
        **{name: getattr(row, name) for name in numbers},
    }


def _scale(rows: Sequence[RateRow], top: float | None) -> tuple[float, float]:
    if rows[0].kind == "rate":
        return 0.0, axis_top(rows) if top is None else top
    limits = [abs(x) for row in rows for x in (row.low, row.high) if x is not None]
    reach = math.ceil(10 * max([0.1, *limits])) / 10
    return -reach, reach


def _chart(
    values: list[dict[str, Any]],
    labels: list[str],
    scale: tuple[float, float],
    is_rate: bool,
    width: int,
) -> alt.LayerChart:
    ink = "currentColor"
    low, high = scale
    extent = LETTER * max(len(label) for label in labels)
    axis = alt.Axis(
        title=None,
        format=".0%" if is_rate else "+.1f",
        values=[low + (high - low) * step / 4 for step in range(5)],
        gridColor=ink,
        gridOpacity=0.12,
        domain=False,
        ticks=False,
        labelColor=ink,
        labelFontSize=13,
        labelPadding=6,
    )
    names = alt.Axis(
        title=None,
        minExtent=extent,
        maxExtent=extent,
        labelLimit=0,
        labelFontSize=13,
        labelColor=ink,
        labelPadding=8,
        ticks=False,
        domain=False,
        grid=False,
    )
    base = alt.Chart(alt.InlineData(values=values))
    y = alt.Y("label:N", sort=labels, axis=names)
    # What lies beyond the axis is cut at its end, not drawn over the next column.
    limits = alt.Scale(domain=list(scale), nice=False, clamp=True)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=limits, axis=axis)

    band = base.transform_filter("datum.worst_low !== null && datum.worst_high !== null")
    known = base.transform_filter("datum.rate !== null")
    unknown = base.transform_filter("datum.rate === null")
    layers = alt.layer(
        band.mark_bar(height=11, color=ink, opacity=0.14).encode(
            x=x("worst_low"), x2="worst_high", y=y
        ),
        known.mark_rule(strokeWidth=2, color=ink, opacity=0.75).encode(x=x("low"), x2="high", y=y),
        known.mark_point(filled=True, size=62, color=ink, opacity=1).encode(x=x("rate"), y=y),
        unknown.mark_text(
            align="left", dx=4, fontStyle="italic", fontSize=12, color=ink, opacity=0.8
        ).encode(x=alt.XDatum(scale[0], scale=limits, axis=axis), y=y, text="note:N"),
    )
    drawn: alt.LayerChart = layers.properties(
        width=width, height=alt.Step(ROW), background="transparent"
    ).configure(font=_FONT, aria=False, padding=4, view=alt.ViewConfig(stroke="transparent"))
    return drawn


def _spoken(rows: Sequence[RateRow], labels: Sequence[str]) -> str:
    said = [
        f"{label} {rate(row)}"
        + (
            f", with missing samples {interval(row, row.worst_low, row.worst_high)}"
            * any(row.missing)
        )
        for row, label in zip(rows, labels, strict=True)
    ]
    more = f"; and {len(said) - SPOKEN} more in the table" if len(said) > SPOKEN else ""
    return visible("; ".join(said[:SPOKEN]) + more)


def _inline(svg: str, name: str, spoken: str) -> Markup:
    """Make a drawing a part of a page: one image to a screen reader, nothing that could act."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if element.tag in ("script", "a", "use", "image", "foreignObject", "style"):
            raise ValueError(f"a chart must not hold <{element.tag}>")
        for name, value in list(element.attrib.items()):
            if name.startswith(("aria", "role", "{", "class", "pointer-events")):
                del element.attrib[name]
            elif _UNSAFE.search(name) or _UNSAFE.search(value):
                raise ValueError(f"a chart must not hold {name}={value!r}")
    root.attrib |= {"role": "img", "aria-label": f"{visible(name)}: {spoken}", "focusable": "false"}
    title = ElementTree.Element("title")
    title.text = visible(name)
    root.insert(0, title)
    return Markup(ElementTree.tostring(root, encoding="unicode"))
