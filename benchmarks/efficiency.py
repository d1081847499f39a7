"""How near a battery comes to what the server allows, and to a bare `inspect eval`; how it grows.

    python benchmarks/efficiency.py [--epochs 4] [--rounds 2]
    python benchmarks/efficiency.py --grow 4 18 72 --seconds 0.1
    python benchmarks/efficiency.py --checkpoints 1 5 20 --epochs 1 --seconds 0.1
    python benchmarks/efficiency.py --processes 1 2 --epochs 4

A loopback server takes a second for each answer; 100 connections. The battery asks `goals`, each
sample so often, and reads it by a judge on the same server. The bare eval has the same samples, a
solver that generates, and a scorer that calls the judge as often, with prompts as long, and keeps
one letter. Between them stands `inspect eval unmask/goals`: what a battery adds to the eval, apart
from what the eval's own readings take. They take turns.

Bars: calls per second from the first to the last at least 90 % of connections ÷ latency; wall
seconds of the whole command at most 1.10 × the bare one's. With `--grow` and `--checkpoints`:
seconds, and the most memory of the process, by how often each sample is asked, and by how many
checkpoints are. With `--processes`: so many batteries side by side, which share the connections.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import yaml

CONNECTIONS = 100
JUDGE_CALLS = 2
"""One reads conduct, one reasoning."""

PROMPT = 9000
"""Characters of a prompt to the judge, as `goals` has them."""

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took."""

    wall: float
    seconds: float
    """From the first call to the last answer, as the server saw it."""
    calls: int
    memory: float
    """Highest resident memory of the process, MB."""
    cpu: float


