"""Options that several commands take, and what they mean, said once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from unmask.errors import BadInput

if TYPE_CHECKING:
    from unmask.results.observations import Foreign

Command = TypeVar("Command", bound=Callable[..., Any])


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
        click.argument("logs", type=click.Path(path_type=Path), default=Path("logs")),
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
