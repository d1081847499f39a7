"""What was last made from logs, kept in the user's cache: of unchanged logs nothing is made anew.

Kept are tables, and the texts of reports. Each entry stands under a seal over its own bytes and all
that it was made of: every file's size and times, the options, the code and its libraries. What is
stale, damaged or of another version breaks the seal, so that no result ever depends on the cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_cache_path

import unmask
import unmask.evals
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
"""Most entries kept; the oldest go first."""


def observed(path: Path, foreign: Foreign | None = None) -> Reading:
    """Read logs as `observe` does, or take what was kept of them if nothing has changed.

    Raises:
        BadInput: As `observe`.
    """
    return read_through(path, foreign, cache_folder(), time.time)


def cache_folder() -> Path | None:
    """Where it is; None where nothing is to be kept."""
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
    made_of = _digest(str(path.resolve()), repr(foreign), json.dumps(marks), _code())
    kept = _load(folder, made_of)
    if kept is not None:
        return _reading(kept, made_of)
    reading = observe(path, foreign)
    settled = clock() - max(mark.touched for mark in marks) > SETTLED
    if not settled or reading.running or reading.unread or _marks(path) != marks:
        return reading
    reading = replace(reading, made_of=made_of)
    _store(folder, made_of, lambda: _content(reading))
    return reading


def made_once(
    reading: Reading,
    asked: str,
    make: Callable[[], tuple[dict[str, str], bool]],
    folder: Path | None,
) -> dict[str, str]:
    """Make texts from a reading and its logs, or take those that were made of the same before.

    Args:
        reading: What was read from the logs.
        asked: All else that the texts depend on.
        make: Makes them, and says whether they are whole: what could not be read this time is
            looked for again the next.
        folder: Where they are kept; None to keep none.
    """
    if folder is None or not reading.made_of:
        return make()[0]
    made_of = _digest(reading.made_of, asked)
    kept = _load(folder, made_of)
    if kept is not None:
        found: dict[str, str] = json.loads(kept)
        return found
    texts, whole = make()
    if whole:
        # Logs that have changed since the reading do no harm: what they were won't come again.
        _store(folder, made_of, lambda: json.dumps(texts).encode())
    return texts


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


CODE = (".py", ".yaml", ".jinja2", ".css")
"""Endings of files that results depend on."""

PACKAGES = (
    *("unmask", "inspect-ai", "pandas", "pyarrow", "numpy", "scipy"),
    *("jinja2", "altair", "vl-convert-python"),
)


def code_files() -> list[Path]:
    """Find all of our own files that turn logs into results."""
    parts = (unmask, unmask.evals, unmask.results, unmask.scorers)
    folders = [Path(part.__path__[0]) for part in parts]
    files = {file.resolve() for folder in folders for file in folder.rglob("*")}
    return sorted(file for file in files if file.suffix in CODE and file.is_file())


@cache
def _code() -> str:
    """Digest of those files and of the versions that a report names or rests on."""
    held = [file.read_bytes() for file in code_files()]
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    return _digest(platform.python_version(), *versions, *held)


def _digest(*parts: str | bytes) -> str:
    """Digest parts in order, each by itself, so that none can run into the next."""
    whole = hashlib.sha256()
    for part in parts:
        held = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(hashlib.sha256(held).digest())
    return whole.hexdigest()


def _content(reading: Reading) -> bytes:
    told = {name: getattr(reading, name) for name in ("stale", "superseded", "notes")}
    return to_parquet(reading.table, {"reading": json.dumps(told)})


def _reading(content: bytes, made_of: str) -> Reading:
    table, about = from_parquet(content)
    told = json.loads(about["reading"])
    return Reading(table, told["stale"], told["superseded"], (), tuple(told["notes"]), (), made_of)


SUFFIX = ".kept"
SEAL = len(_digest())


def _load(folder: Path, made_of: str) -> bytes | None:
    try:
        held = (folder / f"{made_of[:32]}{SUFFIX}").read_bytes()
    except OSError:
        return None
    seal, content = held[:SEAL], held[SEAL:]
    return content if seal == _digest(made_of, content).encode() else None


def _store(folder: Path, made_of: str, content: Callable[[], bytes]) -> None:
    try:
        made = content()
        entry = folder / f"{made_of[:32]}{SUFFIX}"
        atomic_write(entry, _digest(made_of, made).encode() + made, private=True)
        held = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: -file.stat().st_mtime)
        for old in held[MOST:]:
            old.unlink()
    except (BadInput, OSError, ValueError):  # the last: text that Parquet can't hold
        return
