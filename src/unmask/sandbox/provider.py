"""Inspect's sandbox `bwrap`: bubblewrap as an ordinary user, no daemon, no image.

Registered through the package's `inspect_ai` entry point, so that `--sandbox bwrap` and
`Task(sandbox="bwrap")` find it.
"""

from __future__ import annotations

import errno
import os
import posixpath
from typing import Any, Final, Literal, NoReturn, overload

from inspect_ai._util.error import PrerequisiteError
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    SandboxEnvironmentLimits,
    SandboxUnavailableError,
    SandboxUserUnsupportedError,
    sandboxenv,
)
from pydantic import BaseModel

from unmask.sandbox.command import ENV, MEBIBYTE, USER, WORKDIR, Caps
from unmask.sandbox.holder import Ended, Holder, Unsupported, survey

FILE_SECONDS: Final = 60
"""Time that reading or writing one file may take."""

_CANNOT_RUN: Final = 126  # the shell's code for a program that is there and can't be started
_KILLED: Final = 137

# Exit codes of the two scripts below; the shell itself uses 1, 2 and from 126 on.
_MISSING, _FOLDER, _SPECIAL, _FORBIDDEN = 90, 91, 92, 93

_CHECK = f"""
[ -d "$1" ] && exit {_FOLDER}
[ -e "$1" ] && [ ! -f "$1" ] && exit {_SPECIAL}
"""
_READ: Final = f"""{_CHECK}
[ -e "$1" ] || exit {_MISSING}
[ -r "$1" ] || exit {_FORBIDDEN}
exec head -c "$2" -- "$1"
"""
_WRITE: Final = f"""{_CHECK}
mkdir -p -- "$2" || exit
[ -e "$1" ] && [ ! -w "$1" ] && exit {_FORBIDDEN}
cat > "$1"
"""


