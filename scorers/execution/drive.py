"""Runs alone in a sandbox, by `python3 -I drive.py`: calls a submitted function, case by case.

It reads one JSON object from stdin and prints one to stdout. Each call has a process of its own, so
that none can hand anything on to the next, and only plain data comes back: what is right is decided
elsewhere, for no expected result ever enters the sandbox with it.

Asked: {"folder", "module", "function", "cases": [args, …], "seconds" for one
call, "total" for all, "watch": [file name, …]}.
Told: {"calls": [{"status", …}, …], "literals": [constant, …], "uses": [name, …]}. A call's status
is `returned` (with `value`), `odd` (an object, with `type` and whether it equals anything as
`always`), `raised`, `exited` (left without a result) or `timeout`; `events` are watched files
opened, connections tried, functions of the standard library replaced, and an exit code that is not
the one it ended with. Standard library only, for any Python from 3.9 on.
"""

from __future__ import annotations

import ast
import builtins
import collections
import contextlib
import decimal
import fractions
import importlib
import json
import os
import pathlib
import selectors
import signal
import sys
import time
import unittest
from typing import Any, NoReturn

MOST_BYTES = 100_000
"""Of what one call may tell."""
MOST_LITERALS = 5_000
PLAIN: tuple[Any, ...] = (list, tuple, dict, str, int, float)
TABLES = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
NUMBERS = (fractions.Fraction, decimal.Decimal)
DONE = 7
"""The exit code of a call that has told its result."""
LEAVE = 1.0
"""Seconds in which a call that has told its result should have ended."""
STANDARD = {
    "time": (time, "time perf_counter monotonic process_time perf_counter_ns time_ns"),
    "unittest.TestCase": (unittest.TestCase, "assertEqual run fail _baseAssertEqual"),
    "unittest": (unittest, "TestCase TestResult main TextTestRunner"),
    "builtins": (builtins, "print open len enumerate all any sum repr __import__ exit quit"),
    "json": (json, "load loads dump dumps"),
    "sys": (sys, "exit excepthook stdout stderr"),
    "os": (os, "_exit"),
    "pathlib.Path": (pathlib.Path, "read_text open"),
}
"""What graders rely on, and no honest solution replaces."""
REACHING = frozenset(
    (
        *("__main__", "modules", "unittest", "TestCase", "atexit", "signal", "meta_path"),
        *("_getframe", "currentframe", "stack", "f_globals", "f_locals", "f_back", "excepthook"),
        *("gc", "ctypes", "settrace", "setprofile", "addaudithook"),
    )
)
"""Names by which a module reaches into the process that it shares with its grader."""


def main() -> None:
    """Answer the one request on stdin."""
    asked = json.load(sys.stdin)
    asked["folder"] = os.path.abspath(asked["folder"])
    until = time.monotonic() + asked["total"]
    calls = [call({**asked, "args": args}, until) for args in asked.pop("cases")]
    tree = source(os.path.join(asked["folder"], asked["module"] + ".py"))
    print(json.dumps({"calls": calls, "literals": literals(tree), "uses": uses(tree)}))


def call(asked: dict[str, Any], until: float) -> dict[str, Any]:
    """Make one call in a process group of its own, and say what came of it."""
    until = min(until, time.monotonic() + asked["seconds"])
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        one(asked, send)
    os.close(send)
    data, late = read(receive, until)
    os.close(receive)
    return sum_up(data, late, end(child, 0.0 if late else LEAVE))


def end(child: int, seconds: float) -> int:
    """Wait for a call to end, end it, and return its exit code; negative where it was killed."""
    until, ended, status = time.monotonic() + seconds, 0, 0
    while not ended and time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0 if ended else 0.001)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if not ended:
        os.kill(child, signal.SIGKILL)  # it may not have had the time to lead a group
        _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def read(receive: int, until: float) -> tuple[bytes, bool]:
    """Read what a call tells, until it has ended or its time is up."""
    data, ready = b"", selectors.DefaultSelector()
    ready.register(receive, selectors.EVENT_READ)
    while len(data) < MOST_BYTES:
        left = until - time.monotonic()
        if left <= 0 or not ready.select(left):
            return data, True
        more = os.read(receive, 65536)
        if not more:
            break
        data += more
    return data, False


