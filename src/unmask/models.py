"""Opening the models of a run as Inspect's, before anything is paid for."""

from __future__ import annotations

import os
from collections.abc import Sequence

from inspect_ai.model import GenerateConfig, Model, get_model
from rich.text import Text

from unmask.battery import Limits, ModelSpec
from unmask.errors import BadInput
from unmask.keys import filled_in, keys_in, silenced
from unmask.patience import be_patient
from unmask.scorers.judge import judge_id
from unmask.silence import silence
from unmask.thoughts import spare_endless_search

SDK_APIS = frozenset(("openai", "openai-api", "anthropic", "azureai", "together", "grok"))
"""Providers whose SDK would retry on its own, under Inspect's retries; theirs are switched off."""


def open_model(spec: ModelSpec, what: str, limits: Limits) -> Model:
    """Make a model.

    Args:
        spec: The model.
        what: Its part in the run, for the message.
        limits: How long and how often a call may take.

    Raises:
        BadInput: It can't be made: a missing key or package, a wrong argument.
    """
    written = dict(spec.args)
    if spec.model.split("/")[0] in SDK_APIS:
        written.setdefault("max_retries", 0)
    secrets = keys_in(os.environ)
    try:
        args, used = filled_in(written, os.environ)
        secrets |= used
        api_key = args.pop("api_key", None) or _no_key(spec)
        # In the model itself: a judge inherits only some of a run's limits, and none when mending.
        config = _limits(limits).merge(GenerateConfig(**spec.config))
        model = get_model(
            spec.model,
            base_url=spec.base_url,
            api_key=api_key,
            config=config,
            memoize=False,
            **args,
        )
    except BadInput as error:
        raise BadInput(f"{what}: {error}") from None
    except Exception as error:
        # Providers raise anything here: a missing key, package or file, a wrong argument.
        said = silenced(_plain(error), secrets)
        raise BadInput(f"{what}: can't open {spec.model}: {said}") from None
    model.model_args = written  # as logged: with the names of keys
    silence(model.api, secrets)
    spare_endless_search()
    be_patient(model.api, limits.retry_after)
    return model


def open_panel(specs: Sequence[ModelSpec], limits: Limits) -> list[Model]:
    """Make the judges, in order. Raises BadInput as `open_model`."""
    return [open_model(spec, "grader", limits) for spec in specs]


def panel_name(panel: Sequence[Model]) -> str:
    """Name a panel as its readings do."""
    return "+".join(judge_id(model) for model in panel)


def _limits(limits: Limits) -> GenerateConfig:
    return GenerateConfig(
        max_retries=limits.max_retries,
        timeout=limits.timeout,
        attempt_timeout=limits.attempt_timeout,
        max_connections=limits.max_connections,
    )


def _no_key(spec: ModelSpec) -> str | None:
    """Give a server of one's own a key that means none; most want none, and Inspect insists."""
    parts = spec.model.split("/")
    if parts[0] != "openai-api" or spec.base_url is None or len(parts) < 3:
        return None
    variable = f"{parts[1].upper().replace('-', '_')}_API_KEY"
    return None if os.environ.get(variable) else "none"


def _plain(error: Exception) -> str:
    """Put what a provider says on one line: which key is missing often stands in its last one."""
    said = " ".join(Text.from_markup(str(error)).plain.split())
    return said or type(error).__name__
