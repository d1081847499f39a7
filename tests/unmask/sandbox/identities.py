"""Whom the sandbox is tested as: root, and an ordinary user; and why a test can't run here."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import anyio
from inspect_ai.util import SandboxUnavailableError

from unmask.sandbox.command import NOBODY, Caps
from unmask.sandbox.holder import Holder, Unsupported, survey

ROOT = Path(__file__).parents[3]

# Root's interpreter may be in a folder that only root can enter. Unseen from outside, $1's first
# folder is replaced by one that everybody can enter, with only the interpreter $2 in it.
_OPENED = """set -eu
mount --bind "$2" /mnt
mount -t tmpfs -o mode=755 opened "$1"
mkdir -p "$2"
mount --move /mnt "$2"
shift 2
exec "$@"
"""


@cache
def unavailable() -> str | None:
    """Why no bubblewrap sandbox can be made here, or None."""

    async def try_one() -> None:
        await (await Holder.start(survey(), Caps())).stop()

    try:
        anyio.run(try_one)
    except (Unsupported, SandboxUnavailableError) as error:
        return str(error)
    return None


def command_as(identity: str, words: list[str]) -> list[str] | None:
    """The words that run a command as `root` or as an ordinary `user`; None if they can't be."""
    if os.geteuid() != 0:
        return words if identity == "user" else None
    if identity == "root":
        return words
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *words]
    prefix = Path(os.path.realpath(sys.base_prefix))
    first = Path("/", prefix.parts[1])
    if first.stat().st_mode & 0o005 == 0o005:
        return drop
    private = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _OPENED, "sh"]
    return [*private, str(first), str(prefix), *drop]


def run_as(identity: str, *arguments: str) -> subprocess.Popen[str] | None:
    """Start this interpreter with arguments as somebody; None if that can't be had here."""
    words = command_as(identity, [sys.executable, *arguments])
    if words is None:
        return None
    environment = {"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
