"""A battery in parts that can run anywhere, each in a folder of its own, and bringing them home.

Nothing here knows what runs the parts; `unmask.cluster` has Ray do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.log import read_eval_log
from inspect_ai.model import Model

from unmask.battery import Battery, Checkpoint, ModelSpec
from unmask.files import atomic_write
from unmask.isolation import sandbox_of_run
from unmask.ledger import Spent
from unmask.plan import cells
from unmask.results.observations import observe
from unmask.run import Models, open_models, quiet_environment, run_checkpoint
from unmask.weights import gpus_of


@dataclass(frozen=True, slots=True)
class Job:
    """One part: a checkpoint on an eval, or on all of them where its weights are to be loaded once.

    Attributes:
        name: What it is called; also its folder's name.
        battery: The part alone, with its share of the connections.
        logs: What its folder of logs holds so far, by name.
        share: By how much the connections were divided.
        gpus: GPUs that its weights need.
    """

    name: str
    battery: Battery
    logs: Mapping[str, bytes]
    share: int
    gpus: int

    @property
    def checkpoint(self) -> Checkpoint:
        """The only checkpoint of a part."""
        return self.battery.checkpoints[0]


@dataclass(frozen=True, slots=True)
class Done:
    """What a part has come to.

    Attributes:
        logs: All logs of its folder, by name.
        said: What there was to say on the way.
        left: Promised samples that were not run.
        spent: What it took, where the ledger of the logs was out of reach.
    """

    logs: Mapping[str, bytes]
    said: tuple[str, ...]
    left: int
    spent: Spent | None = None


def part(battery: Battery, logs: Path, at_once: int) -> list[Job]:
    """Cut a battery into jobs.

    Args:
        battery: What is to be run.
        logs: The folder of logs, with what was measured before.
        at_once: How many jobs run at the same time; they share the connections.
    """
    jobs = []
    for checkpoint in battery.checkpoints:
        gpus = gpus_of(checkpoint)
        groups = [battery.evals] if gpus else [(entry,) for entry in battery.evals]
        for number, entries in enumerate(groups):
            placed = tuple(
                # A worker may stand in another folder than the one where the battery was read.
                entry.model_copy(update={"scenarios": str(Path(entry.scenarios).absolute())})
                if entry.scenarios
                else entry
                for entry in entries
            )
            alone = battery.model_copy(
                update={
                    "checkpoints": (checkpoint,),
                    "evals": placed,
                    "limits": battery.limits.model_copy(
                        update={
                            name: max(1, value // at_once)
                            for name in ("max_connections", "max_samples")
                            if (value := getattr(battery.limits, name))
                        }
                    ),
                }
            )
            name = f"{checkpoint.label}.{number}"
            jobs.append(Job(name, alone, _bought(alone, logs / checkpoint.label), at_once, gpus))
    return jobs


def run_job(job: Job, home: Path) -> Done:
    """Run one part, in a folder that holds nothing else but what was left of the same part.

    Raises:
        BadInput: A model can't be opened here, there is no sandbox, or the folder is another's.
    """
    quiet_environment()
    folder = home / job.checkpoint.label
    for name, data in job.logs.items():
        if not (folder / name).exists():
            atomic_write(folder / name, data)
    models = open_models(job.battery)
    _share(job, models)
    sandbox = sandbox_of_run(job.battery, cells(job.battery))
    said: list[str] = []
    run_checkpoint(
        job.checkpoint,
        job.battery,
        models,
        home,
        sandbox=sandbox,
        display="none",
        say=said.append,
    )
    left = int((observe(home).table["missing"] == "not_run").sum())
    return Done(logs_of(folder), tuple(said), left)


def bring_home(job: Job, measured: Mapping[str, bytes], logs: Path) -> None:
    """Put the logs of a job where a run on one machine would have left them.

    Only the process that started the jobs does this, and once for each: of a job that ran twice,
    for its first machine was lost and came back, the other copy is never looked at.
    """
    folder = logs / job.checkpoint.label
    for name, data in measured.items():
        if job.logs.get(name) != data:
            atomic_write(folder / Path(name).name, data)
    for name in job.logs.keys() - measured.keys():
        (folder / name).unlink(missing_ok=True)


def logs_of(folder: Path) -> dict[str, bytes]:
    """Read all logs of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.eval"))}


def _share(job: Job, models: Models) -> None:
    """Divide what models say of their connections themselves, which outranks the limits.

    Weights on the machine itself are nobody else's: theirs is the size of a batch.
    """
    used: list[tuple[Model, ModelSpec]] = list(zip(models.panel, job.battery.grader, strict=True))
    if models.runner and job.battery.runner:
        used.append((models.runner, job.battery.runner))
    if not job.gpus:
        used.append((models.checkpoints[job.checkpoint.label], job.checkpoint))
    for model, spec in used:
        own = spec.config.get("max_connections")
        if own:
            model.config.max_connections = max(1, own // job.share)


def _bought(battery: Battery, folder: Path) -> dict[str, bytes]:
    """Read the logs of a battery's cells, finished or not, that a folder holds."""
    keys = {cell.key for cell in cells(battery)}
    found = {}
    for path in sorted(folder.glob("*.eval")):
        metadata = read_eval_log(str(path), header_only=True).eval.metadata or {}
        if (metadata.get("eval"), metadata.get("arm"), metadata.get("thinking")) in keys:
            found[path.name] = path.read_bytes()
    return found
