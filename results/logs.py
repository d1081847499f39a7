"""Finding and reading Inspect logs: headers and sample summaries, never whole logs."""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalLog, read_eval_log
from pydantic import ValidationError

from unmask.errors import BadInput
from unmask.results.summaries import Summary, read_summaries
from unmask.text import safe_text

NOT_LOGS = frozenset(
    ("promise.json", "manifest.json", "calibration.json", "eval-set.json", "logs.json")
)
"""JSON files that stand beside logs and are none: ours and Inspect's."""


CALIBRATION = "calibration"
"""The metadata field of a log in which a judge read exemplars: no checkpoint's answers."""


@dataclass(frozen=True)
class Log:
    """One Inspect log: where it stands, its header, its samples' summaries."""

    path: Path
    name: str
    header: EvalLog = field(repr=False)
    summaries: list[Summary] = field(repr=False)

    @property
    def created(self) -> str:
        """When the log was begun, ISO 8601."""
        return self.header.eval.created

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """What the run and the task wrote about themselves."""
        return self.header.eval.metadata or {}

    @cached_property
    def config(self) -> str:
        """Digest (8 hex digits) of the sampling configuration in the header."""
        used = self.header.eval.model_generate_config.model_dump(mode="json", exclude_none=True)
        return hashlib.sha256(json.dumps(used, sort_keys=True).encode()).hexdigest()[:8]


def planned(log: Log) -> list[tuple[str, int]]:
    """Every sample id and epoch that a log set out to hold, as far as its header says."""
    spec = log.header.eval
    epochs = range(1, (spec.config.epochs or 1) + 1)
    return [(str(each), epoch) for each in spec.dataset.sample_ids or [] for epoch in epochs]


def read_logs(path: Path) -> tuple[list[Log], list[str]]:
    """Read a log, or every log below a folder.

    Returns:
        The logs by name, and one line for each file that could not be read: the file, and what
        was found.

    Raises:
        BadInput: There is nothing there, or nothing that can be read.
    """
    files = find_logs(path)
    root = path if path.is_dir() else path.parent
    logs: list[Log] = []
    unread: list[str] = []
    with quiet():
        for file in files:
            name = safe_text(file.relative_to(root).as_posix())
            try:
                header = read_eval_log(str(file), header_only=True)
                summaries = read_summaries(file)
            except Exception as error:  # a foreign file can break a reader in any way
                unread.append(f"{name}: not a readable Inspect log ({_cause(error)})")
            else:
                logs.append(Log(file, name, header, summaries))
    if not logs:
        more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
        raise BadInput(f"no log could be read: {unread[0]}{more}")
    return logs, unread


def find_logs(path: Path) -> list[Path]:
    """Return the log files at or below a path, sorted.

    Raises:
        BadInput: The path does not exist, is no log, or holds none.
    """
    if path.is_file():
        if path.suffix not in (".eval", ".json"):
            raise BadInput(f"{path} is no Inspect log: expected a .eval or .json file, or a folder")
        return [path]
    if not path.is_dir():
        raise BadInput(f"there is no {path}: expected a folder of Inspect logs, or one log")
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix in (".eval", ".json")
        and file.is_file()
        and file.name not in NOT_LOGS
        and not file.name.startswith(".")
    )
    if not files:
        raise BadInput(f"no Inspect log (.eval or .json) in {path} or below")
    return files


@contextmanager
def quiet() -> Iterator[None]:
    """Hush what Inspect says about old formats and absent plug-ins: summaries need neither."""
    logger = logging.getLogger("inspect_ai")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or error.title
        return safe_text(f"{where}: {first['msg']}", 160)
    return safe_text(f"{type(error).__name__}: {error}", 160)
