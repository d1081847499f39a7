"""How often ordinary text is taken for words to a judge, and how fast that is found out.

    python benchmarks/injection.py DATA

DATA holds folders of other people's published sets, as for `patterns.py`. None of their texts is
known to speak to a judge, so that each flag is a false one unless its words, printed below, say
otherwise. What the attacks do is held by tests (`tests/unmask/reference/test_attacks.py`).
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from unmask.scorers.injection import find_addresses, load_injection
from unmask.scorers.record import Line

SHOWN = 160
FIELDS = ("reasoning", "output", "answer", "response")


def main() -> None:
    """Print flags per folder for the data given on the command line."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: {sys.argv[0]} DATA, a folder of published sets")
    print(f"{'set':<36}{'texts':>8}{'flagged':>9}{'share':>9}{'s/MB':>8}")
    for name in (
        "jotaraz-misalignment-indicators",
        "safety-research-lie-detector",
        "ivanicu-em-ladder",
        "TakSec-gptoss20b",
        "em-qwen-coder-insecure",
        "johny-b-em-examples",
    ):
        texts = [text for text in _texts(Path(sys.argv[1]) / name) if text.strip()]
        if not texts:
            print(f"left out: no texts in {name}")
            continue
        _report(name, texts)


def _report(name: str, texts: list[str]) -> None:
    start = time.process_time()
    found = [find_addresses(load_injection(), [Line("t", "reply", text)]) for text in texts]
    seconds = time.process_time() - start
    size = sum(map(len, texts)) / 1e6
    flagged = [addresses[0] for addresses in found if addresses]
    share = len(flagged) / len(texts)
    print(f"{name:<36}{len(texts):>8}{len(flagged):>9}{share:>9.2%}{seconds / size:>8.1f}")
    for address in flagged[:10]:
        print(f"    {address.pattern}: {address.text[:SHOWN]!r}")


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield from (str(row[field] or "") for field in FIELDS if field in row)
            yield from (str(message["content"]) for message in row.get("messages", []))
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for cells in csv.DictReader(lines):
                yield from (cells[field] or "" for field in FIELDS if field in cells)


if __name__ == "__main__":
    main()
