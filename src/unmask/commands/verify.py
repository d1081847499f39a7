"""`unmask verify`: whether logs are those that a run wrote, and a report what they give."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from unmask.errors import FAIL, INCOMPLETE, PASS

if TYPE_CHECKING:
    from unmask.results.calibration import Calibration
    from unmask.results.observations import Foreign, Reading
    from unmask.results.report.made import Made


@click.command()
@logs_options
@calibration_option
@click.option(
    "--report",
    "report",
    type=HerePath(),
    help="Make this folder's report anew from the logs, and compare every file.",
)
@click.option(
    "--policy",
    "policy_file",
    type=HerePath(),
    help="The gate's policy, for a report with a decision.",
)
def command(
    logs: Path,
    score: str | None,
    misaligned: str | None,
    checkpoint_by: str | None,
    calibration: tuple[Path, ...],
    report: Path | None,
    policy_file: Path | None,
) -> None:
    """Check that LOGS are as their run left them, and that a report follows from them.

    Every log and promise is held against manifest.json, every label against the readings beside
    it; with --report every rate, comparison, effect and decision is worked out again. The first
    file or number that differs is named. Nothing comes from a cache.

    Exits 0 if all is as it was, 3 if something differs, 4 if something could not be checked.
    """
    from unmask.text import safe_text

    found = check(
        logs,
        foreign_from(score, misaligned, checkpoint_by),
        calibrations_from(calibration, logs),
        report,
        policy_file,
    )
    for line in found.said:
        click.echo(safe_text(line), err=True)
    for line in found.differs:
        click.echo(safe_text(f"DIFFERS  {line}"))
    for line in found.unknown:
        click.echo(safe_text(f"UNKNOWN  {line}"))
    for line in found.same:
        click.echo(f"same     {line}")
    sys.exit(FAIL if found.differs else INCOMPLETE if found.unknown else PASS)


@dataclass(slots=True)
class Found:
    """What a check came to, in lines: what differs, what could not be checked, what is the same."""

    differs: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def check(
    logs: Path,
    foreign: Foreign | None,
    calibrations: Sequence[Calibration],
    report: Path | None,
    policy_file: Path | None,
) -> Found:
    """Check a folder of logs, and a report on it.

    Raises:
        BadInput: Something given can't be read.
    """
    from unmask.results.observations import observe
    from unmask.results.report.made import read_made

    found = Found()
    _files(logs, found)
    made = read_made(report) if report is not None else None
    if made is not None and made.score is not None and foreign is None:
        foreign = foreign_from(*made.score)
    reading = observe(logs, foreign)
    found.said += reading.lines()
    found.unknown += reading.unread
    _labels(reading, found)
    if report is not None and made is not None:
        _report(report, made, reading, logs, calibrations, policy_file, found)
    return found


def _files(logs: Path, found: Found) -> None:
    from unmask.manifest import MANIFEST_FILE, compare_manifest, read_manifest

    manifest = read_manifest(logs)
    if manifest is None:
        found.unknown.append(
            f"{logs} holds no {MANIFEST_FILE}: nothing says what these logs were when they were "
            "written; `unmask run` writes one"
        )
        return
    compared = compare_manifest(manifest, logs)
    found.differs += compared.differs
    found.said += compared.notes
    if not compared.differs:
        found.same.append(f"{compared.files} logs and promises, by {MANIFEST_FILE}")


def _labels(reading: Reading, found: Found) -> None:
    from unmask.results.verify import odd_labels

    odd = odd_labels(reading.table)
    found.differs += odd
    if not odd and (labelled := int(reading.table["label"].notna().sum())):
        found.same.append(f"{labelled} labels, by the readings beside them")
    lost = int(reading.table["missing"].eq("not_run").sum())
    if lost:
        found.unknown.append(f"{lost} promised samples stand in no log")


def _report(
    report: Path,
    made: Made,
    reading: Reading,
    logs: Path,
    calibrations: Sequence[Calibration],
    policy_file: Path | None,
    found: Found,
) -> None:
    """Make a report anew and compare it, file by file."""
    from unmask.commands.gate import decide, gate_files, read_rules
    from unmask.commands.report import gather
    from unmask.results.report.files import report_files, report_texts
    from unmask.results.report.made import MADE_FILE
    from unmask.results.verify import first_difference

    decided = None
    if made.policy is not None and policy_file is None:
        found.unknown.append(
            f"{report} decides by policy {made.policy}: give it with --policy to have that checked"
        )
        return
    if policy_file is not None:
        decided = decide(*read_rules(policy_file), reading, logs, calibrations)
        if made.policy is None or decided.policy != made.policy:
            found.differs.append(
                f"{report}: made by policy {made.policy or 'none'}, and {policy_file} is "
                f"{decided.policy}"
            )
            return
    texts = report_texts(gather(reading, logs, made, calibrations, decided))
    files = {**(gate_files(decided) if decided else {}), **report_files(texts, reading.table)}
    differing = []
    for name, now in sorted(files.items(), key=lambda each: not each[0].endswith(".json")):
        path = report / name
        if not path.is_file():
            differing.append(f"{path}: is gone")
        elif (where := first_difference(name, path.read_bytes(), now)) is not None:
            differing.append(f"{report}/{where}")
    found.differs += differing
    if not differing:
        found.same.append(f"{', '.join(files)} in {report}, made anew from the logs ({MADE_FILE})")
