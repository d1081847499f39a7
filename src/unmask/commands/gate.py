"""`unmask gate`: logs and a policy in; pass, fail or inconclusive out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmask.commands.options import (
    HerePath,
    calibration_option,
    calibrations_from,
    foreign_from,
    logs_options,
)
from unmask.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from unmask.results.calibration import Calibration
    from unmask.results.gate import Gate
    from unmask.results.observations import Reading
    from unmask.results.policy import Policy


@click.command()
@logs_options
@click.option("--policy", "policy_file", required=True, type=HerePath(), help="YAML file.")
@calibration_option
@click.option("--out", type=HerePath(), help="Write the report here, whatever the decision.")
@click.option("--json", "as_json", is_flag=True, help="The decision as JSON, nothing else.")
def command(
    logs: Path,
    score: str | None,
    misaligned: str | None,
    checkpoint_by: str | None,
    policy_file: Path,
    calibration: tuple[Path, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Decide on a release by a POLICY, from a log or a folder of LOGS.

    Exits 0 for pass, 3 for fail, 4 for inconclusive and 2 where something given can't be used.
    What the logs lack is never a pass.
    """
    from unmask.cache import observed
    from unmask.commands.report import asked, make_report
    from unmask.files import atomic_write
    from unmask.results.gate import EXIT_CODES
    from unmask.text import safe_text

    known = calibrations_from(calibration, logs)
    policy, anchors = read_rules(policy_file)
    foreign = foreign_from(score, misaligned, checkpoint_by)
    reading = observed(logs, foreign)
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    found = decide(policy, anchors, reading, logs, known)
    if out is not None:
        made = asked(logs, policy.level, foreign, found.policy)
        files, _ = make_report(reading, made, known, found)
        for name, content in {**gate_files(found), **files}.items():
            atomic_write(out / name, content)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, allow_nan=False))
    else:
        print_gate(found, bool(reading.table["simulated"].any()))
    sys.exit(EXIT_CODES[found.decision])


def read_rules(policy_file: Path) -> tuple[Policy, dict[Path, pd.DataFrame]]:
    """Read a policy and the anchors that it pins. Raises BadInput where one can't be used."""
    from unmask.results.policy import read_policy

    policy = read_policy(policy_file)
    return policy, read_anchors(policy, policy_file.parent)


def decide(
    policy: Policy,
    anchors: Mapping[Path, pd.DataFrame],
    reading: Reading,
    logs: Path,
    calibrations: Sequence[Calibration],
) -> Gate:
    """Decide by a policy on what was read from logs."""
    from unmask.results.gate import gate

    unread = [*reading.unread, *unpromised(reading, logs, policy)]
    return gate(reading.table, policy, calibrations=calibrations, anchors=anchors, unread=unread)


def read_anchors(policy: Policy, folder: Path) -> dict[Path, pd.DataFrame]:
    """Read the tables of pinned anchors, relative to the policy's folder.

    Raises:
        BadInput: A table can't be read, or is none that `unmask report` wrote.
    """
    import pandas as pd

    from unmask.results.table import SCHEMA, check

    anchors = {}
    for path in {rule.table for rule in policy.drift if rule.table is not None}:
        try:
            read = pd.read_parquet(folder / path)
            # Parquet keeps no type of a column without a value.
            anchors[path] = check(read.astype({n: t for n, t in SCHEMA.items() if n in read}))
        except BadInput as error:
            raise BadInput(f"{folder / path}: {error}") from None
        except (OSError, ValueError, TypeError) as error:
            raise BadInput(f"can't read anchor {folder / path}: {error}") from None
    return anchors


def unpromised(reading: Reading, logs: Path, policy: Policy) -> list[str]:
    """Name own logs without a promise: what they should have held can't be known."""
    from unmask.battery import PROMISE_FILE
    from unmask.results.table import FOREIGN

    if not policy.exact_battery:
        return []
    root = logs if logs.is_dir() else logs.parent
    own = reading.table[reading.table["family"].ne(FOREIGN)]
    bare = [
        name
        for name in sorted(set(own["log"]) - {""})
        if not any((root / above / PROMISE_FILE).is_file() for above in Path(name).parents)
    ]
    return [f"{name}: no {PROMISE_FILE} beside it says what was to be measured" for name in bare]


def gate_files(found: Gate) -> dict[str, bytes]:
    """Make gate.json and junit.xml."""
    from unmask.results.report.junit import render_junit

    told = json.dumps(found.to_json(), indent=1, allow_nan=False) + "\n"
    return {"gate.json": told.encode(), "junit.xml": render_junit(found).encode()}


def print_gate(found: Gate, simulated: bool) -> None:
    """Print the decision, then every rule with its reason."""
    from rich.table import Table
    from rich.text import Text

    from unmask.console import out
    from unmask.results.report.gate_words import where, words_of
    from unmask.text import safe_text

    console = out()
    if simulated:
        console.print("SIMULATED: reference models are among the checkpoints")
    console.print(Text(str(found.decision).upper(), style="bold"), f"by policy {found.policy}")
    console.print()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for rule in found.rules:
        demanded, estimate, why = words_of(rule)
        first = f"{where(rule)}: {demanded}: {estimate}"
        table.add_row(str(rule.decision), Text(safe_text(first)))
        table.add_row("", Text(safe_text(why)))
    console.print(table)
