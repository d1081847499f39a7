"""The argument lists by which a sandbox is made and entered: values in, lists out.

A sample has one *holder*, an idle process in a user, mount and process space of its own, where one
small file system in memory holds all that the sample may write. A command enters these spaces and
goes through bubblewrap, which makes fresh ones inside them. Whatever lives in the holder's process
space is killed by the kernel when the holder ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

WORKDIR: Final = "/workspace"
"""Where a sample's files are, and where its commands start."""

USER: Final = 1000
"""The number that the user has inside."""

NOBODY: Final = 65534
"""Whom the sandbox's processes belong to outside, when the harness runs as root."""

SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

ENV: Final = "/usr/bin/env"
"""What starts a command inside; it complains under this name if it can't."""

TOOLS: Final = ("bwrap", "mount", "nsenter", "prlimit", "setpriv", "unshare")
"""The programs that must be on the PATH: bubblewrap, and util-linux for the others."""

MEBIBYTE: Final = 1024 * 1024

_PYTHON_LINKS = "/opt/python/bin"

_FILES: Final = {
    "etc/passwd": f"user:x:{USER}:{USER}:user:{WORKDIR}:/bin/sh\n",
    "etc/group": f"user:x:{USER}:\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "etc/os-release": 'ID=linux\nNAME="Linux"\nPRETTY_NAME="Linux"\n',
    "etc/ld.so.cache": "",
}

# $1 options of the file system, $2 where it goes, $3 the interpreter's folder if it must be bound
# there, else empty; then a command.
_MOUNT: Final = """set -eu
umask 022
mount -t tmpfs -o "$1" state "$2"
if [ -n "$3" ]; then
  mkdir "$2/python"
  mount --rbind "$3" "$2/python"
fi
shift 3
exec "$@"
"""

# $1 where the file system is; then a name and a content for every file. The process that stays is
# the first of its process space: it adopts orphans, one of every command at least, and lets the
# kernel bury them (CHLD ignored; by `env`, for a shell doesn't hand its own `trap "" CHLD` on).
_FILL: Final = f"""set -eu
umask 022
cd "$1"
shift
mount -t proc -o nosuid,nodev,noexec proc /proc
mkdir -m 1777 work tmp vartmp shm etc etc/alternatives
while [ $# -gt 0 ]; do
  printf %s "$2" > "$1"
  shift 2
done
echo ready > ready
exec {ENV} --ignore-signal=CHLD cat ready -
"""


class Caps(BaseModel):
    """What a sample may use of the machine; sizes are in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory: int = Field(default=1024 * MEBIBYTE, ge=32 * MEBIBYTE)
    """Of one process (address space), and of all together (a watchdog kills the command)."""
    disk: int = Field(default=256 * MEBIBYTE, ge=MEBIBYTE)
    """Of all files, wherever they are."""
    inodes: int = Field(default=16_384, ge=256)
    """Files and folders, all together."""
    processes: int = Field(default=128, ge=8)
    """Processes and threads that a command has at once."""
    open_files: int = Field(default=256, ge=32)
    """Of one process."""
    seconds: int = Field(default=600, ge=1)
    """The longest that a command runs, even if its caller sets no time-out."""


@dataclass(frozen=True, slots=True)
class Host:
    """What of this machine the sandbox is made of."""

    tools: Mapping[str, str]
    """The path of each of `TOOLS`."""
    root: bool
    """Whether the harness runs as root; then the sandbox gives that up first."""
    prefix: str
    """The folder of the Python that runs the harness (not of its virtual environment)."""
    python: str
    """That Python's executable, within `prefix`."""
    staging: str
    """A folder over which the holder, unseen from outside, puts its file system."""
    system: Mapping[str, str | None]
    """Folders beside /usr that programs need: what they link to, or None for a real folder."""


def staging_for(prefix: str, present: Sequence[str]) -> str:
    """A folder that can be covered without covering the interpreter.

    Raises:
        LookupError: None of those present can be.
    """
    for folder in present:
        if not PurePosixPath(prefix).is_relative_to(folder):
            return folder
    raise LookupError(f"no folder to put the sandbox's files over: {prefix} is in each of them")


