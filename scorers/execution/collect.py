"""Runs alone in a sandbox, by `python3 -I -`: prints the regular files of a folder, within bounds.

It reads nothing but its own source from stdin and takes the folder, the most files, the most bytes
of one and of all as arguments. Links, devices and pipes are named and not opened. Standard library
only, for any Python from 3.9 on.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import sys

SKIPPED = ("__pycache__", ".git")
DEEPEST = 12


def main() -> None:
    """Print {"files": {path: base64}, "left_out": {path: why}}."""
    folder = sys.argv[1]
    most_files, most_bytes, most_total = (int(each) for each in sys.argv[2:5])
    files: dict[str, str] = {}
    left_out: dict[str, str] = {}
    total = 0
    for path in walk(folder):
        name = os.path.relpath(path, folder)
        why = unwanted(path, most_bytes)
        if why is None and (len(files) >= most_files or total >= most_total):
            why = "past the bounds"
        if why is None:
            try:
                data = read(path, most_bytes)
            except OSError as error:
                why = type(error).__name__
            else:
                total += len(data)
                files[name] = base64.b64encode(data).decode()
        if why is not None and len(left_out) < 100:
            left_out[name] = why
    print(json.dumps({"files": files, "left_out": left_out}))


def walk(folder: str, depth: int = 0) -> list[str]:
    """List all paths below a folder, shallow ones first, without following links."""
    paths, folders = [], []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED and depth < DEEPEST:
                folders.append(entry.path)
        else:
            paths.append(entry.path)
    for each in folders:
        paths += walk(each, depth + 1)
    return paths


def unwanted(path: str, most_bytes: int) -> str | None:
    """Say why a file is left out, or None."""
    try:
        found = os.lstat(path)
    except OSError as error:
        return type(error).__name__
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    return "too large" if found.st_size > most_bytes else None


def read(path: str, most_bytes: int) -> bytes:
    """Read a regular file, and nothing that has taken its place since it was looked at."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("no regular file")
        return file.read(most_bytes)


if __name__ == "__main__":
    main()
