"""A sandbox that is none: a folder and plain processes, for code that was written here."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, overload

from inspect_ai.util import ExecResult, SandboxEnvironment


class Plain(SandboxEnvironment):
    """Runs in a folder of this machine, with this interpreter as `python3`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command and wait for it."""
        where = self.folder / (cwd or ".")
        where.mkdir(parents=True, exist_ok=True)
        given = input.encode() if isinstance(input, str) else input
        command = [sys.executable if part == "python3" else part for part in cmd]
        done = subprocess.run(
            command, input=given, cwd=where, capture_output=True, timeout=timeout, check=False
        )
        told = (done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        return ExecResult(done.returncode == 0, done.returncode, *told)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write below the folder."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read below the folder."""
        path = self.folder / file
        return path.read_text() if text else path.read_bytes()

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: object,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """Leave the folder to whoever made it."""


@asynccontextmanager
async def plain() -> AsyncIterator[SandboxEnvironment]:
    """Open one, and clear its folder away."""
    with tempfile.TemporaryDirectory() as folder:
        yield Plain(Path(folder))