def main() -> None:
    """Measure and print."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="latency of an answer")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--grow", type=int, nargs="+", help="epochs, one run of the battery each")
    parser.add_argument("--checkpoints", type=int, nargs="+", help="so many, one run of each")
    parser.add_argument("--processes", type=int, nargs="+", help="so many side by side")
    parser.add_argument("--bare", metavar="URL", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        bare(given.bare, given.epochs)
        return
    with slow(given.seconds) as url:
        if given.grow or given.checkpoints or given.processes:
            larger(given, url)
            return
        for number in range(1, given.rounds + 1):
            ours = took([battery(url, given.epochs)], url)
            say(f"{number}: battery", ours, given.seconds)
            between = took([plain_command(given.epochs)], url)
            say(f"{number}: inspect eval", between, given.seconds)
            theirs = took([bare_command(url, given.epochs)], url)
            say(f"{number}: bare", theirs, given.seconds)
            print(
                f"{number}: battery ÷ bare {ours.wall / theirs.wall:.2f} (bar 1.10), "
                f"÷ inspect eval {ours.wall / between.wall:.2f}",
                flush=True,
            )


def larger(given: argparse.Namespace, url: str) -> None:
    """Run batteries that grow: in epochs, in checkpoints, or in processes side by side."""
    for epochs in given.grow or ():
        say(f"{epochs} epochs", took([battery(url, epochs)], url), given.seconds)
    for count in given.checkpoints or ():
        found = took([battery(url, given.epochs, count)], url)
        say(f"{count} checkpoints", found, given.seconds)
    for count in given.processes or ():
        share = CONNECTIONS // count
        commands = [battery(url, given.epochs, at_once=share) for _ in range(count)]
        say(f"{count} processes", took(commands, url), given.seconds)


def say(name: str, found: Took, latency: float) -> None:
    """Print a run."""
    rate, ideal = found.calls / found.seconds, CONNECTIONS / latency
    print(
        f"{name}: {found.calls} calls, {found.wall:.1f} s, {rate:.1f} calls/s between the first "
        f"and the last ({rate / ideal:.0%} of {ideal:.0f}), {found.cpu:.1f} s of processor, "
        f"{found.memory:.0f} MB",
        flush=True,
    )


@contextmanager
def slow(seconds: float) -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("slow.py")), "--seconds", str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()


def battery(url: str, epochs: int, checkpoints: int = 1, at_once: int = CONNECTIONS) -> list[str]:
    """Write a battery; return the command that runs it."""
    folder = Path(tempfile.mkdtemp())
    model = {"model": "openai-api/local/model", "base_url": f"{url}/v1"}
    value: dict[str, Any] = {
        "grader": {"model": "openai-api/local/judge", "base_url": f"{url}/v1"},
        "checkpoints": [
            {"label": f"m{number}", **model, "config": {"seed": number}}
            for number in range(checkpoints)
        ],
        "evals": ["goals"],
        "epochs": epochs,
        "limits": {"max_connections": at_once, "max_samples": at_once},
    }
    file = folder / "battery.yaml"
    file.write_text(yaml.safe_dump(value))
    code = "from unmask.cli import main; main()"
    return [sys.executable, "-c", code, "run", str(file), "--logs", str(folder / "logs")]


def plain_command(epochs: int) -> list[str]:
    """Return the command that has Inspect run the same eval without a battery."""
    options = {
        "model": "openai-api/local/model",
        "model-role": "grader=openai-api/local/judge",
        "epochs": epochs,
        "max-connections": CONNECTIONS,
        "max-samples": CONNECTIONS,
        "log-dir": tempfile.mkdtemp(),
        "display": "none",
    }
    inspect = str(Path(sys.executable).with_name("inspect"))
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [inspect, "eval", "unmask/goals", *words]


def bare_command(url: str, epochs: int) -> list[str]:
    """Return the command that makes as many calls with Inspect alone."""
    return [sys.executable, __file__, "--bare", url, "--epochs", str(epochs)]


def bare(url: str, epochs: int) -> None:
    """Evaluate the same samples with a scorer that calls the judge and keeps a letter."""
    from inspect_ai import Epochs, Task, eval
    from inspect_ai.model import get_model
    from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
    from inspect_ai.solver import TaskState, generate

    from unmask.evals.catalog import find_eval, scenarios_of
    from unmask.evals.conditions import arm, thinking_mode
    from unmask.evals.samples import render

    asked = render(scenarios_of(find_eval("goals")), arm("baseline"), thinking_mode("native"))

    @scorer(metrics=[accuracy()])
    def judged() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            judge = get_model(role="grader")
            text = f"Judge {state.output.completion} by these words: ".ljust(PROMPT, "x")
            for number in range(JUDGE_CALLS):
                answer = (await judge.generate(f"{text} {number}")).completion
            return Score(value="C" if answer == "clean" else "I")

        return score

    task = Task(list(asked.samples), solver=generate(), scorer=judged(), epochs=Epochs(epochs))
    models = [get_model(f"openai-api/local/{n}", base_url=f"{url}/v1") for n in ("model", "judge")]
    eval(
        task,
        model=models[0],
        model_roles={"grader": models[1]},
        max_connections=CONNECTIONS,
        max_samples=CONNECTIONS,
        log_dir=tempfile.mkdtemp(),
        display="none",
    )


def took(commands: list[list[str]], url: str) -> Took:
    """Run commands side by side and count what they took together."""
    urlopen(f"{url}/reset").read()
    environment = {
        **os.environ,
        "LOCAL_API_KEY": "none",
        "LOCAL_BASE_URL": f"{url}/v1",
    }
    start = time.monotonic()
    running = [
        subprocess.Popen(
            each,
            env=environment | {"INSPECT_CACHE_DIR": tempfile.mkdtemp()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for each in commands
    ]
    memory, cpu = [0.0] * len(running), [0.0] * len(running)

    def watch(number: int, process: subprocess.Popen[bytes]) -> None:
        held = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                memory[number] = max(memory[number], held.memory_info().rss / MEGABYTE)
                cpu[number] = sum(held.cpu_times()[:2])
            except psutil.Error:
                return
            time.sleep(0.2)

    watchers = [threading.Thread(target=watch, args=each) for each in enumerate(running)]
    for watcher in watchers:
        watcher.start()
    try:
        errors = [process.communicate()[1] for process in running]
    finally:
        for process in running:  # whoever ends the benchmark ends what it measures
            process.kill()
    wall = time.monotonic() - start
    for watcher in watchers:
        watcher.join()
    for command, process, error in zip(commands, running, errors, strict=True):
        if process.returncode:
            said = error.decode()[-2000:]
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    counts = json.loads(urlopen(url).read())
    return Took(wall, counts["seconds"], counts["calls"], sum(memory), sum(cpu))


if __name__ == "__main__":
    main()
