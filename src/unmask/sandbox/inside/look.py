"""Print what a sandbox looks like from inside. Argument: a port of the host's that must be shut."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable


def main() -> None:
    """Try what must fail and list what can be seen."""
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    child = os.fork()
    if not child:
        os._exit(0)
    found = {
        "capabilities": int(status["CapEff"], 16),
        "environment": sorted(os.environ),
        "filter": int(status["Seccomp"]),
        "forked": os.waitpid(child, 0)[1] == 0,
        "got_through": [name for name, act in _tries().items() if _works(act)],
        "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    }
    print(json.dumps(found))


def _tries() -> dict[str, Callable[[], object]]:
    host = ("127.0.0.1", int(sys.argv[1]))
    own_users = "/proc/self/uid_map"
    return {
        "a connection to the host": lambda: socket.create_connection(host, 1),
        # An address that leads nowhere (RFC 5737): without a network there is no way to it.
        "a network": lambda: socket.create_connection(("192.0.2.1", 80), 1),
        "writing to /usr": lambda: open("/usr/written", "w"),
        "writing to /": lambda: open("/written", "w"),
        "becoming root": lambda: os.setuid(0),
        "a space of its own": lambda: os.write(os.open(own_users, os.O_WRONLY), b"0 0 1"),
    }


def _works(act: Callable[[], object]) -> bool:
    try:
        act()
    except TimeoutError:
        return True  # a packet went somewhere
    except OSError:
        return False
    return True


main()
