"""What Inspect finds under `unmask/`: every family's tasks, the scorer, the reference models."""

import importlib

from unmask.evals.catalog import families
from unmask.reference.provider import reference
from unmask.scorers.label import label

for _family in families():
    importlib.import_module(f"unmask.evals.{_family}.task")

__all__ = ["label", "reference"]
