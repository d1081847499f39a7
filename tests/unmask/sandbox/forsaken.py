"""A harness with a command running in a sandbox, for a test to kill.

    python -m tests.unmask.sandbox.forsaken

Prints a line when the command has started; the command leaves a daemon behind it.
"""

from __future__ import annotations

import anyio

from unmask.sandbox.provider import BwrapSandboxEnvironment


async def run() -> None:
    """Start a sandbox and a command in it that doesn't end."""
    box = (await BwrapSandboxEnvironment.sample_init("task", None, {}))["default"]
    async with anyio.create_task_group() as group:
        group.start_soon(box.exec, ["sh", "-c", "setsid sleep 600 & touch started; sleep 600"])
        while not (await box.exec(["test", "-e", "started"])).success:
            await anyio.sleep(0.05)
        print("started", flush=True)


if __name__ == "__main__":
    anyio.run(run)
