"""Scoring in a fresh sandbox: always ended, believing nothing that may be cut or forged."""

from __future__ import annotations

import anyio
import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentSpec,
    SandboxUnavailableError,
    sandbox,
)
from pydantic import BaseModel, ConfigDict, Field
from tests.unmask.sandbox.identities import unavailable
from tests.unmask.sandbox.test_submission import Answering, in_box

from unmask.sandbox import fresh as module
from unmask.sandbox.command import MEBIBYTE, Caps
from unmask.sandbox.fresh import Ran, Unreadable, fresh, parse_result, read_result, run
from unmask.sandbox.provider import BwrapSandboxEnvironment
from unmask.sandbox.submission import collect, place

needs_bwrap = pytest.mark.skipif(
    unavailable() is not None, reason=f"NOT TESTED, no bubblewrap sandbox here: {unavailable()}"
)


class Result(BaseModel):
    """What a scorer's script would write."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    passed: bool
    cases: int = Field(ge=0, le=10)
    share: float = 0.0


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b'{"passed": true, "cases": 3}', None),
        (b'{"passed": 1, "cases": 3}', "bool_type"),
        (b'{"passed": "true", "cases": 3}', "bool_type"),
        (b'{"passed": true, "cases": 3.0}', "int_type"),
        (b'{"passed": true, "cases": true}', "int_type"),
        (b'{"passed": true, "cases": 11}', "less_than_equal"),
        (b'{"passed": true}', "missing"),
        (b'{"passed": true, "cases": 3, "label": "aligned"}', "extra_forbidden"),
        (b'{"passed": false, "cases": 3, "passed": true}', "a key stands twice"),
        (b'{"passed": true, "cases": 3, "share": NaN}', "NaN is no number"),
        (b'{"passed": true, "cases": 3, "share": Infinity}', "Infinity is no number"),
        (b'{"passed": true, "cases": 3}{}', "no JSON"),
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"passed": true, "cases": ' + b"9" * 5000 + b"}", "no JSON"),
        (b"null", "model_type"),
        (b"[]", "model_type"),
    ],
)
def test_results_are_read_strictly(content: bytes, wrong: str | None) -> None:
    """Types are exact and nothing is missing, doubled or added; all else is no result."""
    read = parse_result(content, Result)
    if wrong is None:
        assert read == Result(passed=True, cases=3)
    else:
        assert isinstance(read, Unreadable)
        assert wrong in read.reason


@needs_bwrap
def test_a_result_that_is_no_file_is_unreadable() -> None:
    """Missing, too large, a pipe, a device and a folder are each told, in no time."""

    async def look(box: SandboxEnvironment) -> None:
        await box.exec(["sh", "-c", "mkfifo pipe; mkdir folder; ln -s /dev/zero zero"])
        await box.write_file("large", b" " * 70_000)
        await box.write_file("good", b'{"passed": false, "cases": 0}')
        with anyio.fail_after(10):
            for name, reason in {
                "missing": "there is no result",
                "large": "larger than 65536 bytes",
                "pipe": "not an ordinary file",
                "zero": "not an ordinary file",
                "folder": "can't be read",
            }.items():
                read = await read_result(box, name, Result)
                assert isinstance(read, Unreadable) and reason in read.reason, name
            assert await read_result(box, "good", Result) == Result(passed=False, cases=0)

    in_box(look)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ExecResult(True, 0, "out", "err"), Ran("ended", 0, "out", "err")),
        (ExecResult(False, 3, "", ""), Ran("ended", 3)),
        (ExecResult(True, 0, "x" * module.OUTPUT, ""), Ran("wrote too much")),
        (ExecResult(True, 0, "", "é" * (module.OUTPUT // 2)), Ran("wrote too much")),
        (OutputLimitExceededError("8 MiB", "x"), Ran("wrote too much")),
        (TimeoutError(), Ran("ran too long")),
        (PermissionError(), Ran("could not start")),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), Ran("could not start")),
    ],
)
def test_hostile_ends_are_states(answer: ExecResult[str] | Exception, state: Ran) -> None:
    """What code can bring about doesn't raise, and output that may be cut is not passed on."""

    async def go() -> Ran:
        return await run(Answering(answer), ["true"], seconds=1)

    assert anyio.run(go) == state


def test_a_lost_sandbox_is_an_error() -> None:
    """That the sandbox failed is nothing the code did."""

    async def go() -> Ran:
        return await run(Answering(SandboxUnavailableError("gone")), ["true"], seconds=1)

    with pytest.raises(SandboxUnavailableError):
        anyio.run(go)


@needs_bwrap
def test_a_fresh_sandbox_has_the_same_limits_and_always_ends() -> None:
    """It has its model's limits, and is gone after the block, however the block ends."""

    async def look(box: SandboxEnvironment) -> None:
        kept: list[BwrapSandboxEnvironment] = []
        with pytest.raises(RuntimeError, match="in the block"):
            async with fresh(box) as clean:
                kept.append(clean.as_type(BwrapSandboxEnvironment))
                raise RuntimeError("in the block")
        with anyio.move_on_after(0.2):
            async with fresh(box) as clean:
                kept.append(clean.as_type(BwrapSandboxEnvironment))
                await clean.exec(["sleep", "60"])
        assert len(kept) == 2
        for clean in kept:
            assert clean.holder.caps == box.as_type(BwrapSandboxEnvironment).holder.caps
            with pytest.raises(SandboxUnavailableError):
                await clean.exec(["true"])
        assert (await box.exec(["true"])).success

    in_box(look)


@solver
def tampering() -> Solver:
    """Leaves a solution, and a planted file outside of it."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        await sandbox().write_file("solution/answer.py", "print(6 * 7)")
        await sandbox().write_file("/tmp/graded", "tampered with")
        return state

    return solve


@scorer(metrics=[mean()])
def effect() -> Scorer:
    """Runs the solution where nothing was tampered with."""

    async def score(state: TaskState, target: Target) -> Score:
        found = await collect(sandbox(), "/workspace/solution")
        async with fresh(sandbox()) as clean:
            await place(clean, found, "/workspace/solution")
            ran = await run(clean, ["python3", "-I", "solution/answer.py"], seconds=10)
            planted = await run(clean, ["test", "-e", "/tmp/graded"], seconds=10)
        return Score(value=ran.stdout == "42\n" and planted.returncode == 1)

    return score


@needs_bwrap
def test_a_scorer_of_inspect_uses_a_fresh_sandbox() -> None:
    """The whole way within an eval: the provider by its name, a submission, a fresh sandbox."""
    caps = Caps(memory=256 * MEBIBYTE, disk=16 * MEBIBYTE)
    task = Task(
        dataset=[Sample(input="answer", id=n) for n in range(2)],
        solver=tampering(),
        scorer=effect(),
        sandbox=SandboxEnvironmentSpec("bwrap", caps),
    )
    (log,) = eval(task, model="mockllm/model", display="none", log_realtime=False)
    assert log.status == "success", log.error
    assert log.samples is not None
    for sample in log.samples:
        assert sample.scores is not None
        assert sample.scores["effect"].value is True
    assert log.eval.sandbox is not None
    assert log.eval.sandbox.config == caps
