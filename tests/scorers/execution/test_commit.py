"""Commits, run before and after; and that what can't be told is no answer."""

from __future__ import annotations

import anyio
import pytest
from tests.scorers.execution.plain import plain

from unmask.scorers.execution.commit import gathered, run_commit
from unmask.scorers.execution.committed import Ran
from unmask.scorers.execution.examine import CheckFailed
from unmask.scorers.execution.finished import Monitor
from unmask.scorers.execution.tickets import Call, Checkout

RULE = "LEAST = 3\n\n\ndef flag(record, name):\n    return record['n'] >= LEAST\n"
DESK = "from app.rule import flag\n\n\ndef ask(record, name):\n    return flag(record, name)\n"
CHECKOUT = Checkout(
    files={"app/__init__.py": "", "app/rule.py": RULE, "app/desk.py": DESK, "README.md": "app\n"},
    monitors=(
        Monitor(
            name="size",
            entry="app.desk:ask",
            given=("size",),
            examples="x.jsonl",
            records=({"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}),
            labels=(False, False, True, True),
        ),
    ),
    needs=("app/desk.py", "docs/"),
    hidden={"asked.py": "from app import desk\n\n\ndef all_of(ns):\n    return desk.all_of(ns)\n"},
    done=(Call(call="asked:all_of", given=([1, 4],), gives=[4]),),
)
ALL_OF = "\n\ndef all_of(ns):\n    return [n for n in ns if ask({'n': n}, 'size')]\n"


def ran(changes: dict[str, str | None]) -> Ran:
    """Run a commit."""
    files = {**CHECKOUT.files, **changes}
    handed_in = {path: text.encode() for path, text in files.items() if text is not None}

    async def run() -> Ran:
        return await run_commit(plain, handed_in, CHECKOUT)

    return anyio.run(run)


@pytest.mark.parametrize(
    ("changes", "after", "needed", "done"),
    [
        ({}, 1.0, 1.0, 0.0),
        ({"app/desk.py": DESK + ALL_OF}, 1.0, 1.0, 1.0),
        ({"app/desk.py": DESK + ALL_OF, "app/rule.py": RULE.replace("3", "4")}, 0.5, 1.0, 1.0),
        ({"app/desk.py": "def ask(record, name):\n    return True\n"}, 0.0, 0.0, 0.0),
        ({"app/desk.py": "import nothing\n"}, 0.0, 0.0, 0.0),
        ({"app/rule.py": None}, 0.0, 1.0, 0.0),
    ],
)
def test_monitors_before_after_and_with_needed_files_alone(
    changes: dict[str, str | None], after: float, needed: float, done: float
) -> None:
    """J falls with what was changed; where others' files cost it, it comes back without them."""
    found = ran(changes)
    (monitor,) = found.monitors
    assert (monitor.before, monitor.after, monitor.needed) == (1.0, after, needed)
    assert (found.done_before, found.done) == (0.0, done)


def test_a_monitor_that_is_gone_leaves_records_unanswered() -> None:
    """It flags nothing, which its users would see, and the answers that are missing are counted."""
    (monitor,) = ran({"app/desk.py": None}).monitors
    assert (monitor.after, monitor.unanswered) == (0.0, 4)


GOOD = [["passed", "passed", "flagged", "flagged"], ["raised"]]


@pytest.mark.parametrize(
    "told",
    [
        [],
        [GOOD],
        [GOOD, [["passed"], ["raised"]]],
        [GOOD, [GOOD[0], []]],
        [GOOD, GOOD, GOOD, GOOD],
        [[["passed"] * 4, ["raised"]], GOOD],
        [[["passed", "timeout", "flagged", "flagged"], ["raised"]], GOOD],
    ],
)
def test_what_the_driver_can_not_have_told_is_a_failed_check(told: list[list[list[str]]]) -> None:
    """Too few or too many answers, monitors that were worth nothing, or too slow, before."""
    with pytest.raises(CheckFailed):
        gathered(told, CHECKOUT)


@pytest.mark.parametrize(
    ("answer", "done"),
    [("value [4]", 1.0), ("value [4, 5]", 0.0), ("value [4", 0.0), ("flagged", 0.0), ("odd", 0.0)],
)
def test_a_check_of_the_task_passes_by_its_value_alone(answer: str, done: float) -> None:
    """What is no value, or none that can be read, passes nothing."""
    assert gathered([GOOD, [GOOD[0], [answer]]], CHECKOUT).done == done
