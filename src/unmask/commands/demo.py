"""`unmask demo`: the whole way, offline."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from unmask.battery import Battery, read_battery
from unmask.commands.options import HerePath

REFERENCE = Path(__file__).parent.parent / "reference"
DEMO = REFERENCE / "demo.yaml"
POLICY = REFERENCE / "demo-gate.yaml"
USUAL = "step-000"
"""The checkpoint whose gap is taken for usual."""


@click.command()
@click.option("--out", type=HerePath(), default=Path("report"), show_default=True)
@click.option("--logs", type=HerePath(), help="Keep the logs here.")
@click.option("--model", help="Measure this model in place of the reference checkpoints.")
@click.option("--base-url", help="An OpenAI-compatible endpoint; --model is then its model name.")
@click.option("--grader", help="The judge for --model.")
def command(
    out: Path, logs: Path | None, model: str | None, base_url: str | None, grader: str | None
) -> None:
    """Go the whole way on offline reference models, from a battery to a report.

    No key, no network: scripted checkpoints along a training run are measured, judged, counted and
    reported, and all of it is marked as simulated. With --model (and --grader) the same way is
    gone with a real model.

    \b
    unmask demo
    unmask demo --model openai/gpt-5 --grader anthropic/claude-opus-4-1
    unmask demo --base-url http://localhost:8000/v1 --model my-model --grader openai/gpt-5
    """  # noqa: D301 - \b is click's
    from unmask.commands.run import run_battery
    from unmask.errors import BadInput

    if model is None and (base_url or grader):
        raise BadInput("--base-url and --grader go with --model")
    battery = read_battery(DEMO)
    if model is not None:
        battery = real_battery(battery, model, base_url, grader)
    go = _go if model is None else _go_real
    if logs is not None:
        run_battery(battery, logs, brief=True)
        go(logs, out)
        return
    with tempfile.TemporaryDirectory(prefix="unmask-demo-") as folder:
        run_battery(battery, Path(folder), brief=True)
        go(Path(folder), out)


def real_battery(battery: Battery, model: str, base_url: str | None, grader: str | None) -> Battery:
    """Put one real model, and its judge, in place of the demo's reference models.

    Raises:
        BadInput: No grader is given, or the model's name lacks a provider.
    """
    from unmask.commands.run import from_options

    options: dict[str, Any] = {
        "model": f"openai-api/endpoint/{model}" if base_url else model,
        "base_url": base_url,
        "grader": (grader,) if grader else (),
        "evals": [entry.eval for entry in battery.evals],
        "limit": 5,
    }
    return from_options(options)


def _go_real(logs: Path, out: Path) -> None:
    from unmask.commands.report import write_report

    write_report(logs, out)


def _go(logs: Path, out: Path) -> None:
    """Set chat against agentic work, decide on the last checkpoint, and report on all of it."""
    from unmask.cache import observed
    from unmask.commands.gap import print_gaps
    from unmask.commands.gate import decide, gate_files, print_gate, read_rules
    from unmask.commands.report import asked, make_report
    from unmask.evals.catalog import catalog
    from unmask.files import atomic_write
    from unmask.results.gap import find_gaps

    reading = observed(logs)
    headline = {spec.name: spec.headline for spec in catalog().values()}
    twins = reading.table[reading.table["twin"].notna()]
    twins = twins[twins["checkpoint"].isin([USUAL, "chat-tuned"])]
    click.echo(
        f"\nThe same situations with tools and in one turn (unmask gap --reference {USUAL}):"
    )
    found = find_gaps(twins, USUAL, headline, 0.95)
    paired = tuple(gap for gap in found.gaps if gap.contrast == "act - decide")
    print_gaps(replace(found, gaps=paired, cues=()), referred=True, simulated=True)
    policy, anchors = read_rules(POLICY)
    decided = decide(policy, anchors, reading, logs, ())
    click.echo("\nMay chat-tuned be released? (unmask gate --policy gate.yaml):")
    print_gate(decided, simulated=True)
    made = asked(logs, policy.level, None, decided.policy)
    files, _ = make_report(reading, made, (), decided)
    click.echo("")
    for name, content in {**gate_files(decided), **files}.items():
        atomic_write(out / name, content)
        click.echo(out / name)
