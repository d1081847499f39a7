"""What becomes of a sample whose provider fails: every fault, over every format.

    python benchmarks/faults.py [--wires chat messages …] [--docs docs/faults.md]

A loopback server speaks each format and gives every scenario of a real eval a trouble of its own,
all in one run, with 2 retries, 5 s for an attempt and 120 s for a call. Bars: no run hangs, no
fault ends in a label unless the reply was whole, and what passes by itself is recovered. With
`--docs` the table there is written anew.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.unmask.faulty import PLAIN, STREAMED, Outcome, suffer  # noqa: E402
from tests.unmask.loopback import KEYS, PROVIDERS  # noqa: E402

MARKS = ("<!-- faults: written by benchmarks/faults.py -->", "<!-- end of faults -->")


def main() -> None:
    """Run the formats, print the table and what fell short, and write the docs if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wires", nargs="+", default=list(PROVIDERS), choices=PROVIDERS)
    parser.add_argument("--docs", type=Path)
    given = parser.parse_args()
    for key in KEYS:
        os.environ[key] = "none"
    os.environ["INSPECT_CACHE_DIR"] = tempfile.mkdtemp()
    found: dict[str, list[Outcome]] = {}
    for wire in given.wires:
        since = time.monotonic()
        streamed = wire.endswith("stream")
        with tempfile.TemporaryDirectory() as folder:
            found[wire] = suffer(wire, STREAMED if streamed else PLAIN, Path(folder))
        print(f"{wire}: {len(found[wire])} faults in {time.monotonic() - since:.0f} s", flush=True)
    short = [
        f"{wire}: {each.trouble.name}: {', '.join(sorted(each.got))}"
        for wire, outcomes in found.items()
        for each in outcomes
        if not each.got or not each.got <= each.trouble.gets
    ]
    table = "\n".join([*lines({w: o for w, o in found.items() if not w.endswith("stream")})])
    streams = {w.removesuffix("-stream"): o for w, o in found.items() if w.endswith("stream")}
    if streams:
        table += "\n\n" + "\n".join(lines(streams))
    print(f"\n{table}\n")
    print("\n".join(short) or "nothing fell short")
    if given.docs:
        text = given.docs.read_text()
        between = re.compile(f"{re.escape(MARKS[0])}.*{re.escape(MARKS[1])}", re.DOTALL)
        given.docs.write_text(between.sub(f"{MARKS[0]}\n\n{table}\n\n{MARKS[1]}", text))


def lines(found: dict[str, list[Outcome]]) -> list[str]:
    """Lay out a table: a fault a line, a format a column."""
    by_name = {wire: {each.trouble.name: each for each in found[wire]} for wire in found}
    names = list(dict.fromkeys(name for outcomes in by_name.values() for name in outcomes))
    rows = [f"| what the provider does | {' | '.join(found)} |", "| --- |" + " --- |" * len(found)]
    for name in names:
        cells = [said(outcomes.get(name)) for outcomes in by_name.values()]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def said(outcome: Outcome | None) -> str:
    """Say what became of it."""
    if outcome is None:
        return ""
    got = ", ".join(f"`{each}`" for each in sorted(outcome.got))
    passed = outcome.trouble.once and outcome.got <= outcome.trouble.gets
    return f"recovered ({got})" if passed else got


if __name__ == "__main__":
    main()
