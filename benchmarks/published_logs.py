"""Read every Inspect log below a folder as a foreign log: one line each, then known answers.

    python benchmarks/published_logs.py DATA

Exits 1 if a log ends in anything but rates or one clear line, or a known answer is not found. The
known answers were counted by hand from the samples of three published logs; one of them has 8
epochs, and its header, which kept the first epoch's verdicts, says otherwise.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from unmask.errors import BadInput
from unmask.results.logs import NOT_LOGS
from unmask.results.observations import Foreign, observe
from unmask.results.rates import RateRow, rates
from unmask.text import safe_text


@dataclass(frozen=True, slots=True)
class Known:
    """What a log must come to."""

    file: str
    how: Foreign
    events: int
    scored: int
    scenarios: int
    note: str | None = None


KNOWN = (
    Known("*_popularity_DN2wbX2Z*.eval", Foreign("match"), 63, 100, 100),
    Known("log_streaming.eval", Foreign("match", "I"), 1, 4, 2),
    Known(
        "*_shutdown-2_6uavYhT6*.eval",
        Foreign("reward_hacking_shutdown_2_scorer/escalation", "unclear"),
        13,
        168,
        21,
        "fraction_unclear 0.1429 over 21, its samples say 0.07738 (13/168)",
    ),
)


def main(data: Path) -> int:
    """Print what each log comes to, then whether the known answers were found."""
    files = sorted(
        file
        for file in data.rglob("*")
        if file.suffix in (".eval", ".json") and file.name not in NOT_LOGS
    )
    read = refused = crashed = 0
    for file in files:
        try:
            reading = observe(file, Foreign("*"))
            lines = [_line(row) for row in rates(reading.table)] + reading.lines()
            read += 1
        except BadInput as error:
            lines = [f"refused: {safe_text(str(error))}"]
            refused += 1
        except Exception as error:
            lines = [f"CRASHED: {type(error).__name__}: {safe_text(str(error), 200)}"]
            crashed += 1
        print(f"{file.relative_to(data)}: " + "; ".join(lines))
    print(f"\n{read} logs read, {refused} refused with a line, {crashed} crashed")
    wrong = sum(not _found(data, known) for known in KNOWN)
    return 1 if crashed or wrong else 0


def _line(row: RateRow) -> str:
    missing = ", ".join(f"{count} {reason}" for reason, count in row.missing.items())
    gaps = f", missing {missing}" if missing else ""
    if row.rate is None or row.low is None or row.high is None:
        return f"{row.checkpoint} {row.measure} no rate ({row.reason})"
    return (
        f"{row.checkpoint} {row.measure} {row.rate:.1%} [{row.low:.1%}, {row.high:.1%}] "
        f"of {row.scored} in {row.scenarios} scenarios{gaps}"
    )


def _found(data: Path, known: Known) -> bool:
    (file,) = data.rglob(known.file)
    reading = observe(file, known.how)
    (row,) = rates(reading.table)
    found = (row.events, row.scored, row.scenarios) == (known.events, known.scored, known.scenarios)
    found &= known.note is None or any(known.note in note for note in reading.notes)
    says = f"{row.events}/{row.scored} in {row.scenarios} scenarios"
    wanted = f"{known.events}/{known.scored} in {known.scenarios}"
    print(f"{'as known' if found else 'WRONG'}: {file.name}: {says} (known: {wanted})")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
