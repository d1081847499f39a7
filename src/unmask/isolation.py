"""Which sandbox a run's agents work in: decided, and tried, before anything is paid for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unmask.battery import Battery
from unmask.errors import BadInput
from unmask.plan import Cell
from unmask.sandbox.choose import Probes, Sandbox, resolve

SIMULATED = "reference/"
HOSTILE = "reference/escaper"
"""The one reference model whose commands are not harmless by themselves."""

BRIDGED = "inspect_swe/"
"""Agents that are programs of their own: they work inside the sandbox, and reach their model by a
server there that must outlive a command."""


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
        BadInput: There is none, `local` was named and not forced, or it can't hold an agent.
    """
    working = [cell for cell in cells if cell.spec.executes]
    if not working:
        return None
    return _holds(_resolved(battery, probes), working)


def _resolved(battery: Battery, probes: Probes | None) -> Sandbox:
    try:
        return resolve(battery.sandbox, forced_local=battery.unsafe_local, probes=probes)
    except BadInput:
        models = [checkpoint.model for checkpoint in battery.checkpoints]
        own = all(model.startswith(SIMULATED) and model != HOSTILE for model in models)
        if battery.sandbox != "auto" or not own:
            raise
        return Sandbox("local", None, "none: scripted reference models only")


def _holds(chosen: Sandbox, working: Sequence[Cell]) -> Sandbox:
    """Refuse a sandbox in which an agent of the run could not even start."""
    agents = {str(dict(cell.args).get("agent", "")) for cell in working}
    bridged = sorted(name for name in agents if name.startswith(BRIDGED))
    if bridged and chosen.name == "bwrap":
        raise BadInput(
            f"{bridged[0]} needs a server in its sandbox that outlives a command, and bubblewrap "
            f"ends all with each command ({chosen.why}). Start Docker, or name another sandbox of "
            "Inspect's with --sandbox"
        )
    return chosen
