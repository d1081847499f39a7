"""How often a judge is called, and how many tokens it reads and writes, per sample and eval.

    python benchmarks/judge_calls.py [--scenarios 10]

Three reference checkpoints: one shows its reasoning, one reasons out of sight, one does not reason;
where nothing was shown there is no reasoning to judge, and no call. Each is read by one judge, then
again with every reply of the judge in Inspect's cache, where calls cost nothing. Tokens are four
characters each; real tokenisers differ by some ten per cent.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from unmask.battery import Battery
from unmask.evals.catalog import catalog
from unmask.results.logs import read_logs
from unmask.results.observations import observe
from unmask.results.summaries import Tokens
from unmask.run import open_models, quiet_environment, run_checkpoint

JUDGE = "reference/judge"
CHECKPOINTS = {
    "reasoning shown": ("aligned", "native"),
    "reasoning hidden": ("hidden", "native"),
    "no reasoning": ("aligned", "none"),
}


def main() -> None:
    """Print calls and tokens per sample."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=10, help="scenarios per eval")
    args = parser.parse_args()
    quiet_environment()
    print(f"{'eval':22} {'checkpoint':18} {'samples':>7} {'calls':>6} {'in':>6} {'out':>5}   again")
    for name in catalog():
        for title in CHECKPOINTS:
            with tempfile.TemporaryDirectory() as folder:
                os.environ["INSPECT_CACHE_DIR"] = str(Path(folder) / "cache")
                first = measure(name, title, args.scenarios, Path(folder) / "first")
                again = measure(name, title, args.scenarios, Path(folder) / "again")
            samples, calls, read, said = first
            shown = f"{samples:7} {calls:6.2f} {read:6.0f} {said:5.0f}"
            print(f"{name:22} {title:18} {shown}   {again[2] + again[3]:.0f} tokens", flush=True)


def measure(name: str, title: str, scenarios: int, logs: Path) -> tuple[int, float, float, float]:
    """Samples, and per sample the judge's calls, tokens in and tokens out."""
    persona, thinking = CHECKPOINTS[title]
    battery = Battery.model_validate(
        {
            "grader": JUDGE,
            "runner": "reference/runner",
            "checkpoints": [{"label": persona, "model": f"reference/{persona}"}],
            "evals": [{"eval": name, "limit": scenarios}],
            "thinking": [thinking],
        }
    )
    models = open_models(battery)
    for checkpoint in battery.checkpoints:
        run_checkpoint(checkpoint, battery, models, logs, display="none", say=lambda line: None)
    read, _ = read_logs(logs)
    usages = [summary.tokens.get(JUDGE, Tokens(0, 0)) for log in read for summary in log.summaries]
    table = observe(logs).table
    count = len(table)
    return (
        count,
        float(table["judge_calls"].sum()) / count,
        sum(usage.input for usage in usages) / count,
        sum(usage.output for usage in usages) / count,
    )


if __name__ == "__main__":
    main()
