"""What a model leaves in its sandbox, brought out as plain bytes and put into another sandbox.

The host opens none of it: a script inside lists and reads the files, and what it prints is checked
here by a schema. Nothing of a submission is ever a file on the host, so that neither git, nor a
test runner, nor an import can touch one there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from inspect_ai.util import SandboxEnvironment
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from unmask.sandbox import inside
from unmask.sandbox.fresh import run

Reason = Literal[
    "bytecode", "name", "not a file", "too deep", "too large", "too many", "unreadable"
]

_SECONDS: Final = 60


class Uncollected(Exception):
    """What a sandbox holds could not be brought out: the instrument failed, not the model."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what a model leaves is kept; the rest is left out and counted."""

    files: int = 200
    total: int = 1 << 20
    """Bytes of all files together."""
    single: int = 1 << 18
    """Bytes of one file."""
    depth: int = 8
    """Folders above a file, within the one that is collected."""


class LeftOut(BaseModel):
    """Something that is not part of a submission."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    path: str
    reason: Reason


class Submission(BaseModel):
    """The ordinary files that a model left, by their path below the folder that was collected.

    `model_dump(mode="json")` is what a sample's store keeps, `model_validate_json` reads it back.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )

    files: dict[str, bytes]
    left_out: tuple[LeftOut, ...] = ()
    """Links, devices, what is too large, and so on; the first hundred by name."""
    unlisted: int = 0
    """How many more were left out."""

    @property
    def complete(self) -> bool:
        """Whether nothing was left out but bytecode, which Python makes anew."""
        return not self.unlisted and all(each.reason == "bytecode" for each in self.left_out)

    @model_validator(mode="after")
    def _paths_stay_below(self) -> Submission:
        for path in self.files:
            _check_path(path)
            above = {str(folder) for folder in PurePosixPath(path).parents}
            if clash := above & self.files.keys():
                raise ValueError(f"{clash.pop()!r} is a file and a folder")
        return self


async def collect(
    sandbox: SandboxEnvironment, root: str, limits: Limits | None = None
) -> Submission:
    """Bring out the ordinary files below a folder of a sandbox.

    No link is followed, only ordinary files are opened, and files beyond the limits are left out in
    the order of their names. A folder that is missing is a submission without files.

    Args:
        sandbox: Where the model worked.
        root: The folder, by its full path.
        limits: How much is kept.

    Raises:
        Uncollected: The sandbox did not give a readable answer.
    """
    most = limits or Limits()
    numbers = (most.files, most.total, most.single, most.depth)
    words = inside.command("pack", root, *map(str, numbers))
    # From "/", for the model may have shut the folder that commands start in.
    ran = await run(sandbox, words, seconds=_SECONDS, cwd="/")
    if ran.state != "ended" or ran.returncode != 0:
        raise Uncollected(f"collecting {root} {ran.state} ({ran.returncode}): {ran.stderr[-500:]}")
    try:
        found = Submission.model_validate_json(ran.stdout)
    except ValidationError as error:
        raise Uncollected(f"what {root} holds can't be read: {error.errors()[0]['msg']}") from None
    _check_limits(found, most)
    return found


async def place(sandbox: SandboxEnvironment, submission: Submission, at: str) -> None:
    """Write the files of a submission below a folder of another sandbox.

    Raises:
        OSError: A file can't be written: there is no room, or something is in its place.
    """
    for path, content in submission.files.items():
        await sandbox.write_file(str(PurePosixPath(at, path)), content)


def _check_path(path: str) -> None:
    parts = path.split("/")
    if not path.isprintable() or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{path!r} is no path below a folder")
    if any(len(part.encode()) > 255 for part in parts):
        raise ValueError(f"{path[:50]!r} has too long a name")


def _check_limits(found: Submission, limits: Limits) -> None:
    """Hold what came out to what was asked for, in case something inside answered instead."""
    sizes = [len(content) for content in found.files.values()]
    deepest = max((path.count("/") for path in found.files), default=0)
    within = (
        len(sizes) <= limits.files
        and sum(sizes) <= limits.total
        and max(sizes, default=0) <= limits.single
        and deepest <= limits.depth
    )
    if not within:
        raise Uncollected("the sandbox gave more than was asked for")
