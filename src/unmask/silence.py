"""Providers that put a key into an error, a reply or a raw response: silenced before any log."""

from __future__ import annotations

import functools
from typing import Any

from inspect_ai.model import ModelAPI, ModelCall, ModelOutput

from unmask.errors import chain
from unmask.keys import Secrets, silenced


def silence(api: ModelAPI, secrets: Secrets) -> None:
    """Let no key out of a provider: neither in its replies nor in what it raises."""
    if not secrets:
        return
    generate = api.generate

    @functools.wraps(generate)
    async def quiet(*args: Any, **options: Any) -> Any:
        try:
            made = await generate(*args, **options)
        except Exception as error:
            _silence_error(error, secrets)
            raise
        if isinstance(made, tuple):
            return _silence_output(made[0], secrets), _silence_call(made[1], secrets)
        return _silence_output(made, secrets)

    api.generate = quiet  # type: ignore[method-assign]


def _silence_output(output: ModelOutput | Exception, secrets: Secrets) -> ModelOutput | Exception:
    if isinstance(output, Exception):
        _silence_error(output, secrets)
        return output
    said = output.model_dump()
    heard = silenced(said, secrets)
    return output if heard == said else ModelOutput.model_validate(heard)


def _silence_call(call: ModelCall, secrets: Secrets) -> ModelCall:
    """Change a call in place: Inspect has it already."""
    call.response = silenced(call.response, secrets)
    return call


def _silence_error(error: BaseException, secrets: Secrets) -> None:
    """Change an error in place, and what it came from: its type decides about retries."""
    for one in chain(error):
        one.args = silenced(one.args, secrets)
        for name, value in vars(one).items():
            if isinstance(value, str | dict | list):
                setattr(one, name, silenced(value, secrets))
