"""What hostile code would try, tried harmlessly: each function fails if it is not contained.

Commands that would do harm if they got through are given arguments that can't (signal 0, a wrong
magic number, a device opened for reading).
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxUserUnsupportedError,
)
from inspect_ai.util._sandbox.limits import override_sandbox_output_limit

from unmask.sandbox import seccomp
from unmask.sandbox.command import MEBIBYTE, Caps

Attack = Callable[[SandboxEnvironment], Awaitable[None]]

CAPS = Caps(memory=256 * MEBIBYTE, disk=96 * MEBIBYTE, inodes=2000, processes=40)

SECRET = "sk-live-0123456789"
"""Stands in the environment of the harness that runs the attacks."""


async def python(
    box: SandboxEnvironment, code: str, *arguments: str, timeout: int = 20
) -> ExecResult[str]:
    """Run Python code in the sandbox."""
    return await box.exec(["python3", "-I", "-S", "-c", code, *arguments], timeout=timeout)


async def errors(box: SandboxEnvironment, *statements: str) -> dict[str, str]:
    """Run statements one by one; what each raised, by name, or `done`."""
    code = """
import ctypes, json, os, signal, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")
found = {}
for statement in sys.argv[1:]:
    try:
        exec(statement)
        found[statement] = "done"
    except OSError as error:
        found[statement] = os.strerror(error.errno) if error.errno else str(error)
    except BaseException as error:
        found[statement] = type(error).__name__
print(json.dumps(found))
"""
    done = await python(box, code, *statements)
    assert done.success, done
    found: dict[str, str] = json.loads(done.stdout)
    return found


async def all_refused(box: SandboxEnvironment, *statements: str) -> None:
    """Run statements of which none may get through."""
    found = await errors(box, *statements)
    assert "done" not in found.values(), found


async def key_in_environment(box: SandboxEnvironment) -> None:
    """1, 2: the harness's environment is neither inherited nor readable in /proc."""
    done = await box.exec(["sh", "-c", "env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'"])
    names = {line.split("=")[0] for line in done.stdout.split()}
    assert SECRET not in done.stdout + done.stderr
    assert names <= {"HOME", "LANG", "PATH", "TMPDIR", "USER", "PWD", "OLDPWD", "SHLVL", "_"}


async def host_files(box: SandboxEnvironment) -> None:
    """3: nothing of the host but /usr, the interpreter and the linker's cache can be seen."""
    with tempfile.NamedTemporaryFile() as file:
        os.chmod(file.name, 0o644)
        found = await errors(
            box,
            f"open({file.name!r})",
            f"open({__file__!r})",
            "open('/etc/shadow')",
            "open('/etc/hostname')",
            "os.listdir('/home')",
            "os.listdir('/sys')",
            "os.listdir('/run')",
        )
    assert set(found.values()) == {"No such file or directory"}


async def host_processes(box: SandboxEnvironment) -> None:
    """4, 5: the only processes are the command's own; the harness can't be signalled."""
    done = await python(box, "import os; print([n for n in os.listdir('/proc') if n.isdigit()])")
    assert len(json.loads(done.stdout.replace("'", '"'))) <= 4
    harness = os.getpid()
    found = await errors(box, f"os.kill({harness}, 0)")
    assert set(found.values()) == {"No such process"}


async def symlink_read(box: SandboxEnvironment) -> None:
    """6: the harness's reading follows a link within the sandbox, where the target isn't."""
    await box.exec(["ln", "-s", __file__, "result"])
    await raises(FileNotFoundError, box.read_file("result"))


async def symlink_write(box: SandboxEnvironment) -> None:
    """7: the harness's writing through a link doesn't reach the host."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "target")
        target.write_text("kept")
        os.chmod(folder, 0o777)
        os.chmod(target, 0o666)
        await box.exec(["ln", "-s", str(target), "answer"])
        await box.exec(["ln", "-s", folder, "answers"])
        for name in ("answer", "answers/new"):
            with contextlib.suppress(OSError):
                await box.write_file(name, "overwritten")
        assert target.read_text() == "kept"
        assert os.listdir(folder) == ["target"]


async def special_files(box: SandboxEnvironment) -> None:
    """8: a result that is a pipe, a device or a process's memory is refused at once."""
    await box.exec(["sh", "-c", "mkfifo pipe; ln -s /dev/zero zero; ln -s /proc/self/mem memory"])
    with anyio.fail_after(5):
        for name in ("pipe", "zero"):
            await raises(PermissionError, box.read_file(name))
            await raises(PermissionError, box.write_file(name, "text"))
        await raises(OSError, box.read_file("memory"))


