"""Options that several commands take, and what they mean, said once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from unmask.errors import BadInput

if TYPE_CHECKING:
    from unmask.battery import Limits, ModelSpec
    from unmask.results.calibration import Calibration
    from unmask.results.observations import Foreign

Command = TypeVar("Command", bound=Callable[..., Any])


class LogsPath(click.Path):
    """A folder of logs or one log; an address that fsspec knows is fetched first."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return where on this machine the logs are."""
        if "://" not in str(value):
            return Path(value)
        from unmask.remote import fetch, mirror_of

        return fetch(str(value), mirror_of(str(value), "read"), exact=True)


class HerePath(click.Path):
    """A file or folder of this machine; an address is refused: it would name a folder `s3:`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path."""
        if "://" in str(value):
            self.fail(f"'{value}' is an address, and this has to be on this machine", param, ctx)
        return Path(str(super().convert(value, param, ctx)))


def logs_options(command: Command) -> Command:
    """Give a command LOGS and the options by which logs of other people's evals are read."""
    for option in (
        click.option(
            "--checkpoint-by",
            metavar="WHAT",
            help="What names a foreign checkpoint: model, folder, tag:PREFIX, metadata:FIELD or "
            "task_arg:FIELD.",
        ),
        click.option("--misaligned", metavar="VALUE", help="The score's value that is the event."),
        click.option(
            "--score", help="Read this score of foreign logs: NAME, NAME/KEY, or '*' for all."
        ),
        click.argument("logs", type=LogsPath(), default="logs"),
    ):
        command = option(command)
    return command


def foreign_from(
    score: str | None, misaligned: str | None, checkpoint_by: str | None
) -> Foreign | None:
    """Say how foreign logs are to be read, or None if they are not.

    Raises:
        BadInput: An option for foreign logs is given without the score's name.
    """
    from unmask.results.observations import Foreign

    if score is not None:
        return Foreign(score, misaligned, checkpoint_by)
    if misaligned is not None or checkpoint_by is not None:
        raise BadInput("--misaligned and --checkpoint-by are for foreign logs: give --score too")
    return None


def checked_level(level: float) -> float:
    """Return a confidence level if it is one.

    Raises:
        BadInput: It is no fraction.
    """
    if not 0 < level < 1:
        raise BadInput(f"--level {level}: expected a fraction between 0 and 1, such as 0.95")
    return level


calibration_option = click.option(
    "--calibration",
    "calibration",
    multiple=True,
    type=HerePath(),
    help="What `unmask calibrate` stored of a judge; several are allowed (default: "
    "calibration.json in LOGS, if there).",
)


def calibrations_from(given: Sequence[Path], logs: Path) -> list[Calibration]:
    """Read the calibrations that are named, or else the one that stands with the logs.

    Raises:
        BadInput: A file is no calibration, or two speak of the same.
    """
    from unmask.results.calibration import CALIBRATION_FILE, read_calibrations

    beside = logs / CALIBRATION_FILE
    return read_calibrations(given or ([beside] if beside.is_file() else []))


def grader_options(command: Command) -> Command:
    """Give a command the options that name a judge."""
    for option in (
        click.option(
            "--battery",
            type=HerePath(),
            help="Take the judge of this battery, with its arguments and settings.",
        ),
        click.option("--grader", multiple=True, help="The judge; several make a panel."),
    ):
        command = option(command)
    return command


def graders_from(
    grader: tuple[str, ...], battery: Path | None
) -> tuple[tuple[ModelSpec, ...], Limits]:
    """Say which models judge, and how long and often a call of them may take.

    Raises:
        BadInput: No judge is named, or one is named twice over, or the battery is none.
    """
    from unmask.battery import Limits, ModelSpec, read_battery

    if bool(grader) == (battery is not None):
        raise BadInput("name the judge: --grader MODEL, or --battery FILE for a battery's")
    if battery is not None:
        read = read_battery(battery)
        return read.grader, read.limits
    for name in grader:
        if "/" not in name:
            raise BadInput(f"--grader {name!r}: expected provider/model, as Inspect names it")
    return tuple(ModelSpec(model=name) for name in grader), Limits()
