"""Reading the pages in `docs/`: their fenced blocks, and the tables that tests write."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"


def page(name: str) -> Path:
    """Find a page by its name."""
    return DOCS / f"{name}.md"


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def between(text: str, name: str) -> str:
    """Return what stands between the two marks of a part that a test writes."""
    return _parts(text, name)[1]


def put_between(path: Path, name: str, inside: str) -> None:
    """Write such a part anew."""
    before, _, after = _parts(path.read_text(), name)
    path.write_text(f"{before}{inside}{after}")


def _parts(text: str, name: str) -> tuple[str, str, str]:
    start, end = f"<!-- {name}: written by a test -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(start)
    inside, closed, after = rest.partition(end)
    assert found and closed, f"no part {name!r} between {start!r} and {end!r}"
    return before + start, inside, end + after