def holder(host: Host, caps: Caps) -> list[str]:
    """The command that makes a sample's spaces, says `ready` and waits for its input to end.

    Root makes the mounts before it gives up its rights, for the interpreter may be in a folder
    that only root can enter; an ordinary user makes them as the owner of its own spaces.
    """
    tools = host.tools
    owner = f",uid={NOBODY},gid={NOBODY}" if host.root else ""
    options = f"size={caps.disk},nr_inodes={caps.inodes},mode=0755,nosuid,nodev{owner}"
    bound = host.prefix if _python_source(host) != host.prefix else ""
    mount = ["/bin/sh", "-c", _MOUNT, "sh", options, host.staging, bound]
    files = [word for pair in _FILES.items() for word in pair]
    fill = ["/bin/sh", "-c", _FILL, "sh", host.staging, *files]
    own = [tools["unshare"], "--user", "--map-root-user", "--mount", "--pid", "--kill-child=KILL"]
    if not host.root:
        return [*own, "--propagation", "private", *mount, *fill]
    hidden = [tools["unshare"], "--mount", "--propagation", "private"]
    drop = [host.tools["setpriv"], f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [*hidden, *mount, *drop, "--inh-caps=-all", "--no-new-privs", *own, *fill]


def entry(
    host: Host,
    caps: Caps,
    holder_pid: int,
    descriptors: tuple[int, int, int],
    command: Sequence[str],
    cwd: str,
) -> list[str]:
    """The command that runs another one in a sample's sandbox.

    Args:
        host: The machine.
        caps: The sample's limits.
        holder_pid: The process that `holder` started.
        descriptors: Open files for bubblewrap: its options, the filter, where it reports.
        command: What to run, looked up on the PATH inside.
        cwd: Where to run it, absolute or below `WORKDIR`.
    """
    options, seccomp, status = map(str, descriptors)
    spaces = f"/proc/{holder_pid}/ns"
    enter = [
        host.tools["nsenter"],
        f"--user={spaces}/user",
        f"--mount={spaces}/mnt",
        f"--pid={spaces}/pid_for_children",
        # The holder's root is nobody outside; an ordinary user is already whom it maps to.
        *(("--setgid=0", "--setuid=0") if host.root else ("--preserve-credentials",)),
        "--",
    ]
    bwrap = [host.tools["bwrap"], "--args", options, "--seccomp", seccomp]
    bwrap += ["--json-status-fd", status, "--"]
    start = [ENV, "-u", "PWD", "-C", str(PurePosixPath(WORKDIR, cwd)), "--"]
    return [*enter, *bwrap, *_limited(caps), *start, *command]


def bwrap_options(host: Host, environment: Mapping[str, str]) -> bytes:
    """What bubblewrap reads from its `--args` file, so that it doesn't stand in /proc/1/cmdline.

    Raises:
        ValueError: A name or value of the environment could be read as another option.
    """
    words = [*_isolation(), *_files(host)]
    for name, value in ({**base_environment(), **environment}).items():
        if "\0" in name + value or "=" in name or not name:
            raise ValueError(f"can't set the environment variable {name!r} in a sandbox")
        words += ["--setenv", name, value]
    return b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in words)


def base_environment() -> dict[str, str]:
    """The whole environment of a command, unless its caller adds to it."""
    path = f"{_PYTHON_LINKS}:{SYSTEM_PATH}"
    return {"HOME": WORKDIR, "LANG": "C.UTF-8", "PATH": path, "TMPDIR": "/tmp", "USER": "user"}


def _isolation() -> list[str]:
    spaces = ["user", "pid", "net", "ipc", "uts"]
    return [
        *(f"--unshare-{space}" for space in spaces),
        "--unshare-cgroup-try",
        *("--uid", str(USER), "--gid", str(USER), "--hostname", "sandbox"),
        "--disable-userns",
        *("--cap-drop", "ALL"),
        "--new-session",
        "--die-with-parent",
        "--clearenv",
    ]


def _files(host: Host) -> list[str]:
    state = host.staging
    words = ["--ro-bind", "/usr", "/usr"]
    for folder, target in host.system.items():
        words += ["--symlink", target, folder] if target else ["--ro-bind", folder, folder]
    words += ["--proc", "/proc", *_devices(), "--bind", f"{state}/shm", "/dev/shm"]
    words += ["--ro-bind", f"{state}/etc", "/etc"]
    for name in ("ld.so.cache", "alternatives"):
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for inside, held in {WORKDIR: "work", "/tmp": "tmp", "/var/tmp": "vartmp"}.items():
        words += ["--bind", f"{state}/{held}", inside]
    if not PurePosixPath(host.prefix).is_relative_to("/usr"):
        words += ["--ro-bind", _python_source(host), host.prefix]
    for name in ("python", "python3"):
        words += ["--symlink", host.python, f"{_PYTHON_LINKS}/{name}"]
    return [*words, "--remount-ro", "/", "--chdir", "/"]


def _devices() -> list[str]:
    """The harmless devices. No terminals: there are few on a machine, and all could be taken."""
    words = []
    for name in ("full", "null", "random", "urandom", "zero"):
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, number in {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}.items():
        words += ["--symlink", f"/proc/self/fd{number}", f"/dev/{name}"]
    return words


def _python_source(host: Host) -> str:
    """Where the holder sees the interpreter: root's may be in a folder that it can't enter."""
    inside_usr = PurePosixPath(host.prefix).is_relative_to("/usr")
    return f"{host.staging}/python" if host.root and not inside_usr else host.prefix


def _limited(caps: Caps) -> list[str]:
    limits = {
        "as": caps.memory,
        "core": 0,
        "fsize": caps.disk,
        "memlock": 0,
        "msgqueue": 0,
        "nofile": caps.open_files,
        "nproc": caps.processes,
        "rtprio": 0,
        "sigpending": 1024,
    }
    return ["/usr/bin/prlimit", *(f"--{name}={value}" for name, value in limits.items()), "--"]
