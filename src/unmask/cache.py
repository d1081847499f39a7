"""The last tables read from logs, kept in the user's cache: unchanged logs are not read again.

An entry is the table of one log or folder, under a seal over its own bytes and all that it was made
of: each file's size and times, how foreign logs are read, the code that reads. What is stale,
damaged or of another version breaks the seal and is read anew, so that no result depends on it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_cache_path

import unmask
import unmask.results
import unmask.scorers
from unmask.battery import PROMISE_FILE
from unmask.errors import BadInput
from unmask.files import atomic_write
from unmask.results.logs import find_logs
from unmask.results.observations import Foreign, Reading, observe
from unmask.results.parquet import from_parquet, to_parquet

FOLDER_VARIABLE = "UNMASK_CACHE_DIR"
"""Environment variable that names the cache's folder; set to nothing, nothing is kept."""

SETTLED = 2.0
"""Seconds after which another write surely shows in a file's times."""

MOST = 32
"""Most tables kept; the oldest go first."""


def observed(path: Path, foreign: Foreign | None = None) -> Reading:
    """Read logs as `observe` does, or take what was kept of them if nothing has changed.

    Raises:
        BadInput: As `observe`.
    """
    return read_through(path, foreign, cache_folder(), time.time)


def cache_folder() -> Path | None:
    """Where tables are kept; None where none are to be."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named is None:
        return user_cache_path("unmask", appauthor=False)
    return Path(named) if named else None


def read_through(
    path: Path, foreign: Foreign | None, folder: Path | None, clock: Callable[[], float]
) -> Reading:
    """Read logs through the cache in a folder.

    Only what can't change unseen is kept: nothing of logs that can't be read, are still running,
    changed while they were read, or did so within the last seconds. A folder that can't be used
    costs time and nothing else.

    Args:
        path: A log or a folder.
        foreign: How to read logs that are not ours.
        folder: Where tables are kept; None to keep none.
        clock: Seconds since the epoch.

    Raises:
        BadInput: As `observe`.
    """
    marks = _marks(path) if folder else None
    if folder is None or marks is None:
        return observe(path, foreign)
    source = [str(path.resolve()), repr(foreign)]
    entry = folder / f"{hashlib.sha256(json.dumps(source).encode()).hexdigest()[:32]}.table"
    made_of = json.dumps([source, marks, _code()]).encode()
    kept = _load(entry, made_of)
    if kept is not None:
        return kept
    reading = observe(path, foreign)
    settled = clock() - max(mark.touched for mark in marks) > SETTLED
    if settled and not reading.running and not reading.unread and _marks(path) == marks:
        _store(entry, made_of, reading)
    return reading


class Mark(NamedTuple):
    """What tells a changed file from the same one."""

    name: str
    size: int
    written: int
    """When its content changed, in nanoseconds since the epoch."""
    changed: int
    """When anything did, this too in nanoseconds: tools that set `written` back can't set it."""

    @property
    def touched(self) -> float:
        """The later of its times, in seconds since the epoch."""
        return max(self.written, self.changed) / 1e9


def _marks(path: Path) -> list[Mark] | None:
    """Mark every file that `observe` reads; None where there is something for it to refuse."""
    root = path if path.is_dir() else path.parent
    try:
        below = root.rglob(PROMISE_FILE) if path.is_dir() else root.glob(PROMISE_FILE)
        files = [*find_logs(path), *sorted(file for file in below if file.is_file())]
        return [_mark(file, root) for file in files]
    except (BadInput, OSError):
        return None


def _mark(file: Path, root: Path) -> Mark:
    found = file.stat()
    name = file.relative_to(root).as_posix()
    return Mark(name, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@cache
def _code() -> list[str]:
    """Digest of the code that makes the table, and the versions of what it stands on."""
    folders = [Path(package.__path__[0]) for package in (unmask, unmask.results, unmask.scorers)]
    digest = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.glob("*.py")):
        digest.update(file.read_bytes())
    libraries = [f"{name} {version(name)}" for name in ("inspect-ai", "pandas", "pyarrow")]
    return [digest.hexdigest(), platform.python_version(), *libraries]


SEAL = hashlib.sha256().digest_size


def _seal(made_of: bytes, content: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(made_of).digest() + content).digest()


def _load(entry: Path, made_of: bytes) -> Reading | None:
    try:
        held = entry.read_bytes()
    except OSError:
        return None
    seal, content = held[:SEAL], held[SEAL:]
    if seal != _seal(made_of, content):
        return None
    table, about = from_parquet(content)
    told = json.loads(about["reading"])
    return Reading(table, told["stale"], told["superseded"], (), tuple(told["notes"]), ())


def _store(entry: Path, made_of: bytes, reading: Reading) -> None:
    told = {name: getattr(reading, name) for name in ("stale", "superseded", "notes")}
    try:
        content = to_parquet(reading.table, {"reading": json.dumps(told)})
        atomic_write(entry, _seal(made_of, content) + content, private=True)
        held = sorted(entry.parent.glob("*.table"), key=lambda file: -file.stat().st_mtime)
        for old in held[MOST:]:
            old.unlink()
    except (BadInput, OSError, ValueError):  # the last: text that Parquet can't hold
        return
