"""The only writer: everything that Unmask leaves on disk goes through `atomic_write`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from unmask.errors import BadInput


def usable_folder(path: Path) -> Path:
    """Make a folder if need be, and make sure that it can be written to before work is paid for.

    Raises:
        BadInput: It can't be made or written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise BadInput(f"can't write to folder {path}: {error.strerror or error}") from None


def atomic_write(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part.

    Args:
        path: The file; its folder is made if need be.
        content: What it is to hold.
        private: Whether only this user may read it, and look into its folder if that is new.

    Raises:
        BadInput: The folder can't be made or written to.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o600 if private else 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInput(f"can't write {path}: {error.strerror or error}") from None