async def large_file(box: SandboxEnvironment) -> None:
    """9: a file above the limit is not read, however much of it there is."""
    await box.exec(["truncate", "-s", "90M", "large"])
    with override_sandbox_output_limit(1000, "read_file"):
        await raises(OutputLimitExceededError, box.read_file("large"))


async def network(box: SandboxEnvironment) -> None:
    """10, 11, 12: neither TCP, UDP nor an abstract socket reaches the host."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
        local.bind(f"\0unmask-{os.getpid()}")
        local.listen()
        port = tcp.getsockname()[1]
        await all_refused(
            box,
            f"socket.create_connection(('127.0.0.1', {port}), 2)",
            "socket.create_connection(('1.1.1.1', 53), 2)",
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))",
            "socket.getaddrinfo('example.com', 80)",
            f"socket.socket(socket.AF_UNIX).connect(chr(0) + 'unmask-{os.getpid()}')",
        )


async def socket_families(box: SandboxEnvironment) -> None:
    """13: only local and internet sockets exist."""
    # NETLINK, PACKET, KEY, RDS, BLUETOOTH, TIPC, ALG, VSOCK, KCM, SMC, XDP
    families = [16, 17, 15, 21, 31, 30, 38, 40, 41, 43, 44]
    found = await errors(box, *(f"socket.socket({family}, socket.SOCK_RAW)" for family in families))
    assert set(found.values()) == {"Address family not supported by protocol"}


async def escapes(box: SandboxEnvironment) -> None:
    """14, 15: no engine's socket, no new spaces or mounts, no devices, no writing elsewhere."""
    await all_refused(
        box,
        "socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
        "os.chroot('/tmp')",
        "os.mknod('/tmp/device', 0o60666, os.makedev(254, 0))",
        "open('/proc/sysrq-trigger', 'w')",
        "open('/dev/kmsg', 'w')",
        "open('/dev/vda')",
        "os.openpty()",
        "open('/dev/tty')",
        "open('/proc/kcore', 'rb')",
        "open('/usr/bin/new', 'w')",
        "open('/etc/passwd', 'w')",
        "open('/new', 'w')",
        "open('/dev/new', 'w')",
        "open(sys.executable, 'r+b')",
        "open(os.__file__, 'a')",
        "open('/proc/sys/kernel/hostname', 'w')",
        "os.write(os.open('/proc/self/uid_map', os.O_WRONLY), b'0 0 1')",
        "os.setuid(0)",
        "os.setgroups([0])",
    )
    tries = [
        "unshare -Ur true",
        "unshare -m true",
        "mount -t tmpfs t /tmp",
        "mount -o remount,rw /usr",
    ]
    for words in tries:
        assert not (await box.exec(words.split())).success, words


async def system_calls(box: SandboxEnvironment) -> None:
    """16: calls that a coding task never needs are refused by the filter."""
    calls = seccomp.refused(os.uname().machine)
    found = await errors(box, *(f"call({number}, -1, -1, -1, -1)" for number in calls.values()))
    assert set(found.values()) == {"Operation not permitted"}


async def newer_calls(box: SandboxEnvironment) -> None:
    """17: clone3, calls newer than the filter, and x86-64's second convention don't exist."""
    found = await errors(box, "call(435, 0, 0)", "call(463)", "call(600)", "call(0x40000000 + 39)")
    assert set(found.values()) == {"Function not implemented"}


