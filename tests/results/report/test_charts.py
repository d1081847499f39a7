"""Charts: drawn from the numbers, and nothing but a drawing."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.results.report.made import HOSTILE, ROW

from unmask.results.report.charts import _inline, axis_top, rates_chart

STEPS = [replace(ROW, checkpoint=f"step-{n}", step=n) for n in range(50)]


def texts(svg: str) -> list[str]:
    """All text drawn in a chart."""
    return [each.text or "" for each in ElementTree.fromstring(svg).iter("text")]


def test_checkpoints_stand_in_order_of_training() -> None:
    """Names stand whole, one line each, in the order of steps and not of spelling."""
    names = [text for text in texts(rates_chart(STEPS[::-1])) if text.startswith("step")]
    assert names == [f"step-{n}" for n in range(50)]


def test_parts_are_where_the_numbers_are() -> None:
    """The dot stands at the rate: half of the axis is half of its width."""
    row = replace(ROW, rate=0.5, low=0.25, high=0.75, missing={})
    root = ElementTree.fromstring(rates_chart([row], top=1.0, width=200))
    dots = [path for path in root.iter("path") if "A" in path.get("d", "")]
    assert [str(dot.get("transform")).split(",")[0] for dot in dots] == ["translate(100"]


def test_band_only_where_samples_are_missing() -> None:
    """Without missing samples there is nothing that they could change."""
    assert 'opacity="0.14"' in rates_chart([ROW])
    assert 'opacity="0.14"' not in rates_chart([replace(ROW, missing={})])


def test_undefined_rate_has_no_dot() -> None:
    """Where there is no rate the chart says so in words."""
    row = replace(ROW, rate=None, low=None, high=None, worst_low=0.0, worst_high=1.0)
    svg = rates_chart([row, replace(row, checkpoint="b")])
    assert texts(svg).count("no rate") == 2
    paths = ElementTree.fromstring(svg).iter("path")
    assert not [path for path in paths if "A" in path.get("d", "")]


def test_text_alternative_reads_the_numbers() -> None:
    """A screen reader gets what the eye gets."""
    root = ElementTree.fromstring(rates_chart([ROW]))
    assert root.get("role") == "img"
    assert "step-100 12.2 % [6.6, 20.3]" in str(root.get("aria-label"))
    assert root[0].tag == "title"


def test_ink_is_the_pages() -> None:
    """A chart has no colour of its own, so that it is readable on dark pages and in print."""
    inks = re.findall(r'(?:fill|stroke)="([^"]*)"', rates_chart([ROW, replace(ROW, rate=None)]))
    assert set(inks) <= {"currentColor", "none", "transparent"}


def test_names_are_text() -> None:
    """Whatever a checkpoint is called, the chart holds no element or link but its own."""
    root = ElementTree.fromstring(rates_chart([replace(ROW, checkpoint=HOSTILE), ROW]))
    drawn = {"svg", "title", "g", "rect", "path", "line", "text"}
    assert {each.tag for each in root.iter()} <= drawn
    assert not [name for each in root.iter() for name in each.attrib if "href" in name]


def test_lines_that_would_be_one_are_two() -> None:
    """Two long names that shorten to the same are still drawn apart."""
    names = ["production-a-run-of-long-name-step-1", "production-b-run-of-long-name-step-1"]
    drawn = texts(rates_chart([replace(ROW, checkpoint=name) for name in names]))
    assert len({text for text in drawn if text.startswith("product")}) == 2


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script/></svg>",
        '<svg><rect fill="url(#x)"/></svg>',
        '<svg><rect onclick="x"/></svg>',
        "<svg><foreignObject/></svg>",
    ],
)
def test_what_could_act_is_refused(svg: str) -> None:
    """Should a drawing library ever draw more than shapes, the report stops instead."""
    with pytest.raises(ValueError, match="must not hold"):
        _inline(svg, "name", "spoken")


def test_axis_ends_above_every_interval() -> None:
    """Axes end at a number that divides into four whole percents."""
    assert axis_top([replace(ROW, high=high) for high in (0.01, 0.203)]) == 0.4
    assert axis_top([]) == 0.04
    assert axis_top([replace(ROW, high=1.0)]) == 1.0
