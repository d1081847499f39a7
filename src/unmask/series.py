"""Many checkpoints from one entry of a battery: a range of steps, or a folder of adapters.

```yaml
- {steps: {from: 100, to: 2000, by: 100}, label: "s{step:05}", model: "openai-api/local/c{step}"}
- {steps: [0, 250], label: "s{step}", model: openai-api/local/m, base_url: "http://h/{step}/v1"}
- {folder: "adapters/checkpoint-*", label: "{name}", model: "vllm/my-base:{path}"}
```

`{step}` is the step, `{name}` and `{path}` a folder's name and path; a folder's step is the last
number in its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

MAX_CHECKPOINTS = 1000
"""More from one entry than any run has: a slip in a range, better found before it is paid for."""

Glob = Callable[[str], Sequence[Path]]


def expand(entry: Any, glob: Glob) -> list[Any]:
    """Turn one entry into the checkpoints that it stands for; a plain one stays as it is.

    Args:
        entry: What stands in the list `checkpoints`.
        glob: Finds the folders that match a pattern, sorted.

    Raises:
        ValueError: A range without steps, a pattern without folders, or an unknown placeholder.
    """
    if not isinstance(entry, dict) or not ({"steps", "folder"} & entry.keys()):
        return [entry]
    if {"steps", "folder"} <= entry.keys():
        raise ValueError("an entry has 'steps' or 'folder', not both")
    rest = {key: value for key, value in entry.items() if key not in ("steps", "folder")}
    if "steps" in entry:
        fields: list[dict[str, Any]] = [{"step": step} for step in _steps(entry["steps"])]
    else:
        fields = [_folder(path) for path in glob(str(entry["folder"]))]
    if not fields:
        named = entry.get("steps", entry.get("folder"))
        raise ValueError(f"no checkpoints: {named!r} matches none")
    if len(fields) > MAX_CHECKPOINTS:
        raise ValueError(f"{len(fields)} checkpoints from one entry; at most {MAX_CHECKPOINTS}")
    return [_filled(rest, each) for each in fields]


def folders(pattern: str) -> list[Path]:
    """Find the folders that match a pattern, in the order of the numbers in their names."""
    path = Path(pattern)
    anchor = Path(path.anchor) if path.is_absolute() else Path()
    found = anchor.glob(str(path.relative_to(path.anchor) if path.is_absolute() else path))
    return sorted((each for each in found if each.is_dir()), key=_natural)


def _steps(steps: Any) -> list[int]:
    if isinstance(steps, dict) and set(steps) == {"from", "to", "by"}:
        values = [steps["from"], steps["to"], steps["by"]]
        if all(type(value) is int for value in values) and steps["by"] > 0:
            return list(range(steps["from"], steps["to"] + 1, steps["by"]))
    if isinstance(steps, list) and all(type(step) is int for step in steps):
        return list(steps)
    raise ValueError(f"steps: expected whole numbers or {{from, to, by}}, found {steps!r}")


def _folder(path: Path) -> dict[str, Any]:
    numbers = re.findall(r"\d+", path.name)
    step = {"step": int(numbers[-1])} if numbers else {}
    return {"name": path.name, "path": str(path), **step}


def _filled(rest: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    filled = {key: _fill(value, fields) for key, value in rest.items()}
    if "step" in fields:
        filled.setdefault("step", fields["step"])
    return filled


def _fill(value: Any, fields: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(each, fields) for key, each in value.items()}
    if not isinstance(value, str):
        return value
    try:
        return value.format_map(fields)
    except (KeyError, ValueError, IndexError, AttributeError):
        known = ", ".join(f"{{{name}}}" for name in fields)
        raise ValueError(f"can't fill {value!r}; placeholders here: {known}") from None


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort checkpoint-20 before checkpoint-100."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
