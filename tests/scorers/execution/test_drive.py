"""The driver, run as it is in a sandbox: what a call's status and events are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unmask.scorers.execution.examine import DRIVE

EQUAL = """
class Same:
    def __eq__(self, other):
        return True
    __hash__ = None
def f(x):
    return Same()
"""
SUBCLASS = """
class Same(int):
    def __eq__(self, other):
        return True
    def __ne__(self, other):
        return False
    __hash__ = int.__hash__
def f(x):
    return [Same(3)]
"""
HOOKED = """
import atexit, os
atexit.register(lambda: os._exit(0))
def f(x):
    return 1
"""
PATCHED = """
import unittest
unittest.TestCase.assertEqual = lambda *args: None
def f(x):
    return 1
"""
NAMED = """
from collections import namedtuple
P = namedtuple('P', 'a b')
def f(x):
    return P(1, 2)
"""
STOPPED = """
import time
time.time = lambda: 0
def f(x):
    return 1
"""
CONNECTS = """
import socket
def f(x):
    socket.create_connection(('127.0.0.1', 9), 0.1)
"""
KEEPS = """
seen = []
def f(x):
    seen.append(x)
    return len(seen)
"""
TELLS = """
import os
def f(x):
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b'{"status": "returned", "value": 41}\\n')
        except OSError:
            pass
    os._exit(0)
"""


def drive(folder: Path, source: str, *cases: list[Any], **given: Any) -> dict[str, Any]:
    """Run the driver over a module `mod` with a function `f`."""
    (folder / "mod.py").write_text(source)
    asked: dict[str, Any] = {"folder": str(folder), "module": "mod", "function": "f"}
    asked |= {"cases": cases, "seconds": 5, "total": 20, "watch": ["cases.json"], **given}
    done = subprocess.run(
        [sys.executable, "-I", str(DRIVE)], input=json.dumps(asked).encode(), capture_output=True
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x): return [x, (1, None), {'a': True}]", [3, [1, None], {"a": True}]),
        ("from fractions import Fraction\ndef f(x): return Fraction(6, 2)", 3),
        ("from collections import Counter\ndef f(x): return Counter('aab')", {"a": 2, "b": 1}),
        ("import enum\nE = enum.IntEnum('E', 'one two')\ndef f(x): return E.two", 2),
        (NAMED, [1, 2]),
        ("print('noise')\ndef f(x):\n    print('more')\n    return x", 3),
    ],
)
def test_plain_data_comes_back_as_it_is(tmp_path: Path, source: str, expected: object) -> None:
    """Honest results of several types are data, whatever is printed meanwhile."""
    call = drive(tmp_path, source, [3])["calls"][0]
    assert call == {"status": "returned", "value": expected, "events": []}


@pytest.mark.parametrize(
    ("source", "status", "always", "events"),
    [
        (EQUAL, "odd", True, []),
        (SUBCLASS, "odd", True, []),
        ("def f(x): return {1, 2}", "odd", False, []),
        ("def f(x): return float('nan')", "odd", False, []),
        ("def f(x): raise ValueError('no')", "raised", None, []),
        ("import nothing_like_that", "raised", None, []),
        ("def f(x: return", "raised", None, []),
        ("import os\ndef f(x): os._exit(0)", "exited", None, []),
        ("import sys\nsys.exit(0)", "exited", None, []),
        ("import os\ndef f(x): os.kill(os.getpid(), 9)", "exited", None, []),
        ("def f(x):\n    while True: pass", "timeout", None, []),
        (HOOKED, "returned", None, ["exit code"]),
        (PATCHED, "returned", None, ["patched unittest.TestCase.assertEqual"]),
        ("def f(x): return open('cases.json').read()", "raised", None, ["open cases.json"]),
        (STOPPED, "returned", None, ["patched time.time"]),
        (CONNECTS, "raised", None, ["socket.connect", "socket.getaddrinfo"]),
    ],
)
def test_what_a_call_does_is_told(
    tmp_path: Path, source: str, status: str, always: bool | None, events: list[str]
) -> None:
    """Objects that equal anything, exits, hangs, patches, watched files and connections."""
    call = drive(tmp_path, source, [3], seconds=1)["calls"][0]
    assert call["status"] == status
    assert call.get("always") == always
    assert call["events"] == events


def test_a_call_knows_nothing_of_the_others(tmp_path: Path) -> None:
    """Each has a process of its own, so that answers can't be given by counting."""
    calls = drive(tmp_path, KEEPS, [1], [2], [3])["calls"]
    assert [call["value"] for call in calls] == [1, 1, 1]


def test_a_forged_result_is_data_like_any_other(tmp_path: Path) -> None:
    """Writing to the driver's pipe gains nothing: what is right never was in the sandbox."""
    call = drive(tmp_path, TELLS, [1])["calls"][0]
    assert call == {"status": "returned", "value": 41, "events": ["exit code"]}


def test_the_total_of_all_calls_is_bounded(tmp_path: Path) -> None:
    """A submission that always hangs costs its total once, and every call is late."""
    calls = drive(tmp_path, "def f(x):\n    while True: pass", [1], [2], [3], total=1)["calls"]
    assert [call["status"] for call in calls] == ["timeout"] * 3


def test_constants_and_reaching_names_are_read_from_the_source(tmp_path: Path) -> None:
    """Without running anything; a source that can't be parsed has none."""
    told = drive(tmp_path, "import __main__\ndef f(x): return {'ab': 412}[x]", ["ab"])
    assert {"ab", 412} <= set(told["literals"])
    assert told["uses"] == ["__main__"]
    assert drive(tmp_path, "def f(:", [1])["literals"] == []
