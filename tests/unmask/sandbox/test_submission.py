"""What leaves a sandbox: ordinary files within limits, by paths that stay below; nothing else."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspect_ai.util import ExecResult, SandboxEnvironment
from pydantic import ValidationError
from tests.unmask.sandbox.identities import unavailable

from unmask.sandbox.command import MEBIBYTE, Caps
from unmask.sandbox.fresh import fresh
from unmask.sandbox.provider import BwrapSandboxEnvironment
from unmask.sandbox.submission import Limits, Submission, Uncollected, collect, place

needs_bwrap = pytest.mark.skipif(
    unavailable() is not None, reason=f"NOT TESTED, no bubblewrap sandbox here: {unavailable()}"
)

CAPS = Caps(memory=256 * MEBIBYTE, disk=32 * MEBIBYTE, inodes=4000)
T = TypeVar("T")


def in_box(act: Callable[[SandboxEnvironment], Awaitable[T]]) -> T:
    """Do something in a sandbox of its own."""

    async def live() -> T:
        boxes = await BwrapSandboxEnvironment.sample_init("task", CAPS, {})
        try:
            return await act(boxes["default"])
        finally:
            await BwrapSandboxEnvironment.sample_cleanup("task", CAPS, boxes, False)

    return anyio.run(live)


async def after(script: str, box: SandboxEnvironment, limits: Limits | None = None) -> Submission:
    """What is collected after a Python script has run inside."""
    done = await box.exec(["python3", "-I", "-"], input=script)
    assert done.success, done
    return await collect(box, "/workspace", limits)


ODD_FILES = r"""
import os, socket
os.makedirs("sub/deeper")
os.mkdir("__pycache__")
def write(name, content=b""):
    with open(name, "wb") as file:
        file.write(content)
write("main.py", b"code\n")
write("sub/deeper/bytes", b"\xff\x00")
write("locked")
os.chmod("locked", 0)
os.link("main.py", "hard")
os.symlink("/etc/passwd", "link")
os.symlink("/", "sub/everything")
os.symlink("/dev/zero", "zero")
os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("socket")
write("__pycache__/main.cpython-311.pyc")
write("loose.pyc")
write("new\nline")
write(b"\xff")
"""


@needs_bwrap
def test_only_ordinary_files_come_out() -> None:
    """Links, pipes, sockets, bytecode and odd names are left out, each with its reason."""
    found = in_box(partial(after, ODD_FILES))
    assert found.files == {
        "hard": b"code\n",
        "main.py": b"code\n",
        "sub/deeper/bytes": b"\xff\x00",
    }
    assert {each.path: each.reason for each in found.left_out} == {
        "__pycache__": "bytecode",
        "link": "not a file",
        "locked": "unreadable",
        "loose.pyc": "bytecode",
        "'new\\nline'": "name",
        "pipe": "not a file",
        "socket": "not a file",
        "sub/everything": "not a file",
        "zero": "not a file",
        "'\\udcff'": "name",
    }
    assert not found.complete


WRITE = """
import os
os.makedirs("a/b/c")
def write(name, size):
    with open(name, "w") as file:
        file.write("x" * size)
"""


@needs_bwrap
@pytest.mark.parametrize(
    ("script", "limits", "files", "reasons"),
    [
        ("[write(n, 1) for n in '123']", Limits(files=2), ["1", "2"], {"3": "too many"}),
        ("write('d', 5); write('e', 1)", Limits(single=4), ["e"], {"d": "too large"}),
        ("[write(n, 3) for n in 'def']", Limits(total=7), ["d", "e"], {"f": "too large"}),
        ("write('a/x', 1); write('a/b/y', 1)", Limits(depth=1), ["a/x"], {"a/b": "too deep"}),
        ("write('s', 0); os.truncate('s', 20 << 20)", None, [], {"s": "too large"}),
        ("os.chmod('.', 0)", None, [], {"/workspace": "unreadable"}),
    ],
)
def test_limits_hold(
    script: str, limits: Limits | None, files: list[str], reasons: dict[str, str]
) -> None:
    """What is beyond a limit is left out by the order of names, and said to be."""
    found = in_box(partial(after, WRITE + script, limits=limits))
    assert sorted(found.files) == files
    assert {each.path: each.reason for each in found.left_out} == reasons


MANY_FILES = """
import os
for number in range(2000):
    open(f"f{number:04}", "w").close()
try:
    with open("/tmp/filler", "wb", buffering=0) as filler:
        for _ in range(64):
            filler.write(bytes(1 << 20))
except OSError:
    pass
os.mkdir("deep")
os.chdir("deep")
for _ in range(1000):
    os.mkdir("d")
    os.chdir("d")
