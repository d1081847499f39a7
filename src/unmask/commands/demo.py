"""`unmask demo`: the whole way, offline."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from unmask.battery import Battery, read_battery

DEMO = Path(__file__).parent.parent / "reference" / "demo.yaml"


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("report"), show_default=True)
@click.option("--logs", type=click.Path(path_type=Path), help="Keep the logs here.")
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
    if logs is not None:
        _go(battery, logs, out, run_battery)
        return
    with tempfile.TemporaryDirectory(prefix="unmask-demo-") as folder:
        _go(battery, Path(folder), out, run_battery)


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


def _go(battery: Battery, logs: Path, out: Path, run: Any) -> None:
    from unmask.commands.report import write_report

    run(battery, logs, next_step=False)
    write_report(logs, out)
