"""The command line: which command lives where, and how failures leave the process.

A command's module is imported only when that command runs (or shows its own help), so that
`unmask --help` answers at once: the one-line helps stand here.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
from typing import NoReturn

import click

from unmask.errors import CRASH, UnmaskError
from unmask.text import safe_text

COMMANDS: dict[str, dict[str, str]] = {
    "Measure": {
        "demo": "The whole way offline on reference models, ending in a report.",
        "list": "The evals: style, scenarios, version.",
        "run": "Run or resume a battery.",
        "regrade": "Read existing samples with another judge; nothing is generated.",
        "calibrate": "How often a judge errs on labelled transcripts.",
        "audit": "How often it errs on this checkpoint, by blind human labels.",
        "serve": "Reference models behind the APIs of real ones.",
    },
    "Read": {
        "rates": "Rates with intervals per checkpoint, eval and arm.",
        "compare": "Paired differences between two checkpoints, and which regressed.",
        "gap": "Chat against agentic work, paired over twins.",
        "trajectory": "Rates over training steps, and when they changed.",
        "scan": "The patterns alone, over any logs or JSON lines.",
        "agreement": "Where judge, patterns and executed checks disagree, and what to read.",
    },
    "Decide": {
        "gate": "Pass, fail or inconclusive, by a policy.",
        "report": "One HTML file, and the table as Parquet and CSV.",
        "verify": "Whether logs are as their run left them, and a report what they give.",
    },
}
"""Group → command → one line. A command `x` is the click command `command` in
`unmask.commands.x`."""


class LazyGroup(click.Group):
    """A click group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name, in reading order."""
        return [name for group in COMMANDS.values() for name in group]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"unmask.commands.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups of commands with their one-line helps."""
        for group, commands in COMMANDS.items():
            with formatter.section(group):
                formatter.write_dl(list(commands.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="unmask", message="%(prog)s %(version)s")
def unmask() -> None:
    """Measure whether a model checkpoint is misaligned, in a form a release can rest on.

    Start with `unmask demo`: the whole way on offline reference models, no key needed.
    """


SELDOM = (50_000, 5, 5)
"""How many objects come and how often before the garbage collector looks at them, by generation.

Most of what is made here stays to the end, or goes without a collector. As often as Python looks by
itself, it takes a sixth of a battery's processor time (`benchmarks/efficiency.py`).
"""


def main() -> NoReturn:
    """Run the command line; an expected failure becomes one line and its exit code."""
    gc.set_threshold(*SELDOM)
    try:
        unmask(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; the same command goes on from here", err=True)
        sys.exit(130)
    except UnmaskError as error:
        for line in f"unmask: {error}".split("\n"):
            click.echo(safe_text(line), err=True)
        sys.exit(error.exit_code)
    except Exception:
        from unmask.keys import keys_in, silenced

        click.echo(silenced(traceback.format_exc(), keys_in(os.environ)), err=True)
        sys.exit(CRASH)
    sys.exit(0)