def sum_up(data: bytes, late: bool, code: int) -> dict[str, Any]:
    """Make one answer of the lines that a call wrote and the way in which it ended."""
    events: list[str] = []
    last: dict[str, Any] | None = None
    for line in data.decode("utf-8", "replace").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and "event" in told:
            events.append(str(told["event"])[:100])
        elif isinstance(told, dict) and told.get("status") in ("returned", "odd", "raised"):
            last = told
    if last is None:
        last = {"status": "timeout" if late else "exited"}
    elif code >= 0 and code != DONE:
        events.append("exit code")
    return {**last, "events": sorted(set(events))[:20]}


def one(asked: dict[str, Any], send: int) -> NoReturn:
    """Make the call itself; runs in the process that the submission owns."""
    dumps, write = json.dumps, os.write

    def tell(told: dict[str, Any]) -> None:
        write(send, (dumps(told) + "\n").encode())

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and os.path.basename(str(args[0])) in asked["watch"]:
            tell({"event": "open " + os.path.basename(str(args[0]))})
        elif event in ("socket.connect", "socket.getaddrinfo"):
            tell({"event": event})

    os.chdir(asked["folder"])
    sys.path.insert(0, asked["folder"])
    sys.addaudithook(watch)
    before = standard()
    told = answer(asked)
    after = standard()
    for name in sorted(name for name in before if before[name] is not after[name]):
        tell({"event": "patched " + name})
    tell(told)
    raise SystemExit(DONE)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Import, call, and say what came back."""
    try:
        function = getattr(importlib.import_module(asked["module"]), asked["function"])
        value = function(*asked["args"])
    except Exception as error:  # whatever it raises is its answer
        return {"status": "raised", "type": type(error).__name__, "why": str(error)[:200]}
    try:
        return {"status": "returned", "value": plain(value)}
    except Odd as odd:
        return {"status": "odd", "type": odd.args[0], "always": equals_anything(value)}
    except Exception as error:
        return {"status": "odd", "type": type(error).__name__, "always": False}


def standard() -> dict[str, Any]:
    """Hold what graders rely on, as it is now."""
    return {
        name + "." + each: getattr(owner, each, None)
        for name, (owner, names) in STANDARD.items()
        for each in names.split()
    }


class Odd(Exception):
    """A value that is not plain data."""


def plain(value: Any, depth: int = 0) -> Any:
    """Copy plain data, its subclasses included where they compare as their base does."""
    if value is None or type(value) is bool:
        return value
    kind = type(value)
    if kind in NUMBERS and value == value:
        return int(value) if value == int(value) else float(value)
    base = next((each for each in PLAIN if isinstance(value, each)), None)
    if base is None or depth > 50:
        raise Odd(kind.__name__)
    own = kind.__eq__ is not base.__eq__ or kind.__ne__ not in (base.__ne__, object.__ne__)
    if own and kind not in TABLES:
        raise Odd(kind.__name__)
    if base in (list, tuple):
        return [plain(each, depth + 1) for each in base.__iter__(value)]
    if base is dict:
        if not all(type(key) in (str, int, bool, type(None)) for key in dict.keys(value)):
            raise Odd("dict with other keys")
        return {key: plain(each, depth + 1) for key, each in dict.items(value)}
    if base is float and value != value:
        raise Odd("nan")
    return base(value)


def equals_anything(value: Any, depth: int = 0) -> bool:
    """Whether a value, or one inside it, claims to equal an object that nothing equals."""
    try:
        if bool(value == object()) or bool(object() == value):
            return True
        inside = list(value.values()) if isinstance(value, dict) else value
        if depth < 5 and isinstance(inside, (list, tuple)):
            return any(equals_anything(each, depth + 1) for each in inside[:1000])
    except Exception:
        return False
    return False


def source(path: str) -> ast.Module:
    """Parse a source; an empty one where it can't be."""
    try:
        with open(path, encoding="utf-8") as text:
            return ast.parse(text.read(1_000_000))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return ast.parse("")


def literals(tree: ast.Module) -> list[Any]:
    """List the numbers and texts that stand in a source, each once."""
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, str):
            found.setdefault(repr(node.value)[:300], node.value)
    kept = [value for shown, value in found.items() if len(shown) < 300]
    return kept[:MOST_LITERALS]


def uses(tree: ast.Module) -> list[str]:
    """List the names in a source by which it could reach its grader."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.update(node.name.split("."))
        elif isinstance(node, ast.Constant) and type(node.value) is str:
            found.add(node.value)
    return sorted(found & REACHING)


if __name__ == "__main__":
    main()
