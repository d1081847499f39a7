"""What Inspect finds under `unmask/`: tasks, the scorer, the reference models, the sandbox."""

import importlib

from unmask.evals.catalog import families
from unmask.reference.provider import reference
from unmask.sandbox.provider import BwrapSandboxEnvironment
from unmask.scorers.label import label

for _family in families():
    importlib.import_module(f"unmask.evals.{_family}.task")

__all__ = ["BwrapSandboxEnvironment", "label", "reference"]
