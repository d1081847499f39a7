"""What a run leaves for a third party to check: a digest of every file that a result rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from inspect_ai.log import read_eval_log
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unmask.battery import PROMISE_FILE, Battery, promised_grader
from unmask.errors import BadInput
from unmask.evals.catalog import HERE as EVALS
from unmask.files import atomic_write

MANIFEST_FILE = "manifest.json"
PACKAGES = ("unmask", "inspect-ai", "openai", "anthropic", "numpy", "scipy", "pandas")


class Manifest(BaseModel):
    """SHA-256 of each file by its name, and what a run was made with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: int = Field(alias="schema")
    judge: dict[str, Any]
    runner: dict[str, Any] | None = None
    packages: dict[str, str]
    logs: dict[str, str]
    evals: dict[str, str]
    scorers: dict[str, str]
    stopped: dict[str, dict[str, Any]] = {}
    """Logs that were stopped early: by which rule, and the e-value that it came to."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A manifest against the files: what differs, and what is only worth knowing."""

    differs: tuple[str, ...]
    notes: tuple[str, ...]
    files: int


def write_manifest(logs: Path, battery: Battery) -> Path:
    """Write `manifest.json` over all logs and promises below a folder.

    SHA-256 of each log and promise, of scenarios, rubrics and what else decides a reading, the
    judge, and the versions of the packages. Nothing in it depends on the clock: the same files
    give the same manifest.
    """
    manifest = {
        "schema": 1,
        "judge": promised_grader(battery.grader).model_dump(),
        **({"runner": promised_grader([battery.runner]).model_dump()} if battery.runner else {}),
        "packages": _packages(),
        "logs": _evidence(logs),
        "evals": _asked(),
        "scorers": _readers(),
        "stopped": _stopped(logs) if battery.early_stopping else {},
    }
    path = logs / MANIFEST_FILE
    atomic_write(path, json.dumps(manifest, indent=1) + "\n")
    return path


def read_manifest(logs: Path) -> Manifest | None:
    """Read the manifest of a folder of logs; None if there is none.

    Raises:
        BadInput: It is no manifest.
    """
    path = logs / MANIFEST_FILE
    if not path.is_file():
        return None
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        raise BadInput(f"{path} is no manifest that `unmask run` wrote: {error}") from None


def compare_manifest(manifest: Manifest, logs: Path) -> Compared:
    """Hold a manifest against the logs and promises below a folder, and against this Unmask.

    Logs must be the same, none more or fewer. Scenarios, rubrics and packages may have moved on
    since: what was measured stands in the logs, so that is a note.
    """
    there = _evidence(logs)
    differs = []
    for name, digest in manifest.logs.items():
        if name not in there:
            differs.append(f"{name}: is gone")
        elif there[name] != digest:
            differs.append(f"{name}: is not the file that the run wrote")
    differs += [f"{name}: no run wrote it" for name in there if name not in manifest.logs]
    notes = [
        *_moved("scenarios, prompts and rubrics", manifest.evals, _asked()),
        *_moved("judge's template and patterns", manifest.scorers, _readers()),
        *_moved("packages", manifest.packages, _packages()),
    ]
    return Compared(tuple(differs), tuple(notes), len(manifest.logs))


def _moved(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    other = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    more = f" and {len(other) - 3} more" if len(other) > 3 else ""
    return [f"{what} are not those of the run: {', '.join(other[:3])}{more}"] if other else []


def _evidence(logs: Path) -> dict[str, str]:
    files = sorted([*logs.glob("*/*.eval"), *logs.glob(f"*/{PROMISE_FILE}")])
    return {str(path.relative_to(logs)): _sha256(path) for path in files}


def _stopped(logs: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted(logs.glob("*/*.eval")):
        results = read_eval_log(str(path), header_only=True).results
        told = results.early_stopping if results else None
        if told is not None and told.early_stops:
            found[str(path.relative_to(logs))] = told.metadata
    return found


def _asked() -> dict[str, str]:
    files = sorted([*EVALS.rglob("*.yaml"), *EVALS.rglob("*.jinja2")])
    return {str(path.relative_to(EVALS)): _sha256(path) for path in files}


def _readers() -> dict[str, str]:
    files = sorted((EVALS.parent / "scorers").glob("*.*a*"))
    return {path.name: _sha256(path) for path in files if path.suffix in (".yaml", ".jinja2")}


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