@sandboxenv(name="bwrap")
class BwrapSandboxEnvironment(SandboxEnvironment):
    """One sample's sandbox. Every command runs in fresh spaces and ends with all it started."""

    def __init__(self, holder: Holder) -> None:
        super().__init__()
        self.holder = holder

    @classmethod
    def default_concurrency(cls) -> int | None:
        """How many samples have a sandbox at once: twice the processors."""
        return 2 * (os.cpu_count() or 1)

    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        """Limits as a log has them."""
        return Caps.model_validate(config)

    @classmethod
    async def task_init(cls, task_name: str, config: SandboxEnvironmentConfigType | None) -> None:
        """Refuse a machine that can't hold a sandbox before a sample is paid for.

        Raises:
            PrerequisiteError: Something is missing, or the limits can't be read.
        """
        try:
            holder = await Holder.start(survey(), _caps(config))
            try:
                await holder.run(["true"], output_limit=MEBIBYTE)
            finally:
                await holder.stop()
        except (Unsupported, SandboxUnavailableError, ValueError) as error:
            raise PrerequisiteError(f"the sandbox 'bwrap' can't be used here: {error}") from None

    @classmethod
    async def sample_init(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        metadata: dict[str, str],
    ) -> dict[str, SandboxEnvironment]:
        """Start a sample's sandbox.

        Raises:
            SandboxUnavailableError: It can't be started.
        """
        try:
            holder = await Holder.start(survey(), _caps(config))
        except Unsupported as error:
            raise SandboxUnavailableError(str(error)) from None
        return {"default": cls(holder)}

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """End the sandbox and all that is in it."""
        for environment in environments.values():
            await environment.as_type(BwrapSandboxEnvironment).holder.stop()

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
        """Run a command; see `inspect_ai.util.SandboxEnvironment.exec`.

        A command is never run a second time, so `timeout_retry` does nothing; `concurrency` does
        nothing either, as the number of sandboxes is limited.

        Raises:
            OutputLimitExceededError: It wrote too much, and was killed.
            PermissionError: The program can't be executed.
            SandboxUnavailableError: The sandbox is gone.
            SandboxUserUnsupportedError: Another user than the sandbox's own is asked for.
            TimeoutError: It ran too long, and was killed with all that it started.
        """
        if user not in (None, "user", str(USER)):
            raise SandboxUserUnsupportedError(
                f"a 'bwrap' sandbox has one user, 'user' ({USER}); it can't run as {user!r}"
            )
        limit = SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE
        if unusable := _unusable([*(cmd or [""]), cwd or ""]):
            return ExecResult(False, _CANNOT_RUN, "", unusable)
        try:
            ended = await self.holder.run(
                cmd,
                stdin=_encoded(input),
                cwd=cwd or WORKDIR,
                environment=env,
                output_limit=limit,
                seconds=timeout,
            )
        except OSError as error:
            if error.errno != errno.E2BIG:
                raise
            return ExecResult(False, _CANNOT_RUN, "", f"{cmd[0]}: argument list too long\n")
        return self._result(ended)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file from within the sandbox; see `SandboxEnvironment.write_file`.

        Raises:
            IsADirectoryError: It is a folder.
            PermissionError: The user may not write it, or it is no ordinary file.
            TimeoutError: It took too long.
            OSError: No room is left, or the path can't be.
        """
        path = posixpath.join(WORKDIR, file)
        words = ["/bin/sh", "-c", _WRITE, "sh", path, posixpath.dirname(path)]
        ended = await self._file(file, words, stdin=_encoded(contents), output_limit=MEBIBYTE)
        if ended.returncode:
            _refuse(file, ended)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a file from within the sandbox; see `SandboxEnvironment.read_file`.

        Raises:
            FileNotFoundError: It doesn't exist.
            IsADirectoryError: It is a folder.
            OutputLimitExceededError: It is too large.
            PermissionError: The user may not read it, or it is no ordinary file.
            TimeoutError: It took too long.
            UnicodeDecodeError: It is not UTF-8, and text was wanted.
        """
        limit = SandboxEnvironmentLimits.MAX_READ_FILE_SIZE
        words = ["/bin/sh", "-c", _READ, "sh", posixpath.join(WORKDIR, file), str(limit + 1)]
        ended = await self._file(file, words, stdin=None, output_limit=limit)
        if ended.stopped == "output":
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
        if ended.returncode:
            _refuse(file, ended)
        return ended.stdout.decode() if text else ended.stdout

    async def _file(
        self, file: str, words: list[str], *, stdin: bytes | None, output_limit: int
    ) -> Ended:
        if unusable := _unusable(words):
            raise FileNotFoundError(errno.ENOENT, unusable, file)
        ended = await self.holder.run(
            words, stdin=stdin, cwd="/", output_limit=output_limit, seconds=FILE_SECONDS
        )
        if ended.stopped == "time":
            raise TimeoutError(f"reading or writing {file!r} took over {FILE_SECONDS} s")
        return ended

    def _result(self, ended: Ended) -> ExecResult[str]:
        out, err = ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace")
        if ended.stopped == "time":
            raise TimeoutError("the command ran too long and was killed")
        if ended.stopped == "output":
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR, out)
        if ended.stopped == "memory":
            limit = self.holder.caps.memory // MEBIBYTE
            return ExecResult(False, _KILLED, out, f"{err}killed: used over {limit} MiB memory\n")
        if ended.returncode == _CANNOT_RUN and _env_refused(err):
            raise PermissionError(errno.EACCES, err.strip())
        return ExecResult(ended.returncode == 0, ended.returncode, out, err)


def _caps(config: SandboxEnvironmentConfigType | None) -> Caps:
    if config is None:
        return Caps()
    if isinstance(config, Caps):
        return config
    raise ValueError(f"its configuration must be limits ({', '.join(Caps.model_fields)})")


def _encoded(content: str | bytes | None) -> bytes | None:
    return content.encode("utf-8", "replace") if isinstance(content, str) else content


def _unusable(words: list[str]) -> str | None:
    """Why words can't be a program's arguments; a model may write such, so no error is raised."""
    if not words[0]:
        return "no command\n"
    if any("\0" in word for word in words):
        return "a command or path can't have a zero byte\n"
    try:
        "".join(words).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return "a command or path is not valid Unicode\n"
    return None


def _env_refused(said: str) -> bool:
    """Whether it was `env` that could not start the command, and not the command that says so."""
    one_line = said.count("\n") == 1
    return one_line and said.startswith(f"{ENV}: ") and said.endswith(": Permission denied\n")


def _refuse(file: str, ended: Ended) -> NoReturn:
    said = ended.stderr.decode(errors="replace").strip()
    if ended.returncode == _MISSING:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
    if ended.returncode == _FOLDER:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), file)
    if ended.returncode == _SPECIAL:
        raise PermissionError(errno.EPERM, "not an ordinary file", file)
    if ended.returncode == _FORBIDDEN:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), file)
    if "Permission denied" in said or "Read-only file system" in said:
        raise PermissionError(errno.EACCES, said, file)
    raise OSError(errno.EIO, said or f"failed with code {ended.returncode}", file)
