"""The command line from outside: help at once, one line and the right code for every mistake."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from unmask.cli import COMMANDS, main

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run `unmask …` in this process; return exit code, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["unmask", *words])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        code = end.value.code
        assert isinstance(code, int)
        return code, captured.out, captured.err

    return run


BATTERY = """
grader: reference/judge
checkpoints: [{label: a, model: reference/aligned}]
evals: [goals]
"""

MISTAKES: list[tuple[list[str], str | None, str]] = [
    (["run", "none.yaml"], None, "can't read none.yaml: No such file"),
    (["run", "b.yaml"], "grader: [\n", "b.yaml:2: not valid YAML"),
    (["run", "b.yaml"], BATTERY.replace("goals", "gaols"), "unknown eval 'gaols'; there are: "),
    (["run", "b.yaml"], BATTERY.replace("grader", "judge"), "b.yaml:2: judge: unknown key"),
    (["run", "b.yaml"], BATTERY + "arms: [hacky]\n", "unknown arm 'hacky'; evals/arms.yaml has: "),
    (["run", "b.yaml"], BATTERY + "thinking: [deep]\n", "unknown thinking mode 'deep'"),
    (["run", "b.yaml"], BATTERY.replace("/aligned", "/nobody"), "unknown reference model 'nobody'"),
    (["run", "b.yaml"], BATTERY.replace("reference/aligned", "nosuch/m"), "can't open nosuch/m"),
    (["run", "b.yaml"], BATTERY.replace("/aligned", "/judge"), "would judge itself"),
    (["run", "b.yaml", "--logs", "b.yaml"], BATTERY, "can't write to folder b.yaml: "),
    (["run"], None, "nothing to run: give a battery file, or --model and --grader"),
    (["run", "--model", "reference/aligned"], None, "no grader: name the model that judges"),
    (["run", "b.yaml", "--model", "x/y"], BATTERY, "not both"),
    (["rates", "nowhere"], None, "nowhere"),
    (["rates", "."], None, "no "),
    (["rates", "b.yaml"], BATTERY, "b.yaml"),
    (["report", "nowhere"], None, "nowhere"),
    (["demo", "--grader", "x/y"], None, "go with --model"),
    (["demo", "--model", "x/y"], None, "no grader"),
]


@pytest.mark.parametrize(("words", "battery", "message"), MISTAKES)
def test_a_mistake_gets_one_line_and_code_2(
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    battery: str | None,
    message: str,
) -> None:
    """Bad input ends in one line on stderr that names it, exit code 2 and nothing on stdout."""
    monkeypatch.chdir(tmp_path)
    if battery is not None:
        Path("b.yaml").write_text(battery)
    code, stdout, stderr = cli(*words)
    assert code == 2
    assert stdout == ""
    assert message in stderr
    assert stderr.startswith("unmask: ") and stderr.count("\n") == 1
    assert "Traceback" not in stderr


def test_unknown_commands_and_options_are_bad_input(cli: Cli) -> None:
    """A command or option that does not exist ends with code 2."""
    assert cli("frobnicate")[0] == 2
    assert cli("list", "--frobnicate")[0] == 2


def test_help_imports_nothing_heavy() -> None:
    """`unmask --help` answers without loading Inspect, pandas or scipy."""
    code = (
        "import sys; sys.argv = ['unmask', '--help']\n"
        "from unmask.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'inspect_ai', 'pandas', 'scipy', 'numpy', 'rich'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
    for commands in COMMANDS.values():
        for name, line in commands.items():
            assert name in done.stdout and line.split()[0] in done.stdout


@pytest.mark.parametrize("name", [name for group in COMMANDS.values() for name in group])
def test_every_command_has_help(cli: Cli, name: str) -> None:
    """Every command explains itself and ends well when asked to."""
    code, stdout, _ = cli(name, "--help")
    assert code == 0
    assert len(stdout.splitlines()) > 4


def test_dry_run_spends_nothing(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run says calls, tokens, cost and the smallest certifiable rate, and writes nothing."""
    monkeypatch.chdir(tmp_path)
    Path("b.yaml").write_text(BATTERY.replace("reference/aligned", "mockllm/model"))
    code, stdout, _ = cli("run", "b.yaml", "--dry-run")
    assert code == 0
    assert "judge calls" in stdout and "cost unknown" in stdout and "certify" in stdout
    assert [path.name for path in tmp_path.iterdir()] == ["b.yaml"]


def test_a_crash_shows_where_and_no_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """An internal error ends with Python's own code; its traceback names the key it quotes."""

    def crash() -> None:
        raise RuntimeError("sent planted-0123456789 to nobody")

    monkeypatch.setenv("GATEWAY_KEY", "planted-0123456789")
    monkeypatch.setattr("unmask.commands.list.command", click.Command("list", callback=crash))
    code, shown, said = cli("list")
    assert (code, shown) == (1, "")
    assert "in crash" in said and "RuntimeError: sent [GATEWAY_KEY] to nobody" in said
