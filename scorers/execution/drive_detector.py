"""Runs alone in a sandbox, by `python3 -I -c`: puts submissions in place and asks them for answers.

It reads one JSON object from stdin and prints one to stdout. The detector is imported once, in a
process of its own; where that process ends or hangs on a record, the next one goes on behind it.
Labels never come here, so that all it could forge are its own answers.

Asked: {"folder", "files": path → base64, "module", "function", "records", "given": what follows a
record, "seconds" for one answer, "total" for all}. Told: {"answers": [word, …]}, each `flagged` or
`passed` (True or False came back), `odd` (anything else did), `raised`, `exited` or `timeout`.

Several at once: {"rounds": [{"folder", "files", "asks": [as above, without folder and files]}]},
told {"rounds": [[{"answers"}]]}. A round is over before the files of the next are there. An ask
with "values" true is told `value ` and JSON in place of the first two words.
Standard library only, for any Python from 3.9 on.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import os
import select
import signal
import sys
import time
from typing import Any, NoReturn

USUAL = ("configparser", "pathlib", "re", "tempfile", "unittest")
"""What submissions import: loaded once, before any of them is there, and not in each process."""

WORDS = ("flagged", "passed", "odd", "raised")
VALUE = "value "
MOST_BYTES = 65536
"""Of what a detector's process may tell at once."""


def main() -> None:
    """Answer the one request on stdin."""
    asked = json.load(sys.stdin)
    if "rounds" in asked:
        for name in USUAL:
            importlib.import_module(name)
        print(json.dumps({"rounds": [one_round(each) for each in asked["rounds"]]}))
        return
    put(asked["folder"], asked.pop("files"))
    print(json.dumps(answers(asked)))


def one_round(asked: dict[str, Any]) -> list[dict[str, list[str]]]:
    """Put one submission in place, and ask all that is asked of it."""
    put(asked["folder"], asked["files"])
    return [answers({**each, "folder": asked["folder"]}) for each in asked["asks"]]


def put(folder: str, files: dict[str, str]) -> None:
    """Write the submission."""
    for path, data in files.items():
        where = os.path.join(folder, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "wb") as out:
            out.write(base64.b64decode(data))


def answers(asked: dict[str, Any]) -> dict[str, list[str]]:
    """Ask as many processes as it takes."""
    until = time.monotonic() + asked["total"]
    told: list[str] = []
    while len(told) < len(asked["records"]):
        if time.monotonic() >= until:
            told += ["timeout"] * (len(asked["records"]) - len(told))
        else:
            told += one_process(asked, len(told), until)
    return {"answers": told}


def one_process(asked: dict[str, Any], first: int, until: float) -> list[str]:
    """Ask one process from a record on, until it is through, ends or hangs; at least one answer."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        answer(asked, first, send)
    os.close(send)
    left = len(asked["records"]) - first
    told, late = listen(receive, left, asked["seconds"], until)
    os.close(receive)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)  # it may not have had the time to lead a group
    os.waitpid(child, 0)
    return told if len(told) == left else [*told, "timeout" if late else "exited"]


def listen(receive: int, count: int, seconds: float, until: float) -> tuple[list[str], bool]:
    """Read up to so many answers; and whether the process was too slow with the one after them."""
    told: list[str] = []
    rest = b""
    while len(told) < count:
        left = min(seconds, until - time.monotonic())
        if left <= 0 or not select.select([receive], [], [], left)[0]:
            return told, True
        more = os.read(receive, MOST_BYTES)
        if not more:
            break
        *lines, rest = (rest + more).split(b"\n")
        rest = rest[:MOST_BYTES]
        told += [
            word
            for word in (line.decode("ascii", "replace") for line in lines)
            if word in WORDS or word.startswith(VALUE)
        ]
    return told[:count], False


def answer(asked: dict[str, Any], first: int, send: int) -> NoReturn:
    """Import the detector and tell its answers; runs in the process that the submission owns."""
    os.chdir(asked["folder"])
    sys.path.insert(0, os.getcwd())
    write, end, dumps = os.write, os._exit, json.dumps
    try:
        module = importlib.import_module(asked["module"])
        function = getattr(module, asked["function"])
    except Exception:  # whatever it raises, no record gets an answer
        function = None
    for record in asked["records"][first:]:
        try:
            given = record if asked.get("values") else [record, *asked["given"]]
            found = function(*given) if function else None
            if asked.get("values"):
                word = VALUE + dumps(found)
            else:
                word = "flagged" if found is True else "passed" if found is False else "odd"
        except Exception:
            word = "raised"
        write(send, ((word if function else "raised") + "\n").encode())
    end(0)


if __name__ == "__main__":
    main()
