"""A sample's sandbox while it lives: its holder, and commands run within it."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio
from inspect_ai.util import SandboxUnavailableError

from unmask.sandbox import command, process, seccomp, watch
from unmask.sandbox.command import Caps, Host

START_SECONDS: Final = 20.0
"""How long a holder may take to say that it is ready; a few milliseconds are usual."""

END_SECONDS: Final = 5.0
"""How long a holder may take to end by itself before it is killed."""

_STAGING: Final = ("/mnt", "/media", "/srv", "/tmp")
_BESIDE_USR: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SAID: Final = 2000  # bytes of an error message that are passed on


class Unsupported(Exception):
    """This machine lacks something that the sandbox needs: the message says what."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command in a sandbox ended; its output is complete unless it was stopped."""

    returncode: int
    stdout: bytes
    stderr: bytes
    stopped: process.Stop | None


def survey() -> Host:
    """Find out what of this machine a sandbox can be made of.

    Raises:
        Unsupported: Something is missing.
    """
    if sys.platform != "linux":
        raise Unsupported("bubblewrap needs Linux")
    if not seccomp.supported(platform.machine()):
        raise Unsupported(f"there is no system-call filter for {platform.machine()} processors")
    found = {name: shutil.which(name) for name in command.TOOLS}
    missing = sorted(name for name, path in found.items() if path is None)
    if missing:
        raise Unsupported(f"not on the PATH: {', '.join(missing)}")
    prefix = os.path.realpath(sys.base_prefix)
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    if prefix == "/" or not Path(python).is_relative_to(prefix):
        raise Unsupported(f"the interpreter {python} is not in its own folder ({prefix})")
    try:
        staging = command.staging_for(prefix, [name for name in _STAGING if os.path.isdir(name)])
    except LookupError as error:
        raise Unsupported(str(error)) from None
    return Host(
        tools={name: path for name, path in found.items() if path is not None},
        root=os.geteuid() == 0,
        prefix=prefix,
        python=python,
        staging=staging,
        system={
            name: os.readlink(name) if os.path.islink(name) else None
            for name in _BESIDE_USR
            if os.path.isdir(name)
        },
    )


class Holder:
    """The process that keeps a sample's files; all else lives only within it."""

    def __init__(self, host: Host, caps: Caps, child: subprocess.Popen[bytes]) -> None:
        self.host = host
        self.caps = caps
        self._child = child
        self._stopped = False

    @property
    def pid(self) -> int:
        """The number of its process, as long as it is not stopped."""
        return self._child.pid

    @classmethod
    async def start(cls, host: Host, caps: Caps) -> Holder:
        """Make a sample's spaces and files.

        Raises:
            SandboxUnavailableError: They can't be made here; the message has the reason.
        """
        try:
            child = process.start(command.holder(host, caps), wants_input=True)
        except OSError as error:
            raise SandboxUnavailableError(f"can't start a sandbox: {error}") from error
        try:
            await _ready(child)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await process.end(child)
            raise
        return cls(host, caps, child)

    async def run(
        self,
        words: Sequence[str],
        *,
        stdin: bytes | None = None,
        cwd: str = command.WORKDIR,
        environment: Mapping[str, str] | None = None,
        output_limit: int,
        seconds: float | None = None,
    ) -> Ended:
        """Run a command in spaces of its own within the sample's, from which nothing outlives it.

        Raises:
            SandboxUnavailableError: The sandbox is gone or can't be entered.
            OSError: The arguments are too long for the system.
        """
        # A holder that died by itself is not waited for before `stop`, so that its number, by which
        # its spaces are found, can't become another process's; entering them then fails.
        if self._stopped:
            raise SandboxUnavailableError("the sandbox has ended")
        options = command.bwrap_options(self.host, environment or {})
        ceiling = self.caps.seconds if seconds is None else min(seconds, self.caps.seconds)
        with _descriptors(options) as (given, report):
            argv = command.entry(self.host, self.caps, self.pid, given, words, cwd)
            done = await process.run(
                [word.encode("utf-8", "surrogateescape") for word in argv],
                stdin=stdin,
                descriptors=given,
                output_limit=output_limit,
                seconds=ceiling,
                heavy=lambda pid: watch.footprint(pid, self.caps.memory) > self.caps.memory,
                owner=command.NOBODY if self.host.root else None,
            )
            started = _started(report)
        if not started and done.stopped is None:
            said = done.stderr[:_SAID].decode(errors="replace").strip()
            raise SandboxUnavailableError(
                f"the sandbox did not run the command: {said or done.returncode}"
            )
        return Ended(done.returncode, done.stdout, done.stderr, done.stopped)

    async def stop(self) -> None:
        """End the sample: when this returns, its processes and files are gone.

        The first process of its space ends with its input, and has not ended before the kernel has
        killed and buried all others there.
        """
        self._stopped = True
        with anyio.CancelScope(shield=True):
            await process.end(self._child, patience=END_SECONDS)


async def _ready(child: subprocess.Popen[bytes]) -> None:
    assert child.stdout is not None and child.stderr is not None
    said = b""
    with anyio.move_on_after(START_SECONDS):
        while chunk := await process.read_some(child.stdout.fileno()):
            said += chunk
            if said == b"ready\n":
                return
        said = await process.read_some(child.stderr.fileno())
    reason = said[:_SAID].decode(errors="replace").strip()
    raise SandboxUnavailableError(f"can't make a sandbox: {reason or 'no answer'}")


@contextlib.contextmanager
def _descriptors(options: bytes) -> Iterator[tuple[tuple[int, int, int], int]]:
    """The files that bubblewrap inherits, and where to read its report."""
    report, status = os.pipe()
    given = [_in_memory(options), _in_memory(seccomp.program(platform.machine())), status]
    os.set_blocking(report, False)
    try:
        yield (given[0], given[1], given[2]), report
    finally:
        for descriptor in (*given, report):
            os.close(descriptor)


def _in_memory(content: bytes) -> int:
    descriptor = os.memfd_create("given")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _started(report: int) -> bool:
    """Whether bubblewrap got as far as the command: only then it reports an exit code."""
    with contextlib.suppress(BlockingIOError):
        lines = os.read(report, 1 << 16).splitlines()
        return any("exit-code" in json.loads(line) for line in lines)
    return False
