"""`docs/commands.md`: every command with its true help, every example with its true output."""

import importlib
import re
import shlex
import sys
from pathlib import Path

import click
import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState
from tests.docs.pages import blocks, page

from unmask.cli import COMMANDS, main, unmask
from unmask.reference.serve import ReferenceServer

PAGE = page("commands")
NAMES = [name for group in COMMANDS.values() for name in group]
FILES = ("battery.yaml", "gate.yaml", "second.yaml")
SLOW = "<!-- slow: run only to refresh this page -->"
EXIT = '; echo "exit $?"'
VARYING = [
    (r"\d{4}-\d\d-\d\dT[\d-]+_([\w-]+?)_[A-Za-z0-9]{22}\.eval", r"…_\1_….eval"),
    (r"\b[A-Za-z0-9]{22}\b", "…"),
    (r"shown \(p [\d.]+\)", "shown (p …)"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:8311"),
]
"""What differs from run to run: names of logs, ids of samples, a port; and a p-value by permuting,
whose draws differ with each edit of a rubric or pattern."""


def help_of(name: str) -> str:
    """Write a command's help as the page shows it.

    Under `unmask`, as a user calls it: a command keeps the names of its help option (-h) from
    the first call, so that alone the page would depend on which tests ran before.
    """
    command: click.Command = importlib.import_module(f"unmask.commands.{name}").command
    program = click.Context(unmask, info_name="unmask", **unmask.context_settings)
    context = click.Context(command, program, info_name=name, max_content_width=90)
    context.terminal_width = 90
    return f"```text\n{command.get_help(context).strip()}\n```\n"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_a_section(name: str, refresh_golden: bool) -> None:
    """A command stands on the page under its name, with the help that it gives."""
    mark = f"<!-- help: {name} -->\n"
    before, found, after = PAGE.read_text().partition(mark)
    assert found and f"\n## {name}\n" in before, f"{PAGE.name} says nothing of `unmask {name}`"
    rest = re.sub(r"\A\n```text\n.*?^```\n", "", after, flags=re.MULTILINE | re.DOTALL)
    wanted = f"{before}{mark}\n{help_of(name)}{rest}"
    if refresh_golden:
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted, "changed: pytest --refresh-golden, git diff"


def test_examples_print_what_is_shown(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    refresh_golden: bool,
) -> None:
    """The examples, run in order in one folder, print what the page shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ReferenceServer, "serve_forever", interrupted)
    text = PAGE.read_text()
    for name, content in zip(FILES, blocks(text, "yaml"), strict=True):
        Path(name).write_text(content)
    write_foreign(tmp_path / "foreign")
    capsys.readouterr()
    for block in blocks(text, "console"):
        line = block.splitlines()[0]
        if f"{SLOW}\n\n```console\n{line}" in text and not refresh_golden:
            continue
        code = run(line.removeprefix("$ unmask ").removesuffix(EXIT), monkeypatch)
        printed = capsys.readouterr()
        assert code == 0 or EXIT in line, f"{line}: {printed.err}"
        shown = steady(printed.out) + (f"exit {code}\n" if EXIT in line else "")
        if refresh_golden:
            text = text.replace(f"```console\n{block}```", f"```console\n{line}\n{shown}```")
        else:
            assert block == f"{line}\n{shown}", "changed: pytest --refresh-golden, git diff"
    if refresh_golden:
        PAGE.write_text(text)


def run(words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run `unmask …` in this process; return its exit code."""
    argv = shlex.split(words)
    free = ["--port", "0"] if argv[0] == "serve" else []
    monkeypatch.setattr(sys, "argv", ["unmask", *argv, *free])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


def steady(printed: str) -> str:
    """Take out what differs from run to run."""
    lines = "".join(f"{line.rstrip()}\n" for line in printed.strip().splitlines())
    for pattern, instead in VARYING:
        lines = re.sub(pattern, instead, lines)
    return lines


def interrupted(self: ReferenceServer, poll_interval: float = 0.5) -> None:
    """Stop a server at once, as Ctrl-C does."""
    raise KeyboardInterrupt


@scorer(metrics=[accuracy()])
def verdict() -> Scorer:
    """Score as somebody else might: with words."""

    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=target.text)

    return score


def write_foreign(folder: Path) -> None:
    """Write a log of an eval that is not ours."""
    said = ["good", "bad", "good", "good", "good", "good", "bad", "good"]
    dataset = [Sample(input=f"Question {n}?", target=word) for n, word in enumerate(said)]
    task = Task(dataset=dataset, scorer=verdict(), name="honesty")
    eval(task, model="reference/aligned", log_dir=str(folder), display="none", log_realtime=False)
