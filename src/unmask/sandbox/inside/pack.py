"""Print the ordinary files below a folder as JSON, and what was left out and why.

Arguments: the folder; how many files, bytes in all, bytes of one file and folders deep at most.
Nothing is followed out of the folder, nothing but ordinary files is opened, and everything is read
at once: what is larger than it says it is, is left out.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import sys

LISTED = 100
"""How many of those left out are named; of the rest only the number is told."""

EXAMINED = 20_000
"""How many names are looked at in all."""


class Packer:
    """Goes through a folder in the order of names, so that the same tree packs the same."""

    def __init__(self, files: int, total: int, single: int, depth: int) -> None:
        self.files, self.total, self.single, self.depth = files, total, single, depth
        self.packed: dict[str, str] = {}
        self.left_out: list[dict[str, str]] = []
        self.unlisted = 0
        self.examined = 0

    def folder(self, descriptor: int, above: str, level: int) -> None:
        """Pack what is in an open folder."""
        for name in sorted(os.listdir(descriptor), key=os.fsencode):
            self.examined += 1
            path = above + name
            if self.examined > EXAMINED:
                return self.leave(path, "too many")
            try:
                os.fsencode(name).decode()
                usable = name.isprintable()
            except UnicodeDecodeError:
                usable = False
            try:
                if not usable:
                    self.leave(ascii(path), "name")
                else:
                    self.entry(descriptor, name, path, level)
            except OSError:
                self.leave(path, "unreadable")
        return None

    def entry(self, parent: int, name: str, path: str, level: int) -> None:
        """Pack one thing in a folder."""
        kind = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        if stat.S_ISDIR(kind):
            if name == "__pycache__":
                return self.leave(path, "bytecode")
            if level == self.depth:
                return self.leave(path, "too deep")
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
            try:
                return self.folder(inner, path + "/", level + 1)
            finally:
                os.close(inner)
        if not stat.S_ISREG(kind):
            return self.leave(path, "not a file")
        # Compiled files can be made to be believed over the source beside them.
        if name.endswith((".pyc", ".pyo")):
            return self.leave(path, "bytecode")
        if len(self.packed) == self.files:
            return self.leave(path, "too many")
        return self.file(parent, name, path)

    def file(self, parent: int, name: str, path: str) -> None:
        """Pack one ordinary file."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with open(os.open(name, flags, dir_fd=parent), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                return self.leave(path, "not a file")
            content = opened.read(self.single + 1)
        if len(content) > self.single or len(content) > self.total:
            return self.leave(path, "too large")
        self.total -= len(content)
        self.packed[path] = base64.urlsafe_b64encode(content).decode()
        return None

    def leave(self, path: str, reason: str) -> None:
        """Note what is not packed."""
        if len(self.left_out) == LISTED:
            self.unlisted += 1
        else:
            self.left_out.append({"path": path[:500], "reason": reason})


def main() -> None:
    """Pack the folder named first."""
    packer = Packer(*map(int, sys.argv[2:]))
    try:
        root = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        packer.leave(sys.argv[1], "unreadable")
    else:
        packer.folder(root, "", 0)
    found = {"files": packer.packed, "left_out": packer.left_out, "unlisted": packer.unlisted}
    print(json.dumps(found))


main()
