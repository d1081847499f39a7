"""Logs that live elsewhere: any address that fsspec knows (`s3://…`, `gs://…`), mirrored here.

Everything else works on folders of this machine. What is read is fetched first, what a run leaves
is sent at its end, however it ends; only files that have changed travel.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
from platformdirs import user_data_path

from unmask.errors import BadInput
from unmask.files import atomic_write

SYNCED = ".synced.json"
"""Beside a mirror's files: how each looked, here and there, when both were last the same."""

_MARKS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "created")
"""What storages call that by which a file's content can be told from another's."""


def mirror_of(url: str, use: str) -> Path:
    """Name the folder on this machine that stands for an address; one for each use of it."""
    digest = hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16]
    return user_data_path("unmask", appauthor=False) / "mirrors" / f"{digest}-{use}"


def fetch(url: str, mirror: Path, *, exact: bool) -> Path:
    """Bring a mirror up to date with an address.

    Args:
        url: Where the logs are.
        mirror: Their folder here.
        exact: Whether to drop what is only here; otherwise that is a run's, and not sent yet.

    Raises:
        BadInput: The address can't be read, or names files outside of itself.
    """
    known = _known(mirror)
    try:
        files, root = _open(url)
        there = _there(files, root)
        for name, mark in there.items():
            here = mirror / name
            if not here.exists() or (known.get(name, ["", ""])[1] != mark):
                atomic_write(here, files.cat_file(f"{root}/{name}"))
                known[name] = [_digest(here), mark]
    except BadInput:
        raise
    except Exception as error:
        raise _unreachable(url, error) from None
    if exact:
        for name in _here(mirror) - there.keys():
            (mirror / name).unlink()
    _keep(mirror, {name: known[name] for name in there})
    return mirror


def send(mirror: Path, url: str) -> None:
    """Bring an address up to date with a mirror: new and changed files, and those that are gone.

    Raises:
        BadInput: The address can't be written to.
    """
    known = _known(mirror)
    try:
        files, root = _open(url)
        for name in _here(mirror):
            digest = _digest(mirror / name)
            if known.get(name, ["", ""])[0] != digest:
                files.pipe_file(f"{root}/{name}", (mirror / name).read_bytes())
                known[name] = [digest, ""]
        for name in known.keys() - _here(mirror):
            files.rm_file(f"{root}/{name}")
        there = _there(files, root)
    except Exception as error:
        raise _unreachable(url, error) from None
    _keep(mirror, {name: [known[name][0], mark] for name, mark in there.items() if name in known})


def _open(url: str) -> tuple[Any, str]:
    # No listing from memory: another process may have written since.
    files, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    if not files.exists(root):
        files.makedirs(root, exist_ok=True)
    return files, str(root).rstrip("/")


def _there(files: Any, root: str) -> dict[str, str]:
    """Find every file below an address, with that by which its content is known."""
    files.invalidate_cache()
    found = {}
    for path, about in files.find(root, detail=True).items():
        name = PurePosixPath(str(path)).relative_to(root)
        if ".." in name.parts or "\0" in str(name):
            raise BadInput(f"{path!r} is no name that a run gives: it leads out of {root}")
        if not any(part.startswith(".") for part in name.parts):
            mark = [str(about.get(key)) for key in _MARKS if about.get(key)]
            found[str(name)] = f"{about.get('size')} {' '.join(mark)}"
    return found


def _here(mirror: Path) -> set[str]:
    """Name every file of a mirror but those of a run that is under way."""
    names = (path.relative_to(mirror) for path in mirror.rglob("*") if path.is_file())
    return {
        name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts)
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(mirror: Path) -> dict[str, list[str]]:
    try:
        found: dict[str, list[str]] = json.loads((mirror / SYNCED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _keep(mirror: Path, known: dict[str, list[str]]) -> None:
    atomic_write(mirror / SYNCED, json.dumps(known, indent=1))


def _unreachable(url: str, error: Exception) -> BadInput:
    said = " ".join(str(error).split()) or type(error).__name__
    return BadInput(f"can't reach {url}: {said}")
