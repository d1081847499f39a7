"""Checkpoints whose weights are loaded on this machine, by Inspect's providers that do so."""

from __future__ import annotations

from collections.abc import Iterable

from inspect_ai.model import Model

from unmask.battery import Checkpoint, ModelSpec

SERVERS = frozenset(("vllm", "sglang"))
"""They start a server of their own."""

IN_PROCESS = frozenset(("hf", "transformer_lens", "nnterp", "llama-cpp-python"))


def gpus_of(checkpoint: Checkpoint) -> int:
    """How many GPUs a checkpoint's weights take; 0 where they are not on this machine."""
    if checkpoint.base_url or _provider(checkpoint) not in SERVERS | IN_PROCESS:
        return 0
    sizes = (checkpoint.args.get(key) for key in ("tensor_parallel_size", "tp_size", "tp"))
    return next((int(size) for size in sizes if size), 1)


def stop_server(model: Model, spec: ModelSpec, later: Iterable[ModelSpec]) -> bool:
    """Stop the server of a model that is done, so that the next one finds the GPU free.

    A base that a later model or judge is served from, as adapters on one base are, stays.

    Returns:
        Whether it was stopped.
    """
    if _provider(spec) not in SERVERS or spec.base_url:
        return False
    if _base(spec) in {_base(each) for each in later}:
        return False
    model.api.close()
    return True


def _provider(spec: ModelSpec) -> str:
    return spec.model.split("/")[0]


def _base(spec: ModelSpec) -> str:
    """A model without the adapter behind the colon, as Inspect's `vllm` names it."""
    return spec.model.split(":")[0]