async def privileges(box: SandboxEnvironment) -> None:
    """18, 19: no capability, none to be had by a set-uid program, no descriptor but the three."""
    done = await box.exec(["sh", "-c", "cat /proc/self/status; ls /proc/self/fd"])
    status = dict(line.split(":\t", 1) for line in done.stdout.splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1"
    for kind in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 0, kind
    assert status["Seccomp"] == "2"
    assert done.stdout.split()[-4:] == ["0", "1", "2", "3"]  # 3 is ls reading the folder
    await all_refused(
        box, "import fcntl; fcntl.ioctl(0, 0x5412, b'x')", "import fcntl; fcntl.ioctl(0, 0x541c, 0)"
    )


async def raised_limits(box: SandboxEnvironment) -> None:
    """20: limits can be lowered, never raised."""
    names = ("AS", "NPROC", "NOFILE", "FSIZE", "CORE")
    raised = "import resource as r; r.setrlimit(r.RLIMIT_{0}, (r.RLIM_INFINITY,) * 2)"
    found = await errors(box, *(raised.format(name) for name in names))
    assert set(found.values()) == {"ValueError"}


async def fork_bomb(box: SandboxEnvironment) -> None:
    """21: processes end at the cap, and all of them with the command."""
    code = """
import os, time
made = 0
try:
    while True:
        if not os.fork():
            time.sleep(60)
            os._exit(0)
        made += 1
except BlockingIOError:
    print(made)
"""
    done = await python(box, code)
    assert int(done.stdout) < CAPS.processes


async def one_allocation(box: SandboxEnvironment) -> None:
    """22: one process can't have more memory than the cap."""
    assert (await errors(box, "bytearray(600 << 20)")).popitem()[1] == "MemoryError"


async def many_allocations(box: SandboxEnvironment) -> None:
    """23: several processes together neither; the watchdog kills them."""
    code = """
import os, time
for _ in range(12):
    if not os.fork():
        held = bytearray(os.urandom(1 << 20)) * 120
        time.sleep(60)
time.sleep(60)
"""
    done = await python(box, code)
    assert not done.success
    assert "memory" in done.stderr


async def shared_pages(box: SandboxEnvironment) -> None:
    """23 again: pages that forked processes share count once, so that honest code isn't killed."""
    code = """
import os, time
held = bytearray(100 << 20)
for _ in range(8):
    if not os.fork():
        time.sleep(1)
        os._exit(0)
time.sleep(1)
print("lived")
"""
    assert (await python(box, code)).stdout == "lived\n"


async def hidden_memory(box: SandboxEnvironment) -> None:
    """24, 25: there is no memory that no limit sees: memfd, System V, message queues."""
    await all_refused(box, "os.memfd_create('hidden')", "call(29, 0, 1 << 20, 0o1600)")


async def full_disk(box: SandboxEnvironment) -> None:
    """26, 27: all writable folders together hold what the cap says."""
    code = """
import os
written = 0
for folder in ("/workspace", "/tmp", "/var/tmp", "/dev/shm"):
    with open(folder + "/filler", "wb", buffering=0) as file:
        for _ in range(40):
            try:
                written += file.write(bytes(1 << 20))
            except OSError:
                break
print(written)
"""
    assert int((await python(box, code)).stdout) <= CAPS.disk
    await raises(OSError, box.write_file("one-more", b"x" * MEBIBYTE))


async def inode_bomb(box: SandboxEnvironment) -> None:
    """28: so many files and no more."""
    code = "n = 0\nwhile True:\n    open(f'/tmp/{n}', 'w').close()\n    n += 1\n    print(n)"
    done = await python(box, code)
    assert "No space left" in done.stderr
    assert len(done.stdout.splitlines()) < CAPS.inodes


async def ignored_signals(box: SandboxEnvironment) -> None:
    """29: a time-out can't be ignored."""
    code = (
        "import signal\nfor n in range(1, 32):\n    n in (9, 19) or signal.signal(n, 1)\nwhile 1: 0"
    )
    with anyio.fail_after(5):
        await raises(TimeoutError, python(box, code, timeout=1))


async def daemons(box: SandboxEnvironment) -> None:
    """30, 31: neither a daemon nor a new session outlives its command, ended or timed out."""
    daemon = "setsid sh -c 'while :; do date +%N > /workspace/alive; sleep 0.05; done' &"
    await box.exec(["sh", "-c", f"{daemon} sleep 0.3"])
    await raises(TimeoutError, box.exec(["sh", "-c", f"{daemon} sleep 60"], timeout=1))
    await anyio.sleep(0.2)
    before = await box.read_file("alive")
    await anyio.sleep(0.3)
    assert await box.read_file("alive") == before


async def flood(box: SandboxEnvironment) -> None:
    """32: a flood of output is cut and its source killed."""
    with anyio.fail_after(10), override_sandbox_output_limit(MEBIBYTE, "exec"):
        await raises(OutputLimitExceededError, box.exec(["yes"]))


async def odd_bytes(box: SandboxEnvironment) -> None:
    """33: output that is no text, and commands that can't be, raise nothing."""
    done = await box.exec(["printf", r"\377\000\033[2J\302"])
    assert done.stdout == "�\0\x1b[2J�"
    for words in (["echo", "a\0b"], ["echo", "\ud800"], ["echo", "x" * 200_000], []):
        assert not (await box.exec(words)).success


async def deep_tree(box: SandboxEnvironment) -> None:
    """34: a tree too deep for a path costs nothing."""
    code = "import os\nfor _ in range(1500):\n    os.mkdir('d'); os.chdir('d')\nprint('deep')"
    assert (await python(box, code)).stdout == "deep\n"


async def shadowed_modules(box: SandboxEnvironment) -> None:
    """35: planted modules don't reach an isolated interpreter."""
    hostile = "print('hijacked')"
    for name in ("json.py", "sitecustomize.py", "usercustomize.py", "hostile.pth"):
        await box.write_file(name, hostile)
    done = await box.exec(
        ["python3", "-I", "-c", "import json; print(json.dumps(1))"],
        env={"PYTHONPATH": "/workspace"},
    )
    assert done.stdout == "1\n"


async def missing_program(box: SandboxEnvironment) -> None:
    """36: a missing program is a failed result, not an error."""
    done = await box.exec(["no-such-program"])
    assert (done.success, done.returncode) == (False, 127)


async def as_root(box: SandboxEnvironment) -> None:
    """37: there is no root to be."""
    await raises(SandboxUserUnsupportedError, box.exec(["id"], user="root"))


async def own_supervisor(box: SandboxEnvironment) -> None:
    """40: the supervisor's command line doesn't tell how the sandbox is made; nothing kills it."""
    done = await box.exec(
        ["sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline; kill -9 1; sleep 0.1; echo on"]
    )
    assert "bind" not in done.stdout
    assert done.stdout.endswith("on\n")


async def broken_workdir(box: SandboxEnvironment) -> None:
    """A sample that shuts itself out fails, and does not look like a broken sandbox."""
    await box.exec(["chmod", "000", "/workspace"])
    assert not (await box.exec(["true"])).success
    assert (await box.exec(["chmod", "755", "/workspace"], cwd="/")).success


async def own_streams(box: SandboxEnvironment) -> None:
    """A command can open its own streams by their names, which many scripts do."""
    script = "cat /dev/stdin > /dev/stdout; echo problem > /dev/stderr; echo none > /dev/null"
    done = await box.exec(["sh", "-c", script], input="text\n")
    assert (done.stdout, done.stderr) == ("text\n", "problem\n"), done


async def raises(kind: type[BaseException], call: Awaitable[object]) -> None:
    """Await something that must raise an exception of a kind."""
    try:
        got = await call
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}, but {got!r:.200}")


ATTACKS: tuple[Attack, ...] = (
    key_in_environment,
    host_files,
    host_processes,
    symlink_read,
    symlink_write,
    special_files,
    large_file,
    network,
    socket_families,
    escapes,
    system_calls,
    newer_calls,
    privileges,
    raised_limits,
    fork_bomb,
    one_allocation,
    many_allocations,
    shared_pages,
    hidden_memory,
    full_disk,
    inode_bomb,
    ignored_signals,
    daemons,
    flood,
    odd_bytes,
    deep_tree,
    shadowed_modules,
    missing_program,
    as_root,
    own_supervisor,
    broken_workdir,
    own_streams,
)
