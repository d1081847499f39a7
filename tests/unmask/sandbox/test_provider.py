"""Hostile code is contained, Inspect's conformance checks pass, and nothing outlives a sample."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anyio
import pytest
from inspect_ai.util._sandbox.registry import registry_find_sandboxenv
from tests.unmask.sandbox.identities import run_as, unavailable
from tests.unmask.sandbox.lives import checks

from unmask.sandbox.command import MEBIBYTE, Caps
from unmask.sandbox.provider import BwrapSandboxEnvironment

needs_bwrap = pytest.mark.skipif(
    unavailable() is not None, reason=f"NOT TESTED, no bubblewrap sandbox here: {unavailable()}"
)

BY_DESIGN = {"test_exec_as_user": "SandboxUserUnsupportedError"}
"""Checks of Inspect's that the sandbox refuses: there is no root in it to add a user."""

IDENTITIES = ("root", "user")


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, dict[str, str | None]]]:
    """What all checks found, by identity; both run at the same time."""
    running = {
        identity: run_as(identity, "-m", "tests.unmask.sandbox.lives") for identity in IDENTITIES
    }
    results: dict[str, dict[str, str | None]] = {}
    for identity, process in running.items():
        if process is not None:
            out, err = process.communicate(timeout=240)
            assert process.returncode == 0, err
            results[identity] = json.loads(out)
    yield results


@needs_bwrap
@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("check", sorted(checks()))
def test_contained(check: str, identity: str, found: dict[str, dict[str, str | None]]) -> None:
    """No attack gets through and no promise of the interface is broken."""
    if identity not in found:
        pytest.skip(f"NOT TESTED as {identity}: the tests themselves don't run as root")
    wrong = found[identity][check]
    if check in BY_DESIGN:
        assert wrong is not None and wrong.startswith(BY_DESIGN[check])
    else:
        assert wrong is None


@needs_bwrap
@pytest.mark.parametrize("identity", IDENTITIES)
def test_kill_of_the_harness_leaves_nothing(identity: str) -> None:
    """When the harness is killed in mid-command, so are the sandbox and all in it."""
    process = run_as(identity, "-m", "tests.unmask.sandbox.forsaken")
    if process is None:
        pytest.skip(f"NOT TESTED as {identity}: the tests themselves don't run as root")
    assert process.stdout is not None and process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    tree = descendants(process.pid)
    assert len(tree) >= 5  # unshare, its holder, nsenter, bubblewrap and the command
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stderr.close()
    assert gone(tree)


@needs_bwrap
def test_two_samples_share_nothing() -> None:
    """39: what one sample writes another doesn't see, nor its processes."""

    async def pair() -> None:
        start = partial(BwrapSandboxEnvironment.sample_init, "task", Caps(), {})
        one, other = (await start())["default"], (await start())["default"]
        try:
            for folder in ("/workspace", "/tmp", "/var/tmp", "/dev/shm"):
                await one.write_file(f"{folder}/mark", "one")
                with pytest.raises(FileNotFoundError):
                    await other.read_file(f"{folder}/mark")
        finally:
            await BwrapSandboxEnvironment.sample_cleanup(
                "task", None, {"one": one, "other": other}, False
            )

    anyio.run(pair)


@needs_bwrap
def test_cleanup_ends_a_running_command() -> None:
    """A sample that is cut short while a command runs leaves no process, zombie or open file."""

    async def cut_short() -> list[int]:
        boxes = await BwrapSandboxEnvironment.sample_init("task", None, {})
        async with anyio.create_task_group() as group:
            group.start_soon(boxes["default"].exec, ["sleep", "60"])
            await anyio.sleep(0.3)
            tree = descendants(os.getpid())
            group.cancel_scope.cancel()
        await BwrapSandboxEnvironment.sample_cleanup("task", None, boxes, True)
        return tree

    anyio.run(cut_short)
    before = len(os.listdir("/proc/self/fd"))
    tree = anyio.run(cut_short)
    assert len(tree) >= 5
    assert [pid for pid in tree if Path(f"/proc/{pid}").exists()] == []
    assert len(os.listdir("/proc/self/fd")) == before


@needs_bwrap
def test_commands_leave_no_zombies() -> None:
    """A sample that runs many commands doesn't fill the machine's table of processes."""

    async def many() -> int:
        boxes = await BwrapSandboxEnvironment.sample_init("task", None, {})
        try:
            for _ in range(20):
                await boxes["default"].exec(["true"])
            return len(descendants(os.getpid()))
        finally:
            await BwrapSandboxEnvironment.sample_cleanup("task", None, boxes, False)

    idle = 2 + 1  # the holder, the first process of its space, and `ps`
    assert anyio.run(many) <= idle + 1  # the last command may not be buried yet


def test_inspect_finds_the_provider_and_reads_its_limits() -> None:
    """The provider is registered under its name, and limits survive a log."""
    assert registry_find_sandboxenv("bwrap") is BwrapSandboxEnvironment
    caps = Caps(memory=64 * MEBIBYTE)
    assert BwrapSandboxEnvironment.config_deserialize(caps.model_dump()) == caps


def descendants(root: int) -> list[int]:
    """Numbers of all processes below one, by a full look through /proc."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(pid): int(parent) for pid, parent in map(str.split, listed.stdout.splitlines())}
    below = {root}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return sorted(below - {root})


def gone(tree: list[int], seconds: float = 5) -> bool:
    """Whether processes end within some seconds; a zombie that waits for its parent counts as."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(_alive(pid) for pid in tree):
            return True
        time.sleep(0.02)
    return False


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
