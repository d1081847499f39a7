"""`unmask run`: measure checkpoints, or go on where a run stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from unmask.battery import Battery, Budget, read_battery
from unmask.commands.options import HerePath
from unmask.errors import BadInput, Gone, Incomplete, Stopped
from unmask.text import safe_text
from unmask.yamls import parse_yaml

if TYPE_CHECKING:
    from rich.console import Console

    from unmask.progress import Progress
    from unmask.run import Models
    from unmask.sandbox.choose import Sandbox


@click.command()
@click.argument("battery_file", metavar="[BATTERY]", required=False, type=HerePath())
@click.option("--model", help="Instead of a battery: one model, as Inspect names it.")
@click.option("--grader", multiple=True, help="The judge; several make a panel.")
@click.option("--runner", help="Goes by prompts that the model writes, in evals that ask for some.")
@click.option("--eval", "evals", multiple=True, help="Which evals (default: all).")
@click.option("--label", help="Name of the checkpoint (default: from the model).")
@click.option("--base-url", help="Endpoint of the model, for OpenAI-compatible servers.")
@click.option("--arm", "arms", multiple=True, help="Arms (default: baseline).")
@click.option("--thinking", multiple=True, help="native, scratchpad or none (default: native).")
@click.option("--epochs", type=click.IntRange(1), default=1, show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Only the first so many scenarios per eval.")
@click.option("--scenarios", type=click.Path(), help="Folder with a private pack to add.")
@click.option(
    "--sandbox",
    default="auto",
    show_default=True,
    help="Where agents' code runs: auto (Docker, else bubblewrap), or an Inspect sandbox by name.",
)
@click.option("--unsafe-local", is_flag=True, help="With --sandbox local: no isolation is meant.")
@click.option("--self-grading", is_flag=True, help="Let a checkpoint judge itself.")
@click.option("--logs", default="logs", show_default=True, help="A folder, or e.g. s3://….")
@click.option("--max-usd", type=float, help="Cap on money, over all runs into these logs.")
@click.option("--max-tokens", type=int, help="The same for tokens, in and out.")
@click.option("--max-calls", type=int, help="The same for calls, of models and judges.")
@click.option("--ray", metavar="ADDRESS", help="On a Ray cluster: local, auto, or HOST:PORT.")
@click.option("--dry-run", is_flag=True, help="Say what it would take, and spend nothing.")
@click.option(
    "--policy",
    type=HerePath(),
    help="With --dry-run: which rules of this gate these samples could never decide.",
)
def command(
    battery_file: Path | None,
    logs: str,
    ray: str | None,
    dry_run: bool,
    policy: Path | None,
    max_usd: float | None,
    max_tokens: int | None,
    max_calls: int | None,
    **options: Any,
) -> None:
    """Run a battery, or resume it: finished samples are never paid for twice.

    Give a BATTERY file, or --model and --grader. Ends with the table of rates.

    \b
    unmask run battery.yaml
    unmask run --model openai/gpt-5 --grader anthropic/claude-opus-4-1 --eval goals
    """  # noqa: D301 - \b is click's
    if battery_file is None:
        battery = from_options(options)
    elif options["model"] or options["grader"] or options["runner"]:
        raise BadInput("give a battery file, or --model and --grader (and --runner), not both")
    else:
        battery = read_battery(battery_file)
        if options["sandbox"] != "auto":  # what a machine has is no matter of the battery
            given = {key: options[key] for key in ("sandbox", "unsafe_local")}
            battery = battery.model_copy(update=given)
    battery = capped(battery, {"usd": max_usd, "tokens": max_tokens, "calls": max_calls})
    if policy is not None and not dry_run:
        raise BadInput("--policy goes with --dry-run here; decide with `unmask gate` after the run")
    if dry_run:
        from unmask.forecast import print_forecast
        from unmask.results.policy import read_policy

        print_forecast(battery, read_policy(policy) if policy is not None else None)
        return
    if "://" in logs:
        _run_into(logs, battery, ray)
    else:
        run_battery(battery, Path(logs), ray=ray)


def _run_into(url: str, battery: Battery, ray: str | None) -> None:
    """Run in a mirror of an address, and send what is new, however the run ends."""
    from unmask.remote import fetch, mirror_of, send

    mirror = fetch(url, mirror_of(url, "run"), exact=False)
    try:
        run_battery(battery, mirror, ray=ray, called=url)
    finally:
        send(mirror, url)


def run_battery(
    battery: Battery,
    logs: Path,
    *,
    brief: bool = False,
    ray: str | None = None,
    called: str | None = None,
) -> None:
    """Run every checkpoint, write the manifest, print the table and what to do next.

    `brief` prints `misaligned` alone, and nothing of what to do next. `ray` is the address of a
    cluster to run on; `called` is what whoever started it calls the logs.

    Raises:
        Incomplete: Some promised sample has neither a label nor a reason.
    """
    from unmask.commands.options import calibrations_from
    from unmask.commands.rates import headline_rows
    from unmask.console import err, out
    from unmask.endings import error_lines
    from unmask.ledger import spent_in
    from unmask.results.observations import observe
    from unmask.results.rates import rates
    from unmask.results.report.terminal import rates_table
    from unmask.run import quiet_environment
    from unmask.spending import left_over, spent_line

    quiet_environment()
    console = err()
    stopped = _elsewhere(battery, logs, ray, console) if ray else _here(battery, logs, console)
    reading = observe(logs)
    rows = rates(reading.table, calibrations=calibrations_from((), logs))
    shown = [row for row in headline_rows(rows) if not brief or row.measure == "misaligned"]
    out().print(rates_table(shown))
    for line in (*reading.notes, *error_lines(reading.table)):
        console.print(line)
    # What ended in an error with a model that is gone is left as well: it has still to be asked.
    unasked = ["not_run", "error"] if isinstance(stopped, Gone) else ["not_run"]
    left = int(reading.table["missing"].isin(unasked).sum())
    spent = spent_in(logs)
    if not brief:
        console.print(f"\n{spent_line(spent, battery.budget)}")
    if isinstance(stopped, Stopped):
        done = len(reading.table) - left
        raise Stopped(left_over(stopped, battery.budget, spent, done, left))
    if left:
        raise Incomplete(f"{left} promised samples were not run; the same command goes on")
    if stopped is not None:
        raise stopped
    if not brief:
        console.print(f"\nNext: unmask report {called or logs} --out report")


def _here(battery: Battery, logs: Path, console: Console) -> Incomplete | None:
    """Measure every checkpoint in this process; return what stopped it."""
    from unmask.files import usable_folder
    from unmask.forecast import say_first
    from unmask.isolation import sandbox_of_run
    from unmask.manifest import write_manifest
    from unmask.plan import cells
    from unmask.progress import Progress, finished_in
    from unmask.run import open_models, promise_rest

    models = open_models(battery)
    sandbox = sandbox_of_run(battery, cells(battery))
    usable_folder(logs)
    total = say_first(battery, console)
    done = finished_in(logs, [each.label for each in battery.checkpoints])
    progress = Progress(sys.stderr, battery, total=total, done=done)
    if sandbox is not None:
        console.print(f"agents work in the sandbox {sandbox.name} ({sandbox.why})")

    def say(line: str) -> None:
        progress.clear()
        console.print(f"  {line}")

    try:
        stopped = _each(battery, models, logs, sandbox, progress, console, say)
        if stopped is not None:
            promise_rest(battery, logs)
        return stopped
    finally:
        progress.clear()
        write_manifest(logs, battery)


def _each(
    battery: Battery,
    models: Models,
    logs: Path,
    sandbox: Sandbox | None,
    progress: Progress,
    console: Console,
    say: Callable[[str], None],
) -> Stopped | None:
    """Measure one checkpoint after the other; return what stopped the run, or the first of them."""
    from unmask.run import run_checkpoint

    gone: dict[tuple[str, ...], Stopped] = {}
    for number, checkpoint in enumerate(battery.checkpoints, start=1):
        name = f"[{number}/{len(battery.checkpoints)}] {checkpoint.label}"
        if checkpoint.server in gone:
            console.print(f"{name}: left, for its provider does not answer")
            continue
        console.print(name)
        try:
            run_checkpoint(
                checkpoint,
                battery,
                models,
                logs,
                sandbox=sandbox,
                display="none",
                say=say,
                follow=progress.follow,
            )
        except Stopped as error:
            if error.shared:
                return error
            gone[checkpoint.server] = error
            say(str(error))
        progress.clear()
    return next(iter(gone.values()), None)


def _elsewhere(battery: Battery, logs: Path, address: str, console: Console) -> Incomplete | None:
    """Measure every checkpoint on a cluster; return what stopped it, or failed there."""
    from unmask.cluster import run_on_cluster
    from unmask.files import usable_folder
    from unmask.forecast import say_first
    from unmask.manifest import write_manifest

    usable_folder(logs)
    say_first(battery, console)
    try:
        return run_on_cluster(
            battery, logs, address, say=lambda line: console.print(f"  {safe_text(line)}")
        )
    finally:
        write_manifest(logs, battery)


def capped(battery: Battery, given: dict[str, float | None]) -> Battery:
    """Put caps from the command line in place of the battery's.

    Raises:
        BadInput: A cap is not above 0.
    """
    caps = {name: cap for name, cap in given.items() if cap is not None}
    try:
        budget = Budget.model_validate(battery.budget.model_dump() | caps)
    except ValidationError:
        said = ", ".join(f"--max-{name} {cap}" for name, cap in caps.items())
        raise BadInput(f"{said}: a cap is a number above 0") from None
    return battery.model_copy(update={"budget": budget})


def from_options(options: dict[str, Any]) -> Battery:
    """Build a battery of one checkpoint from what was said on the command line.

    Raises:
        BadInput: A model or a grader is missing, or a value does not fit.
    """
    if not options.get("model"):
        raise BadInput("nothing to run: give a battery file, or --model and --grader")
    if not options.get("grader"):
        raise BadInput(
            "no grader: name the model that judges with --grader (a model never judges itself "
            "unless you say --self-grading)"
        )
    import yaml

    evals = list(options.get("evals") or asked_by_default(options.get("runner")))
    entry = {key: options[key] for key in ("limit", "scenarios") if options.get(key)}
    checkpoint = {"label": options.get("label") or _label(options["model"])}
    checkpoint |= {key: options[key] for key in ("model", "base_url") if options.get(key)}
    value: dict[str, Any] = {
        "grader": list(options["grader"]),
        "checkpoints": [checkpoint],
        "evals": [{"eval": name, **entry} for name in evals],
    }
    for key in ("runner", "arms", "thinking", "epochs", "self_grading", "sandbox", "unsafe_local"):
        if options.get(key):
            given = options[key]
            value[key] = list(given) if isinstance(given, tuple) else given
    return parse_yaml(yaml.safe_dump(value), Battery, source="command line")


def asked_by_default(runner: str | None) -> tuple[str, ...]:
    """Return the evals of a run that names none, and say which are left out without a runner."""
    from unmask.console import err
    from unmask.evals.catalog import catalog

    left = [spec.name for spec in catalog().values() if spec.by_prompt and not runner]
    if left:
        err().print(f"left out, for they need a --runner: {', '.join(left)}")
    return tuple(name for name in catalog() if name not in left)


def _label(model: str) -> str:
    """Name a checkpoint after its model, in characters that a folder may have."""
    kept = "".join(c if c.isalnum() or c in "._+-" else "-" for c in model.split("/", 1)[-1])
    return kept.strip("._+-")[:100] or "model"
