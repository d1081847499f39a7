"""The values of settings and of JSON lines, by their place. Pure."""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Iterator
from typing import Any

SETTINGS = (".json", ".ini")
"""How files with settings end."""


def read_settings(path: str, text: str) -> dict[str, Any]:
    """Return the values of a JSON or INI file by their place; nothing where it can't be read."""
    if path.endswith(".json"):
        return leaves(text)
    found = configparser.ConfigParser(interpolation=None)
    try:
        found.read_string(text)
    except configparser.Error:
        return {}
    return {
        f"{name}.{key}": _typed(value)
        for name in found.sections()
        for key, value in found[name].items()
    }


def leaves(text: str) -> dict[str, Any]:
    """Return what a JSON text holds in its depth, `a.b[0]` → value."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return dict(_walk(whole, ""))


def _walk(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _walk(each, f"{at}.{key}" if at else str(key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _walk(each, f"{at}[{number}]")
    else:
        yield at, value


def _typed(value: str) -> bool | float | str:
    """Read a value as INI files mean it."""
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    word = configparser.ConfigParser.BOOLEAN_STATES.get(value.lower())
    return value if word is None else word
