"""What a run leaves for a third party to check: a digest of every file that a result rests on."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from unmask.battery import PROMISE_FILE, Battery, promised_grader
from unmask.evals.catalog import HERE as EVALS
from unmask.files import atomic_write

MANIFEST_FILE = "manifest.json"
PACKAGES = ("unmask", "inspect-ai", "openai", "anthropic", "numpy", "scipy", "pandas")


def write_manifest(logs: Path, battery: Battery) -> Path:
    """Write `manifest.json` over all logs and promises below a folder.

    SHA-256 of each log and promise, of scenarios, rubrics and what else decides a reading, the
    judge, and the versions of the packages. Nothing in it depends on the clock: the same files
    give the same manifest.
    """
    evidence = sorted([*logs.glob("*/*.eval"), *logs.glob(f"*/{PROMISE_FILE}")])
    asked = sorted([*EVALS.rglob("*.yaml"), *EVALS.rglob("*.jinja2")])
    readers = sorted((EVALS.parent / "scorers").glob("*.*a*"))
    manifest = {
        "schema": 1,
        "judge": promised_grader(battery.grader).model_dump(),
        "packages": {name: version(name) for name in PACKAGES},
        "logs": {str(path.relative_to(logs)): _sha256(path) for path in evidence},
        "evals": {str(path.relative_to(EVALS)): _sha256(path) for path in asked},
        "scorers": {
            path.name: _sha256(path) for path in readers if path.suffix in (".yaml", ".jinja2")
        },
    }
    path = logs / MANIFEST_FILE
    atomic_write(path, json.dumps(manifest, indent=1) + "\n")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
