"""Looking at what a model's code does: in a sandbox that it hasn't touched, believing little.

    async with fresh(sandbox()) as clean:
        await place(clean, submission, "/workspace/solution")
        ran = await run(clean, ["python3", "-I", ...], seconds=20)
        result = await read_result(clean, "/tmp/result.json", Result)

Whatever hostile code can bring about is a state here and not an error: only a failure of the
sandbox itself raises.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import anyio
from inspect_ai._util.registry import registry_unqualified_name
from inspect_ai.util import (
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
)
from inspect_ai.util._sandbox.events import SandboxEnvironmentProxy
from inspect_ai.util._sandbox.limits import override_sandbox_output_limit
from pydantic import BaseModel, ValidationError

from unmask.sandbox.choose import hardened
from unmask.sandbox.provider import BwrapSandboxEnvironment

State = Literal["ended", "ran too long", "wrote too much", "could not start"]

OUTPUT: Final = 8 << 20
"""Bytes of output that a command may write; of one that writes more, none is believed."""

RESULT: Final = 1 << 16
"""Bytes that a result file may have."""

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command in a sandbox went; its output is there, and whole, only if it ended."""

    state: State
    returncode: int | None = None
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A result that is no result: for the scorer a fact about the run, never a verdict."""

    reason: str


@asynccontextmanager
async def fresh(like: SandboxEnvironment) -> AsyncIterator[SandboxEnvironment]:
    """A new sandbox of the same kind and limits as a sample's own, ended at the end of the block.

    What happens in it is not written into the sample's transcript.

    Raises:
        SandboxUnavailableError: It can't be started.
    """
    own = like._sandbox if isinstance(like, SandboxEnvironmentProxy) else like
    kind = type(own)
    config = _config(own)
    boxes = await kind.sample_init("fresh", config, {})
    try:
        yield next(iter(boxes.values()))
    finally:
        with anyio.CancelScope(shield=True):
            # Not "interrupted": Docker's provider would then leave it to the end of the task.
            await kind.sample_cleanup("fresh", config, boxes, False)


async def run(
    sandbox: SandboxEnvironment,
    words: Sequence[str],
    *,
    seconds: int,
    input: str | None = None,
    cwd: str | None = None,
) -> Ran:
    """Run a command that may be hostile.

    Raises:
        SandboxUnavailableError: The sandbox is gone.
    """
    try:
        with override_sandbox_output_limit(OUTPUT, "exec"):
            done = await sandbox.exec(
                list(words), input=input, cwd=cwd, timeout=seconds, timeout_retry=False
            )
    except TimeoutError:
        return Ran("ran too long")
    except OutputLimitExceededError:
        return Ran("wrote too much")
    except (PermissionError, UnicodeDecodeError):
        return Ran("could not start")
    # Some sandboxes keep the end of what is too long, and hostile code chooses what that is.
    if max(len(done.stdout.encode()), len(done.stderr.encode())) >= OUTPUT:
        return Ran("wrote too much")
    return Ran("ended", done.returncode, done.stdout, done.stderr)


async def read_result(
    sandbox: SandboxEnvironment, path: str, schema: type[T], limit: int = RESULT
) -> T | Unreadable:
    """Read a JSON file that hostile code may have written or replaced.

    Raises:
        SandboxUnavailableError: The sandbox is gone.
    """
    try:
        with override_sandbox_output_limit(limit, "read_file"):
            content = await sandbox.read_file(path, text=False)
    except FileNotFoundError:
        return Unreadable("there is no result")
    except OutputLimitExceededError:
        return Unreadable(f"the result is larger than {limit} bytes")
    except (OSError, TimeoutError) as error:
        return Unreadable(f"the result can't be read: {error}")
    return parse_result(content, schema)


def parse_result(content: bytes, schema: type[T]) -> T | Unreadable:
    """Check a result against its schema: exact types, no key twice, no NaN or infinity."""
    try:
        json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        return schema.model_validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        return Unreadable(f"the result is not as it must be: {first['loc']}: {first['type']}")
    except (ValueError, RecursionError) as error:
        return Unreadable(f"the result is no JSON that can be read: {error}")


def _config(own: SandboxEnvironment) -> SandboxEnvironmentConfigType | None:
    if isinstance(own, BwrapSandboxEnvironment):
        return own.holder.caps
    return hardened() if registry_unqualified_name(type(own)) == "docker" else None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
