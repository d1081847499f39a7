"""Running the parts of a battery on a Ray cluster: the only module that knows Ray (`unmask[ray]`).

A part whose machine is lost is run again elsewhere by Ray. Whatever a worker measures comes back to
the process that started it, which alone writes to the folder of logs. Keys are never sent: workers
find theirs in the environment of their own node.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from unmask.battery import Battery, Budget
from unmask.errors import BadInput, Incomplete, Stopped
from unmask.files import atomic_write
from unmask.jobs import Done, Job, bring_home, logs_of, part, run_job
from unmask.ledger import LEDGER_FILE, Ledger, Payer, spent_in
from unmask.plan import build_task, cells
from unmask.run import keep_promise
from unmask.weights import gpus_of

LOSSES = 3
"""How many machines may be lost under one part before it is given up."""

TOKEN = "token"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where parts find each other, if the machines share a disk.

    Attributes:
        scratch: The folder with a folder for each part.
        token: What its file `token` holds, by which a machine knows that it is this folder.
        ledger: The ledger of the logs.
    """

    scratch: Path
    token: str
    ledger: Path


def run_on_cluster(battery: Battery, logs: Path, address: str, *, say: Say) -> Incomplete | None:
    """Run a battery on a cluster, into the same folders as a run on one machine.

    Args:
        battery: What to run.
        logs: The folder of logs, on this machine.
        address: `local` for this machine alone, `auto` or `HOST:PORT` for a cluster that runs.
        say: Gets a line per part.

    Returns:
        What is missing: parts that failed or did not keep their promise, or all that a cap has
        stopped. All others are in the folder.

    Raises:
        BadInput: Ray is missing, there is no cluster, or a folder holds another checkpoint.
    """
    for checkpoint in battery.checkpoints:
        keep_promise(
            checkpoint, battery, logs, [(each, build_task(each)) for each in cells(battery)]
        )
    place = Place(
        logs.absolute().with_name(f".{logs.name}.parts"), uuid4().hex, logs.absolute() / LEDGER_FILE
    )
    _gather(place.scratch, logs)
    with _cluster(address) as ray:
        at_once = _at_once(ray, battery)
        jobs = part(battery, logs, at_once)
        say(f"{len(jobs)} parts, {at_once} at once")
        atomic_write(place.scratch / TOKEN, place.token)
        try:
            return _run_all(ray, jobs, at_once, place, logs, say)
        finally:
            ray.shutdown()  # no worker writes any more
            _gather(place.scratch, logs)


def measure(job: Job, place: Place) -> Done:
    """Run a part on whatever machine this is.

    Where the machine shares the disk of the one that started it, the part's folder is there, so
    that what it has finished outlives the machine; and all write to the ledger of the logs.

    Raises:
        BadInput: There is a cap, and no ledger that all share.
    """
    seen = place.scratch / TOKEN
    if seen.is_file() and seen.read_text(encoding="ascii") == place.token:
        home = place.scratch / job.name
        home.mkdir(exist_ok=True)
        ledger = home / LEDGER_FILE
        if not ledger.is_symlink():
            ledger.symlink_to(place.ledger)
        return run_job(job, home)
    if job.battery.budget != Budget():
        raise BadInput(f"a cap needs a disk that all machines share, with {place.ledger} on it")
    with tempfile.TemporaryDirectory(prefix="unmask-") as alone:
        done = run_job(job, Path(alone))
        return replace(done, spent=spent_in(Path(alone)))


def _run_all(
    ray: Any, jobs: Sequence[Job], at_once: int, place: Place, logs: Path, say: Say
) -> Incomplete | None:
    """Run every job, as many at once as share the connections, until one says that it is enough."""
    remote = ray.remote(max_retries=LOSSES, scheduling_strategy="SPREAD")(measure)
    waiting, running = list(jobs), dict[Any, Job]()
    failed: list[str] = []
    stopped: Stopped | None = None
    while waiting or running:
        while waiting and len(running) < at_once:
            job = waiting.pop(0)
            task = remote.options(name=job.name, num_cpus=1, num_gpus=job.gpus)
            running[task.remote(job, place)] = job
        (ended,), _ = ray.wait(list(running), num_returns=1)
        job = running.pop(ended)
        try:
            done: Done = ray.get(ended)
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None) or error
            if isinstance(cause, Stopped) and cause.shared:
                stopped, waiting = cause, []
            else:
                failed.append(f"{job.name}: {_line(cause)}")
                say(failed[-1])
            continue
        bring_home(job, done.logs, logs)
        _account(job, done, logs)
        shutil.rmtree(place.scratch / job.name, ignore_errors=True)
        for line in done.said:
            say(f"{job.name}: {line}")
        if done.left:
            failed.append(f"{job.name}: {done.left} promised samples were not run")
            say(failed[-1])
        else:
            say(f"{job.name}: done, {len(waiting) + len(running)} parts left")
    if stopped is None and failed:
        return Incomplete(f"{'; '.join(failed)}; the same command goes on")
    return stopped


def _account(job: Job, done: Done, logs: Path) -> None:
    """Write down what a part has spent that could not do so itself."""
    if done.spent is not None:
        with closing(Ledger(logs)) as ledger:
            payer = Payer(job.checkpoint.label, "elsewhere", job.checkpoint.model)
            ledger.add(payer, done.spent)


def _gather(scratch: Path, logs: Path) -> None:
    """Keep what unfinished parts have measured, as a killed run on one machine would have."""
    for folder in scratch.glob("*/*/"):
        for name, data in logs_of(folder).items():
            home = logs / folder.name / name
            if not home.exists():
                atomic_write(home, data)
    shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """Join a cluster, or start one on this machine."""
    # Ray reports its use to its makers unless it is told not to, before it is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise BadInput("--ray needs Ray: pip install 'unmask[ray]'") from None
    try:
        ray.init(address, log_to_driver=False, configure_logging=False, include_dashboard=False)
    except Exception as error:
        # Ray raises anything here, a plain Exception where a node is slow to start.
        said = " ".join(str(error).split())
        raise BadInput(f"no Ray cluster at {address}: {said}; see docs/more-machines.md") from None
    try:
        yield ray
    finally:
        ray.shutdown()


def _at_once(ray: Any, battery: Battery) -> int:
    """How many parts run at once: what the cluster has room for, and a connection for each."""
    room = ray.cluster_resources()
    most = int(room.get("CPU", 0))
    gpus = max(map(gpus_of, battery.checkpoints))
    if gpus:
        most = min(most, int(room.get("GPU", 0)) // gpus)
    if most < 1:
        raise BadInput(
            f"the cluster has no room: {int(room.get('CPU', 0))} CPUs, "
            f"{int(room.get('GPU', 0))} GPUs; a part takes 1 CPU and {gpus} GPUs"
        )
    parts = len(battery.checkpoints) * (1 if gpus else len(battery.evals))
    return min(most, parts, battery.limits.max_connections)


def _line(cause: BaseException) -> str:
    """Say in a line what a worker ran into; Ray's own errors explain themselves at length."""
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else type(cause).__name__
