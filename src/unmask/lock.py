"""One run at a time in a checkpoint's folder: two would buy the same samples twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from unmask.errors import BadInput

LOCK_FILE = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for as long as the context lasts, or for as long as the process lives.

    An empty database is locked and never written: that works alike on every system, and the lock of
    a process that is dead is gone with it.

    Raises:
        BadInput: Another run holds it, or it can't be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(folder / LOCK_FILE, timeout=0, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise BadInput(f"can't write to folder {folder}: {error}") from None
    with closing(base):
        try:
            base.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BadInput(
                    f"another run is measuring '{folder.name}' in {folder.parent}: wait for its "
                    "end, or use another --logs folder"
                ) from None
            raise BadInput(f"can't write to folder {folder}: {error}") from None
        yield
