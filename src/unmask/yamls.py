"""YAML into pydantic models, with a line number in every complaint.

The one way in for text that people write: batteries, policies, scenarios, rubrics, patterns.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from unmask.errors import BadInput

M = TypeVar("M", bound=BaseModel)

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path, model: type[M]) -> M:
    """Read a YAML file and validate it.

    Raises:
        BadInput: The file can't be read, is not YAML, or does not fit the model; the message
            names the file, the line, what was found and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not a text file (expected UTF-8)") from None
    return parse_yaml(text, model, source=str(path))


def parse_yaml(text: str, model: type[M], *, source: str) -> M:
    """Validate YAML text; `source` names it in messages. Raises as `read_yaml`."""
    with _uncollected():
        return _parsed(text, model, source=source)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector: of the many objects made here none is garbage before the end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parsed(text: str, model: type[M], *, source: str) -> M:
    try:
        loader = _Loader(text)  # one pass for both: parsing is what takes long
        node = loader.get_single_node()
        value = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{source}:{mark.line + 1}" if mark else source
        raise BadInput(f"{where}: not valid YAML: {getattr(error, 'problem', error)}") from None
    repeated = _repeated_key(node)
    if repeated is not None:
        key, line = repeated
        raise BadInput(f"{source}:{line}: '{key}' stands here twice; YAML would keep only the last")
    if not isinstance(value, dict):
        found = "nothing" if value is None else type(value).__name__
        raise BadInput(f"{source}: expected keys and values at the top, found {found}")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        # An unknown key first: it is what makes another key seem to be missing.
        errors = error.errors(include_url=False)
        first = min(errors, key=lambda each: each["type"] != "extra_forbidden")
        more = error.error_count() - 1
        line = _line_of(node, first["loc"])
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        others = f" (and {more} more like it)" if more else ""
        message = _MESSAGES.get(first["type"]) or first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{source}:{line}: {place}: {message}{_found(first)}{others}") from None


_MESSAGES = {"extra_forbidden": "unknown key", "missing": "is missing"}


def _found(error: Any) -> str:
    if error["type"] in ("missing", "extra_forbidden", "value_error"):
        return ""
    found = repr(error["input"])
    return f", found {found[:60]}{'…' if len(found) > 60 else ''}"


def _line_of(node: Any, location: tuple[int | str, ...]) -> int:
    """Follow a pydantic location down the YAML nodes as far as it goes."""
    line = int(node.start_mark.line) + 1
    for part in location:
        child = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if str(key.value) == str(part):
                    child, line = value, int(key.start_mark.line) + 1
        elif isinstance(node, yaml.SequenceNode) and part in range(len(node.value)):
            child = node.value[int(part)]
            line = int(child.start_mark.line) + 1
        if child is not None:
            node = child
    return line


def _repeated_key(node: Any) -> tuple[str, int] | None:
    stack = [node] if node is not None else []
    walked: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in walked:  # an alias: without this a short file unfolds without end
            continue
        walked.add(id(current))
        if isinstance(current, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in current.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        return key.value, int(key.start_mark.line) + 1
                    seen.add(key.value)
                stack.append(value)
        elif isinstance(current, yaml.SequenceNode):
            stack.extend(current.value)
    return None
