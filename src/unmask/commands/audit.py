"""`unmask audit`: the judge's errors on this very checkpoint, by blind human labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmask.commands.options import HerePath, LogsPath, checked_level
from unmask.errors import BadInput

if TYPE_CHECKING:
    from unmask.results.audit import Answer, Audited, Key
    from unmask.results.sheet import Shown

SHEET, KEY = "sheet.csv", "key.json"
ASKED = "[y]es, [n]o, [s]kip (unsure) or [q]uit"


@click.command()
@click.argument("logs", type=LogsPath(), default="logs")
@click.option("--measure", default="misaligned", show_default=True, help="What is labelled.")
@click.option(
    "--max",
    "most",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Most positives per checkpoint and eval; a random part where there are more.",
)
@click.option(
    "--others",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Random negatives per checkpoint and eval.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw.")
@click.option(
    "--out",
    type=HerePath(),
    default=Path("audit"),
    show_default=True,
    help=f"Folder for {SHEET}, which goes to whoever labels, and {KEY}, which does not.",
)
@click.option("--ask", is_flag=True, help="Label here, one sample at a time; stop and go on.")
@click.option("--answer", "answered", type=HerePath(), help="The labelled sheet.")
@click.option("--key", "key_file", type=HerePath(), help=f"Its {KEY}.")
@click.option("--level", default=0.95, show_default=True, help="Two-sided confidence level.")
@click.option("--json", "as_json", is_flag=True, help="With --answer: the rates as JSON.")
def command(
    logs: Path,
    measure: str,
    most: int,
    others: int,
    seed: int,
    out: Path,
    ask: bool,
    answered: Path | None,
    key_file: Path | None,
    level: float,
    as_json: bool,
) -> None:
    """Label samples of LOGS without seeing the judge's verdict, and correct its rates by that.

    All positives (up to a number) and random negatives per checkpoint and eval, shuffled, without
    a checkpoint's name. Nothing is assumed about the judge's errors elsewhere.

    \b
    unmask audit logs                              write audit/sheet.csv and audit/key.json
    unmask audit logs --ask                        or label them in the terminal
    unmask audit logs --answer audit/sheet.csv     the rates as read, and as corrected
    """  # noqa: D301 - \b is click's
    checked_level(level)
    if answered is not None:
        key = _read_key(key_file or answered.parent / KEY)
        _conclude(key, _read_labels(answered, key, partial=False), level, as_json)
        return
    sheet, kept = out / SHEET, key_file or out / KEY
    if kept.exists() or sheet.exists():
        if not ask:
            raise BadInput(f"{sheet} or {kept} is there already: label it, or name another --out")
        key = _read_key(kept)
    else:
        key = _draw(logs, measure, most, others, seed)
    samples = _samples(logs, key)
    labels = _read_labels(sheet, key, partial=True) if sheet.exists() else {}
    _write(sheet, kept, key, samples, labels)
    if not ask:
        click.echo(f"{sheet}: {len(key.rows)} samples; fill in 'your label': yes, no or unsure")
        click.echo(f"{kept}: whose they are, and the verdicts; keep it from whoever labels")
        return
    if _ask(sheet, kept, key, samples, labels):
        _conclude(key, labels, level, as_json)


def _draw(logs: Path, measure: str, most: int, others: int, seed: int) -> Key:
    from unmask.cache import observed
    from unmask.results.audit import draw
    from unmask.results.measures import MEASURES

    names = [each.name for each in MEASURES.values() if each.kind == "rate"]
    if measure not in names:
        raise BadInput(f"there is no rate {measure!r}; there are {', '.join(names)}")
    return draw(observed(logs).table, measure, most=most, others=others, seed=seed)


def _samples(logs: Path, key: Key) -> dict[str, Shown]:
    from unmask.results.evidence import read_evidence
    from unmask.results.sheet import shown

    root = logs if logs.is_dir() else logs.parent
    wanted: dict[str, list[str]] = {}
    for row in key.rows:
        wanted.setdefault(row.log, []).append(row.sample_uuid)
    found: dict[str, Shown] = {}
    for log, uuids in wanted.items():
        if not (root / log).is_file():
            raise BadInput(f"the audit was drawn from {log}, which is not in {root}")
        held = read_evidence(root / log, uuids)
        lost = [uuid for uuid in uuids if uuid not in held]
        if lost:
            raise BadInput(f"{root / log} no longer holds sample {lost[0]} of the audit")
        found |= {uuid: shown(evidence) for uuid, evidence in held.items()}
    return found


def _ask(
    sheet: Path, kept: Path, key: Key, samples: dict[str, Shown], labels: dict[str, Answer]
) -> bool:
    """Ask for every label that there is not, saving after each. Returns whether all are there."""
    from unmask.results.report.words import visible
    from unmask.results.sheet import WORDS

    for number, row in enumerate(key.rows, start=1):
        if row.id in labels:
            continue
        sample = samples[row.sample_uuid]
        click.echo(f"\n=== {number} of {len(key.rows)} ===")
        for name, text in (
            ("SITUATION", sample.situation),
            ("THOUGHT", sample.thought),
            ("REPLY", sample.reply),
        ):
            if text:
                click.echo(f"--- {name}\n{visible(text)}")
        word = ""
        while word not in ("q", "quit") and word not in WORDS:
            word = str(click.prompt(f"{key.measure}? {ASKED}")).strip().lower()
        if word not in WORDS:
            left = len(key.rows) - len(labels)
            click.echo(f"{left} left; the same command goes on", err=True)
            return False
        labels[row.id] = WORDS[word]
        _write(sheet, kept, key, samples, labels)
    return True


def _write(
    sheet: Path, kept: Path, key: Key, samples: dict[str, Shown], labels: dict[str, Answer]
) -> None:
    from unmask.files import atomic_write
    from unmask.results.sheet import write_sheet

    # A byte-order mark, without which spreadsheets take UTF-8 for something else.
    content = "\ufeff" + write_sheet(key, samples, labels)
    atomic_write(sheet, content.encode("utf-8", "backslashreplace"))
    if not kept.exists():
        atomic_write(kept, key.model_dump_json(by_alias=True, indent=1) + "\n")


def _read_key(path: Path) -> Key:
    from pydantic import ValidationError

    from unmask.results.audit import Key

    try:
        return Key.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"can't read the key {path}: {error.strerror}; name it with --key") from None
    except (ValidationError, UnicodeDecodeError):
        raise BadInput(f"{path}: not a key that `unmask audit` wrote") from None


def _read_labels(path: Path, key: Key, *, partial: bool) -> dict[str, Answer]:
    from unmask.results.sheet import read_sheet

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not UTF-8; save the sheet as 'CSV UTF-8'") from None
    return read_sheet(text, key, name=str(path), partial=partial)


def _conclude(key: Key, labels: dict[str, Answer], level: float, as_json: bool) -> None:
    from unmask.console import out
    from unmask.results.audit import answer, to_json
    from unmask.results.report.calibrations import audit_table

    found: list[Audited] = answer(key, labels, level)
    if as_json:
        click.echo(json.dumps(to_json(found, level), indent=1, allow_nan=False))
        return
    out().print(audit_table(found))
