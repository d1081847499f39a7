"""`docs/reading-results.md` names every label, every reason and every measure that there is."""

import re

from tests.docs.pages import between, page, put_between

from unmask.results.measures import ABSENT, UNREAD, UNSEEN, list_measures
from unmask.scorers.labels import LABELS, MISSING

PAGE = page("reading-results")


def first_cells(header: str) -> list[str]:
    """Return the first cells of the table with a header, in order."""
    table = PAGE.read_text().partition(f"\n| {header} | means |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


def test_every_label_is_explained() -> None:
    """The table of labels holds each label once."""
    assert first_cells("label") == list(LABELS)


def test_every_reason_is_explained() -> None:
    """The table of reasons holds each reason once, those of measures at its end."""
    assert first_cells("reason") == [*MISSING, UNSEEN, UNREAD, ABSENT]


def test_measures_are_those_of_the_code(refresh_golden: bool) -> None:
    """The table of measures says what the code says of them."""
    lines = ["| measure | kind | event, and out of which samples |", "|---|---|---|"]
    lines += [f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in list_measures()]
    table = "\n" + "\n".join(lines) + "\n\n"
    if refresh_golden:
        put_between(PAGE, "measures", table)
    assert between(PAGE.read_text(), "measures") == table
