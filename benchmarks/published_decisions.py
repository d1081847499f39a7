"""Take published logs all the way as a user would: rates, compare, scan, gate with its report.

    python benchmarks/published_decisions.py DATA

Two models' published runs of one task are put side by side, each in a folder of its own, and every
command is run on them from a shell's side. Exits 1 if a command ends otherwise than it should: a
ceiling that 100 scenarios carry passes, a regression that 3 shared ones can't carry is
inconclusive, and so is the whole.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LOGS = {"older": "*T20-28-13*_popularity.json", "newer": "*_popularity_DN2wbX2Z*.eval"}
POLICY = """
checkpoints: [newer]
evals: [popularity]
calibration: optional
controls: none
ceilings:
  - {eval: popularity, measure: match, below: 0.75}
regressions:
  - {eval: popularity, measure: match, baseline: older, margin: 0.1}
"""
START = "from unmask.cli import main; main()"
AS_FOLDERS = ["--score", "*", "--checkpoint-by", "folder"]


def main(data: Path) -> int:
    """Print what each command prints; say which ended with another code than expected."""
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for folder, pattern in LOGS.items():
            (found,) = data.rglob(pattern)
            (work / "logs" / folder).mkdir(parents=True)
            shutil.copy(found, work / "logs" / folder)
        (work / "gate.yaml").write_text(POLICY)
        for expected, command in (
            (0, ["rates", "logs", *AS_FOLDERS]),
            (0, ["compare", "logs", *AS_FOLDERS, "--baseline", "older", "--candidate", "newer"]),
            (0, ["scan", "logs"]),
            (4, ["gate", "logs", *AS_FOLDERS, "--policy", "gate.yaml", "--out", "out"]),
            (0, ["report", "logs", *AS_FOLDERS, "--out", "report"]),
        ):
            print(f"$ unmask {' '.join(command)}")
            done = subprocess.run([sys.executable, "-c", START, *command], cwd=work, check=False)
            print(f"exit {done.returncode}{'' if done.returncode == expected else ' WRONG'}\n")
            wrong += done.returncode != expected
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
