"""Runs every attack and every check of Inspect's own, each in a sandbox of its own.

    python -m tests.unmask.sandbox.lives

Prints one JSON object: for every check what went wrong, or null. The tests start it as root and as
an ordinary user; the checks run side by side, for many of them wait.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable

import anyio
from inspect_ai.util import SandboxEnvironment
from inspect_ai.util._sandbox import self_check
from tests.unmask.sandbox.attacks import ATTACKS, CAPS, SECRET

from unmask.sandbox.provider import BwrapSandboxEnvironment

AT_ONCE = 8


def checks() -> dict[str, Callable[[SandboxEnvironment], Awaitable[None]]]:
    """The attacks, and Inspect's conformance checks, by name."""
    named = {attack.__name__: attack for attack in ATTACKS}
    return named | {
        name: check for name, check in vars(self_check).items() if name.startswith("test_")
    }


async def lives() -> dict[str, str | None]:
    """Run them all; what went wrong with each."""
    found: dict[str, str | None] = {}
    room = anyio.CapacityLimiter(AT_ONCE)

    async def live(name: str, check: Callable[[SandboxEnvironment], Awaitable[None]]) -> None:
        async with room:
            boxes = await BwrapSandboxEnvironment.sample_init("task", CAPS, {})
            try:
                await check(boxes["default"])
                found[name] = None
            except Exception as error:
                found[name] = f"{type(error).__name__}: {error}"
            finally:
                await BwrapSandboxEnvironment.sample_cleanup("task", CAPS, boxes, False)

    async with anyio.create_task_group() as group:
        for name, check in checks().items():
            group.start_soon(live, name, check)
    return found


if __name__ == "__main__":
    os.environ["OPENAI_API_KEY"] = SECRET
    print(json.dumps(anyio.run(lives)))
