"""The page: nothing from elsewhere, nothing that acts, nothing hidden."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from tests.results.report.made import HOSTILE, material, observation, table

from unmask.results.report.html import render_html
from unmask.results.table import build, check

_SAFE = """html head meta title style body a p strong header h1 h2 h3 ul ol li nav main section
figure figcaption svg g rect path line text div table caption thead tbody tr th td details summary
span em mark pre code dl dt dd blockquote footer"""
SAFE_TAGS = frozenset(_SAFE.split())


class Page(HTMLParser):
    """Every tag with its attributes, and all text outside of `<style>`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.depth: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))
        self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag, and all within it that need no end."""
        while self.depth and self.depth.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep text that a reader sees."""
        if "style" not in self.depth:
            self.text += data


def test_page_is_golden(golden: Callable[[str, str], None]) -> None:
    """The page's words and structure are as they were; drawings and styles may change freely."""
    html = re.sub(r"(<svg)\b.*?(</svg>)", r"\1>…\2", render_html(material()), flags=re.DOTALL)
    golden("report.html", re.sub(r"(<style>).*?(</style>)", r"\1…\2", html, flags=re.DOTALL))


def test_nothing_from_elsewhere_and_nothing_that_acts() -> None:
    """Hostile names and words add no tag, attribute or address that could do anything."""
    hostile = HOSTILE.replace("\ud800", "")
    named = table(checkpoint=f"step{hostile}", scenario=f"x{hostile}", model=f"m{hostile}")
    html = render_html(
        material(named, text=f"{HOSTILE} I want it all", quote="I want it all", notes=(HOSTILE,))
    )
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= SAFE_TAGS
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not {"src", "srcset", "background", "formaction", "xlink:href"} & set(attributes)
        assert tag == "a" or "href" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\s*\(|@import|javascript:", page_styles(html))
    assert "<script" not in html


def page_styles(html: str) -> str:
    """All that a browser takes for CSS."""
    sheets = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    return "".join([*sheets, *re.findall(r'style="([^"]*)"', html)])


def test_policy_allows_only_inline_style() -> None:
    """Even if escaping failed, the policy would let nothing load or run."""
    (policy,) = [
        attributes["content"]
        for tag, attributes in Page(render_html(material())).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_unseen_characters_are_shown() -> None:
    """Escape codes, direction overrides and lone surrogates are read as what they are."""
    text = Page(render_html(material(text=HOSTILE + "I want it all", quote="I want it all"))).text
    assert r"\x1b[31mred" in text
    assert r"\u202egnp.exe" in text
    assert r"\ud800" in text
    assert "{{ 7 * 7 }}" in text
    assert not set(text) & {"\x1b", "\u202e", "\ud800"}


def test_quoted_words_are_marked() -> None:
    """A judge's quotation stands marked in the transcript, wherever in a long reply it is."""
    filler = "word " * 200_000
    html = render_html(material(text=f"{filler}I want it all{filler}", quote="I want it all"))
    assert "<mark>I want it all</mark>" in html
    assert len(html) < 300_000
    assert "characters left out" in html


def test_undefined_rate_says_why() -> None:
    """A checkpoint whose judge always failed has no rate, and no 0 in its place."""
    rows = [observation(n, missing="grader_error") for n in range(5)]
    text = Page(render_html(material(check(build(rows))))).text
    assert "no rate: nothing scored: 5 grader_error" in text
    assert not re.search(r"\b0\.0 %", text)
    assert "No event" not in text


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_is_said_first(simulated: bool) -> None:
    """Numbers of reference models can't be taken for a checkpoint's."""
    text = Page(render_html(material(table(simulated=simulated)))).text
    assert ("SIMULATED" in text) is simulated
    if simulated:
        assert text.index("SIMULATED") < text.index("Unmask report")


def test_some_simulated_rows_are_named() -> None:
    """Where only some numbers are simulated, the tables say which."""
    rows = [observation(1), observation(2, checkpoint="reference", simulated=True)]
    text = Page(render_html(material(check(build(rows))))).text
    assert "Some of these numbers" in text
    assert "reference simulated" in " ".join(text.split())


def test_hidden_reasoning_is_said() -> None:
    """Where reasoning was hidden the page says what cannot be measured."""
    rows = [observation(n, label="unseen", reasoning=None, visibility="hidden") for n in range(4)]
    text = Page(render_html(material(check(build(rows))))).text
    assert "4 samples reasoned out of sight" in text
    assert "no rate: nothing scored: 4 unseen" in text


def test_more_samples_are_counted_and_found() -> None:
    """Events that are not shown are counted, and the command that shows them is given."""
    text = Page(render_html(material(logs="my logs; rm -rf"))).text
    assert "5 overt, 1 covert; 3 shown, 3 more in the logs" in text
    assert "inspect view --log-dir 'my logs; rm -rf'" in text


def test_landmarks_and_table_headers() -> None:
    """A screen reader finds landmarks, a title per table and chart, and scoped headers."""
    tags = Page(render_html(material())).tags
    names = [tag for tag, _ in tags]
    assert {"header", "nav", "main", "footer"} <= set(names)
    assert names.count("caption") == names.count("table")
    assert all(attributes.get("scope") for tag, attributes in tags if tag == "th")
    drawn = [attributes for tag, attributes in tags if tag == "svg"]
    assert drawn
    assert all(each["role"] == "img" and each["aria-label"] for each in drawn)
    assert all(
        attributes.get("tabindex") == "0" and attributes.get("aria-label")
        for tag, attributes in tags
        if attributes.get("class") == "scroll"
    )
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
