"""The program under `serve` in `docs/commands.md`, run against a server as it stands there."""

import pytest
from tests.docs.pages import blocks, page

from unmask.reference.serve import serving

PAGE = page("commands")
MARK = "<!-- tools: run by a test -->"
ADDRESS = "http://127.0.0.1:8311/v1"


def test_the_program_prints_what_is_shown(
    capsys: pytest.CaptureFixture[str], refresh_golden: bool
) -> None:
    """A loop of one's own gets calls and then an answer that quotes the results."""
    before, found, after = PAGE.read_text().partition(MARK)
    assert found, f"{PAGE.name} has no mark {MARK}"
    program, shown = blocks(after, "python")[0], blocks(after, "text")[0]
    assert ADDRESS in program
    with serving() as server:
        exec(compile(program.replace(ADDRESS, server.openai_url), PAGE.name, "exec"), {})
    printed = capsys.readouterr().out
    if refresh_golden:
        after = after.replace(f"```text\n{shown}```", f"```text\n{printed}```", 1)
        PAGE.write_text(f"{before}{found}{after}")
    else:
        assert shown == printed, "changed: pytest --refresh-golden, git diff"
