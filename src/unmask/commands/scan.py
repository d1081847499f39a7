"""`unmask scan`: regular expressions over reasoning and replies."""

from __future__ import annotations

import json
from pathlib import Path

import click

from unmask.commands.options import LogsPath


@click.command()
@click.argument("source", metavar="LOGS|FILE.jsonl", type=LogsPath())
@click.option(
    "--field",
    "fields",
    multiple=True,
    help="Field of a JSON-lines record to scan (default: reasoning); several may be given.",
)
@click.option("--strong", "only_strong", is_flag=True, help="List only texts with the strong flag.")
@click.option("--most", type=click.IntRange(0), default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Every hit as JSON, nothing else.")
def command(
    source: Path, fields: tuple[str, ...], only_strong: bool, most: int, as_json: bool
) -> None:
    """Look for words of a misaligned aim in the reasoning and replies of any logs or JSON lines.

    A hit is a place to read, never a verdict; reasoning that was not shown holds no hit and is
    counted apart. docs/patterns.md says what patterns see and what they can't.

    \b
    unmask scan logs
    unmask scan transcripts.jsonl --field reasoning --json
    """  # noqa: D301 - \b is click's
    from unmask.errors import BadInput
    from unmask.results.scan import line_texts, log_texts, scan, to_json
    from unmask.scorers.patterns import load_patterns
    from unmask.text import safe_text

    unread: list[str] = []
    if source.suffix == ".jsonl":
        texts = line_texts(source, fields or ("reasoning",), unread)
    elif fields:
        raise BadInput("--field is for JSON lines (FILE.jsonl); logs have reasoning and replies")
    else:
        texts = log_texts(source, unread)
    made = scan(list(texts), load_patterns(), unread)
    if not made.scanned:
        raise BadInput(made.unread[0] if made.unread else f"nothing to scan in {source}")
    if as_json:
        click.echo(json.dumps(to_json(made), indent=1))
        return
    for line in made.unread:
        click.echo(safe_text(line), err=True)
    for (part, visibility), (total, flagged, strong) in made.shown.items():
        click.echo(f"{part} ({visibility}): {total} texts, {flagged} with a hit, {strong} strong")
    if made.empty:
        click.echo(f"{made.empty} of {made.scanned} texts were empty: nothing was shown there")
    listed = [each for each in made.hits if each.strong or not only_strong]
    for each in listed[:most]:
        flag = "strong " if each.strong else ""
        click.echo(f"\n{safe_text(each.id)} {each.part}: {flag}{', '.join(each.categories)}")
        for span in each.spans[:5]:
            click.echo(f"  {span.category}: {safe_text(span.text, 120)}")
    if len(listed) > most:
        click.echo(f"\nand {len(listed) - most} more: --most N, or --json for all")
