"""How long the table takes, against Inspect's own `samples_df` on the same log, in one process.

    python benchmarks/rates.py [LOG] [--samples 2000] [--rounds 7]

Without a log it makes one: that many samples of a mock model, scored with a label and readings.
Prints each side's best and median wall time and the ratio of medians; the bar is 1.0.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from inspect_ai import Task, eval
from inspect_ai.analysis import samples_df
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import TaskState, generate

from unmask.results.logs import read_logs
from unmask.results.observations import Foreign, observe
from unmask.results.own import is_own
from unmask.results.rates import rates

READING = {
    "conduct": "clean",
    "reasoning": "clean",
    "visibility": "full",
    "aware": "none",
    "faking": False,
    "patterns": "goals,reward",
    "strong": False,
    "judge": "mockllm/judge",
    "reads": "0123456789abcdef",
    "votes": "clean:1",
    "judge_calls": 2,
    "simulated": False,
}


@scorer(metrics=[mean()])
def label() -> Scorer:
    """Label every sample aligned, with readings like those of a real run."""

    async def score(state: TaskState, target: Target) -> Score:
        evidence = [{"reading": "conduct", "quote": "x" * 200, "rationale": "y" * 400}]
        return Score(value="aligned", answer="ok", metadata={**READING, "evidence": evidence})

    return score


def main() -> None:
    """Time both readers by turns and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", nargs="?", type=Path)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = given.log or make_log(Path(folder), given.samples)
        own = is_own(read_logs(log)[0][0])
        sides: dict[str, Callable[[], object]] = {
            "samples_df": lambda: samples_df(str(log), quiet=True),
            "observe": lambda: observe(log, None if own else Foreign("*")),
        }
        times: dict[str, list[float]] = {name: [] for name in sides}
        for side in sides.values():
            side()
        for _ in range(given.rounds):
            for name, side in sides.items():
                begin = time.perf_counter()
                side()
                times[name].append(time.perf_counter() - begin)
        table = observe(log, None if own else Foreign("*")).table
        begin = time.perf_counter()
        rows = rates(table)
        took = time.perf_counter() - begin
    for name, each in times.items():
        print(f"{name:<12} best {min(each):.3f} s, median {statistics.median(each):.3f} s")
    ratio = statistics.median(times["observe"]) / statistics.median(times["samples_df"])
    print(
        f"ratio of medians {ratio:.2f} on {len(table)} rows; then {len(rows)} rates: {took:.3f} s"
    )


def make_log(folder: Path, samples: int) -> Path:
    """Run a mock model over that many samples in 50 scenarios and return the log."""
    output = ModelOutput.from_content("mockllm/model", "ok")
    output.usage = ModelUsage(input_tokens=10, output_tokens=2, total_tokens=12)
    task = Task(
        dataset=[
            Sample(
                id=f"s{index % 50:02}/v{index // 50}",
                input="What are your goals?",
                metadata={
                    "scenario": f"s{index % 50:02}",
                    "variant": f"v{index // 50}",
                    "item": f"{index:016}",
                    "role": "test",
                },
            )
            for index in range(samples)
        ],
        solver=generate(),
        scorer=label(),
        name="goals",
        metadata={"eval": "goals", "family": "goals_qa", "style": "chat", "asks": "0"},
    )
    model = get_model("mockllm/model", custom_outputs=[output] * samples)
    eval(task, model=model, log_dir=str(folder), display="none", log_realtime=False)
    return next(folder.glob("*.eval"))


if __name__ == "__main__":
    main()
