"""README and docs say what is true: commands, output, names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from unmask.cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = [README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """What CI calls is, word for word, a command of the README's first screen."""
    command = (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1]
    assert command in [block.strip() for block in blocks(README.read_text(), "sh")]


def test_demo_prints_what_the_readme_shows(tmp_path: Path, refresh_golden: bool) -> None:
    """`unmask demo` goes the whole way, and the README's first screen shows its true output."""
    done = subprocess.run(
        [sys.executable, "-c", "from unmask.cli import main; main()", "demo"],
        cwd=tmp_path,
        env={**os.environ, "INSPECT_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report" / "report.html").stat().st_size > 10_000
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"
    text = README.read_text()
    shown = blocks(text, "text")[0]
    if refresh_golden:
        README.write_text(text.replace(f"```text\n{shown}```", f"```text\n{printed}```", 1))
        return
    assert printed == shown


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_commands_in_the_docs_exist(page: Path) -> None:
    """Every `unmask …` command and every option shown with it is one that there is."""
    import importlib

    import click

    known = {name for group in COMMANDS.values() for name in group}
    for line in re.findall(r"^\$? ?unmask (\S.*)$", page.read_text(), re.MULTILINE):
        words = line.split()
        if words[0].startswith("-"):
            continue
        assert words[0] in known, f"{page.name}: unmask {line}"
        command: click.Command = importlib.import_module(f"unmask.commands.{words[0]}").command
        options = {name for parameter in command.params for name in parameter.opts}
        for word in words[1:]:
            if word.startswith("--"):
                assert word.split("=")[0] in options | {"--help"}, f"{page.name}: unmask {line}"


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link in the docs is a file of the repository."""
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_numbers_of_scenarios_are_true() -> None:
    """The counts in the README's table of evals are those of the data."""
    from unmask.evals.catalog import catalog, scenarios_of

    text = README.read_text()
    for spec in catalog().values():
        count = sum(scenario.role == "test" for scenario in scenarios_of(spec))
        lines = [line for line in text.splitlines() if line.startswith(f"| `{spec.name}` |")]
        assert len(lines) == 1, f"README's table of evals has {len(lines)} lines for {spec.name}"
        row = lines[0]
        assert re.search(rf"\b{count}\b", row), f"{spec.name} has {count} scenarios: {row}"
