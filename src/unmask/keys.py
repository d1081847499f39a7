"""Keys come from the environment, by name, and leave this process only towards their provider.

A battery writes `${NAME}` where a key belongs; the key is filled in when the model is opened, and
what is logged keeps the name. `unmask.silence` deals with providers that send a key back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from unmask.errors import BadInput

Secrets = Mapping[str, str]
"""A key → the name that is shown in its place."""

T = TypeVar("T")

SHORTEST = 12
"""Characters of the shortest value that is taken for a key: `none` and common words are not."""

_HOLDS_KEY = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")
_NEEDS_KEY = re.compile(
    r"api[-_]?key|authorization|cookie|secret|password"
    r"|(^|-)(key|token)$|(access|auth|bearer)[-_](key|token)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def keys_in(environment: Mapping[str, str]) -> dict[str, str]:
    """Find the keys of an environment, by the names of its variables."""
    return {
        value: name
        for name, value in environment.items()
        if _HOLDS_KEY.search(name) and len(value) >= SHORTEST and not re.search(r"\s", value)
    }


def filled_in(value: Any, environment: Mapping[str, str]) -> tuple[Any, dict[str, str]]:
    """Put the environment's values in the place of `${NAME}`, at any depth.

    Returns:
        The value to be used, and the keys that are in it now.

    Raises:
        BadInput: A variable is not set.
    """
    used: dict[str, str] = {}

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if not environment.get(name):
            raise BadInput(f"the environment has no {name}, which the battery asks for")
        used[environment[name]] = name
        return environment[name]

    return _over_texts(value, lambda text: _REFERENCE.sub(put, text)), used


def refers(text: str) -> bool:
    """Whether a text asks for a value of the environment."""
    return bool(_REFERENCE.search(text))


def key_in_url(url: str) -> bool:
    """Whether an address seems to hold a key, as its user, password or part of its query."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query)
    return "@" in parts.netloc or any(_NEEDS_KEY.search(name) for name, _ in query)


def key_among(values: Mapping[str, Any]) -> str | None:
    """Name the first argument, setting or header that seems to hold a key; None if none does."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            inner = key_among(value)
            if inner:
                return f"{name}.{inner}"
        elif isinstance(value, str) and _NEEDS_KEY.search(name) and _written_out(value):
            return name
    return None


def silenced(value: T, secrets: Secrets) -> T:
    """Put names in the place of keys, in every text of a value."""
    if not secrets:
        return value
    # The longest first: one key may be the beginning of another.
    pattern = re.compile("|".join(map(re.escape, sorted(secrets, key=len, reverse=True))))
    changed: T = _over_texts(value, lambda text: pattern.sub(lambda m: f"[{secrets[m[0]]}]", text))
    return changed


def _written_out(value: str) -> bool:
    return len(value) >= SHORTEST and not refers(value)


def _over_texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _over_texts(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_over_texts(each, change) for each in value]
    if isinstance(value, tuple):
        return tuple(_over_texts(each, change) for each in value)
    return value