"""


@needs_bwrap
def test_trees_made_to_overwhelm_are_cut() -> None:
    """Thousands of files, a very deep tree and a full disk cost no more than the limits say."""
    found = in_box(partial(after, MANY_FILES))
    assert len(found.files) == 200
    assert len(found.left_out) == 100
    assert found.unlisted == 2000 - 200 + 1 - 100


@needs_bwrap
def test_a_missing_folder_is_an_empty_submission() -> None:
    """A model that leaves nothing handed in nothing; a link in the folder's place is nothing."""

    async def look(box: SandboxEnvironment) -> None:
        await box.exec(["ln", "-s", "/usr", "linked"])
        for folder in ("/workspace/none", "/workspace/linked"):
            found = await collect(box, folder)
            assert (found.files, found.complete) == ({}, False)
            assert [(each.path, each.reason) for each in found.left_out] == [(folder, "unreadable")]

    in_box(look)


@needs_bwrap
def test_a_submission_moves_to_a_fresh_sandbox() -> None:
    """Files arrive as they were, and nothing else of the first sandbox does."""

    async def move(box: SandboxEnvironment) -> None:
        await box.write_file("solution/a b.py", "print(1)\n")
        await box.write_file("solution/data/bytes", b"\xff\x00\r\n")
        await box.write_file("/tmp/planted", "planted")
        found = await collect(box, "/workspace/solution")
        assert found.complete
        async with fresh(box) as clean:
            await place(clean, found, "/workspace/handed-in")
            assert await collect(clean, "/workspace/handed-in") == found
            with pytest.raises(FileNotFoundError):
                await clean.read_file("/tmp/planted")

    in_box(move)


PLANTED = r"""
import os
for name in ("json", "base64", "stat", "sitecustomize"):
    with open(f"{name}.py", "w") as file:
        file.write("print('hijacked')")
os.mkdir("bin")
with open("bin/python3", "w") as file:
    file.write("#!/bin/sh\necho {}")
os.chmod("bin/python3", 0o755)
with open(".profile", "w") as file:
    file.write("PATH=/workspace/bin:$PATH")
"""


@needs_bwrap
def test_planted_modules_do_not_reach_the_collection() -> None:
    """Modules, programs and settings beside the files don't run when they are collected."""
    found = in_box(partial(after, PLANTED))
    assert {"json.py", "bin/python3", ".profile"} <= set(found.files)


class Answering(BwrapSandboxEnvironment):
    """A sandbox in which something else answers in the place of the script."""

    def __init__(self, answer: ExecResult[str] | Exception) -> None:
        self.answer = answer

    async def exec(self, *arguments: object, **more: object) -> ExecResult[str]:
        """Answer as told."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def packed(files: dict[str, str], **more: object) -> ExecResult[str]:
    """What the script inside would print."""
    answer = {"files": files, "left_out": [], "unlisted": 0} | more
    return ExecResult(True, 0, json.dumps(answer), "")


@pytest.mark.parametrize(
    "answer",
    [
        ExecResult(False, 137, "", "Killed"),
        ExecResult(True, 0, "", ""),
        ExecResult(True, 0, '{"files": {"a": "YQ=="', ""),
        ExecResult(True, 0, "x" * (9 << 20), ""),
        TimeoutError(),
        packed({"../a": "YQ=="}),
        packed({"/etc/passwd": "YQ=="}),
        packed({"a": "YQ==", "a/b": "YQ=="}),
        packed({"a": "not base64!"}),
        packed({"a": "YQ=="}, label="aligned"),
        packed({}, left_out=[{"path": "a", "reason": "because"}]),
        packed({f"{n}": "" for n in range(201)}),
        packed({"a": "YQ==" * 100_000}),
        packed({"a/a/a/a/a/a/a/a/a/a": ""}),
    ],
    ids=range(14),
)
def test_an_unusable_answer_is_our_failure(answer: ExecResult[str] | Exception) -> None:
    """What can't be read strictly, or is more than asked for, is neither a submission nor empty."""
    with pytest.raises(Uncollected):
        anyio.run(collect, Answering(answer), "/workspace")


@given(st.dictionaries(st.text("abc./\\ \n\0é", min_size=1, max_size=8), st.binary(max_size=8)))
def test_paths_stay_below_and_survive_a_log(files: dict[str, bytes]) -> None:
    """Whatever a submission accepts joins to a path below its folder, and reads back from JSON."""
    try:
        found = Submission(files=files)
    except ValidationError:
        return
    for path in found.files:
        assert Path("/root", path).resolve().is_relative_to("/root")
        assert Path(path).parts
    assert Submission.model_validate_json(found.model_dump_json()) == found
    assert Submission.model_validate_json(json.dumps(found.model_dump(mode="json"))) == found
