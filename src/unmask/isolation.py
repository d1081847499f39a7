"""Which sandbox a run's agents work in: decided, and tried, before anything is paid for."""

from __future__ import annotations

from collections.abc import Iterable

from unmask.battery import Battery
from unmask.errors import BadInput
from unmask.plan import Cell
from unmask.sandbox.choose import Probes, Sandbox, resolve

SIMULATED = "reference/"
HOSTILE = "reference/escaper"
"""The one reference model whose commands are not harmless by themselves."""


def sandbox_of_run(
    battery: Battery, cells: Iterable[Cell], *, probes: Probes | None = None
) -> Sandbox | None:
    """Choose the sandbox of a run; None if nothing in it executes code.

    Where none can be had, scripted reference models, which are our own code, work without one.

    Args:
        battery: What is run.
        cells: Its cells.
        probes: How to try this machine.

    Raises:
        BadInput: There is none, or `local` was named and not forced.
    """
    if not any(cell.spec.executes for cell in cells):
        return None
    try:
        return resolve(battery.sandbox, forced_local=battery.unsafe_local, probes=probes)
    except BadInput:
        models = [checkpoint.model for checkpoint in battery.checkpoints]
        own = all(model.startswith(SIMULATED) and model != HOSTILE for model in models)
        if battery.sandbox != "auto" or not own:
            raise
        return Sandbox("local", None, "none: scripted reference models only")
