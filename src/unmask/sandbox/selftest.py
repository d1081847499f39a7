"""One small sample's life in a bubblewrap sandbox, to know that it isolates on this machine."""

from __future__ import annotations

import secrets
import socket
from typing import Final

from inspect_ai.util import ExecResult, OutputLimitExceededError
from pydantic import BaseModel, ConfigDict, ValidationError

from unmask.sandbox import inside
from unmask.sandbox.command import Caps, base_environment
from unmask.sandbox.holder import Holder, survey
from unmask.sandbox.provider import BwrapSandboxEnvironment

_SECONDS: Final = 20

_SET_BY_PYTHON: Final = {"LC_CTYPE", "PWD"}

_FEW: Final = 4
"""Processes that a command may see: bubblewrap's first, itself, and what it makes."""


class Broken(Exception):
    """A sandbox starts here and does not do what it must: the message says what."""


class _Look(BaseModel):
    """What `inside/look.py` prints."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    capabilities: int
    environment: list[str]
    filter: int
    forked: bool
    got_through: list[str]
    processes: int


async def self_test(caps: Caps) -> None:
    """Start a sandbox, write and read a file, look around inside, and end it.

    Raises:
        Unsupported: The machine lacks something.
        SandboxUnavailableError: A sandbox can't be started.
        Broken: It starts, and isolates less than it must, or doesn't work.
    """
    holder = await Holder.start(survey(), caps)
    try:
        box = BwrapSandboxEnvironment(holder)
        try:
            await _files(box)
            await _isolation(box)
        except (OSError, TimeoutError, UnicodeError, OutputLimitExceededError) as error:
            raise Broken(f"its self-test failed: {error}") from error
    finally:
        await holder.stop()


async def _files(box: BwrapSandboxEnvironment) -> None:
    text = secrets.token_hex()
    await box.write_file("self/test", text)
    if await box.read_file("self/test") != text:
        raise Broken("a file that was written reads differently")


async def _isolation(box: BwrapSandboxEnvironment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = await box.exec(inside.command("look", port), timeout=_SECONDS)
    wrong = faults(done)
    if wrong:
        raise Broken("its self-test found: " + "; ".join(wrong))


def faults(done: ExecResult[str]) -> list[str]:
    """What is wrong with a sandbox, judged by what `inside/look.py` saw there."""
    if not done.success:
        return [f"Python doesn't run in it ({done.stderr.strip()[-300:] or done.returncode})"]
    try:
        seen = _Look.model_validate_json(done.stdout)
    except ValidationError as error:
        return [f"what it printed can't be read: {error.errors()[0]['msg']}"]
    extra = set(seen.environment) - set(base_environment()) - _SET_BY_PYTHON
    wrong = [f"{name} is possible" for name in seen.got_through]
    if extra:
        wrong.append(f"the environment has {', '.join(sorted(extra))}")
    if seen.capabilities:
        wrong.append(f"it has capabilities ({seen.capabilities:x})")
    if seen.filter != 2:  # SECCOMP_MODE_FILTER
        wrong.append("system calls are not filtered")
    if not seen.forked:
        wrong.append("processes can't be started in it")
    if seen.processes > _FEW:
        wrong.append(f"{seen.processes} processes can be seen")
    return wrong
