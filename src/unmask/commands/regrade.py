"""`unmask regrade`: a second opinion on samples that exist."""

from __future__ import annotations

import json
from pathlib import Path

import click

from unmask.commands.options import HerePath, LogsPath, grader_options, graders_from


@click.command()
@click.argument("logs", type=LogsPath(), default="logs")
@grader_options
@click.option("--out", type=HerePath(), required=True, help="Folder of the copies.")
@click.option("--json", "as_json", is_flag=True, help="The agreement as JSON, nothing else.")
def command(
    logs: Path, grader: tuple[str, ...], battery: Path | None, out: Path, as_json: bool
) -> None:
    """Read the samples of LOGS with another judge, and compare the two judges.

    Nothing is generated. The logs stay as they are; copies of them in --out hold both readings,
    and `unmask rates` shows a rate for each judge there.

    \b
    unmask regrade logs --grader openai/gpt-5 --out logs-second
    """  # noqa: D301 - \b is click's
    from unmask.console import err
    from unmask.console import out as console
    from unmask.models import open_panel
    from unmask.regrade import regrade
    from unmask.results.agreement import agreements, to_json
    from unmask.results.observations import observe
    from unmask.results.report.calibrations import agreement_table, discordant_table
    from unmask.run import quiet_environment

    quiet_environment()
    specs, limits = graders_from(grader, battery)
    read = regrade(logs, specs, open_panel(specs, limits), out, say=err().print)
    found = agreements(observe(out).table)
    if as_json:
        click.echo(json.dumps(to_json(found), indent=1, allow_nan=False))
        return
    console().print(agreement_table(found))
    if any(each.discordant for each in found):
        console().print("")
        console().print(discordant_table(found))
    err().print(f"\n{read} samples read. Next: unmask rates {out}")
