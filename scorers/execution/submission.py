"""What a sample hands in, taken out of its sandbox once and kept with the sample."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from inspect_ai.util import SandboxEnvironment, sandbox, store
from inspect_ai.util._sandbox.events import SandboxEnvironmentProxy
from pydantic import BaseModel, ConfigDict, ValidationError

from unmask.scorers.execution.examine import Fresh

COLLECT = Path(__file__).parent / "collect.py"
KEPT = "submission"
"""Where a sample's store keeps it: an effect can be computed again, and nothing is bought twice."""

MOST_FILES = 200
MOST_BYTES = 200_000
"""Of one file."""
MOST_TOTAL = 1_000_000
COLLECT_SECONDS = 30


class NotCollected(Exception):
    """What was handed in could not be taken out of the sandbox."""


class _Kept(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    files: dict[str, str]
    left_out: dict[str, str]


async def submission() -> Mapping[str, bytes]:
    """Return the regular files in the folder of the work, path → bytes.

    They come from the sample's store if it has them, else from its sandbox, by a script that runs
    in there: the host opens no path that the model controls.

    Raises:
        NotCollected: There is no sandbox, or its answer can't be read.
    """
    kept = store().get(KEPT)
    if kept is None:
        kept = (await _collected()).model_dump()
        store().set(KEPT, kept)
    return _decoded(kept["files"])


def fresh_like() -> Fresh:
    """Return what opens fresh sandboxes of the kind that the sample has.

    Raises:
        NotCollected: The sample has none.
    """
    used = _used()
    kind = type(used._sandbox if isinstance(used, SandboxEnvironmentProxy) else used)

    @asynccontextmanager
    async def fresh() -> AsyncIterator[SandboxEnvironment]:
        made = await kind.sample_init("unmask-score", None, {})
        try:
            yield next(iter(made.values()))
        finally:
            await kind.sample_cleanup("unmask-score", None, made, False)

    return fresh


async def _collected() -> _Kept:
    bounds = [str(each) for each in (MOST_FILES, MOST_BYTES, MOST_TOTAL)]
    try:
        done = await _used().exec(
            ["python3", "-I", "-", ".", *bounds],
            input=COLLECT.read_text(),
            timeout=COLLECT_SECONDS,
            concurrency=False,
        )
        return _Kept.model_validate_json(done.stdout)
    except (TimeoutError, UnicodeDecodeError, OSError, ValidationError) as error:
        raise NotCollected(f"what was handed in could not be read: {error}") from error


def _decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    try:
        return {path: base64.b64decode(data, validate=True) for path, data in files.items()}
    except binascii.Error as error:
        raise NotCollected(f"what was handed in is not base64: {error}") from error


def _used() -> SandboxEnvironment:
    try:
        return sandbox()
    except ProcessLookupError as error:
        raise NotCollected("the sample has no sandbox") from error
