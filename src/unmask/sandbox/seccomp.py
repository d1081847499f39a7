"""The system-call filter of the sandbox, as the classic BPF program that the kernel loads.

A list of what is refused, closed at the top: whatever is newer than this table doesn't exist for
the sandbox. Refused are calls that reach kernel code which a coding task never needs (modules, BPF,
performance counters, io_uring, key rings), that look into or act on other processes, that make
namespaces or mounts, that hold memory which no limit of the sandbox sees (`memfd_create`, System V
and POSIX message queues and shared memory), and that use up what a user has few of (inotify).

Numbers are those of Linux's `unistd` headers; a test compares them with libseccomp's.
Layout of the program and of `struct seccomp_data`: seccomp(2), linux/filter.h.
"""

from __future__ import annotations

import errno
import struct
from functools import cache
from typing import Final

NEWEST: Final = 462
"""`mseal`, of Linux 6.10: the last call that was looked at. Later ones answer ENOSYS.

The bound also refuses x86-64's second calling convention (x32), whose numbers have bit 30 set.
"""

# name x86-64 aarch64; "-" where the architecture has no such call
_REFUSED: Final = """
_sysctl 156 -
acct 163 89
add_key 248 217
adjtimex 159 171
bpf 321 280
chroot 161 51
clock_adjtime 305 266
clock_settime 227 112
create_module 174 -
delete_module 176 106
fanotify_init 300 262
fanotify_mark 301 263
finit_module 313 273
fsconfig 431 431
fsmount 432 432
fsopen 430 430
fspick 433 433
get_kernel_syms 177 -
get_mempolicy 239 236
init_module 175 105
inotify_init 253 -
inotify_init1 294 26
io_setup 206 0
io_uring_enter 426 426
io_uring_register 427 427
io_uring_setup 425 425
ioperm 173 -
iopl 172 -
kcmp 312 272
kexec_file_load 320 294
kexec_load 246 104
keyctl 250 219
listmount 458 458
lookup_dcookie 212 18
lsm_get_self_attr 459 459
lsm_list_modules 461 461
lsm_set_self_attr 460 460
mbind 237 235
memfd_create 319 279
memfd_secret 447 447
migrate_pages 256 238
modify_ldt 154 -
mount 165 40
mount_setattr 442 442
move_mount 429 429
move_pages 279 239
mq_open 240 180
msgctl 71 187
msgget 68 186
msgrcv 70 188
msgsnd 69 189
name_to_handle_at 303 264
nfsservctl 180 42
open_by_handle_at 304 265
open_tree 428 428
perf_event_open 298 241
personality 135 92
pidfd_getfd 438 438
pivot_root 155 41
process_madvise 440 440
process_mrelease 448 448
process_vm_readv 310 270
process_vm_writev 311 271
ptrace 101 117
query_module 178 -
quotactl 179 60
quotactl_fd 443 443
reboot 169 142
remap_file_pages 216 234
request_key 249 218
seccomp 317 277
semctl 66 191
semget 64 190
semop 65 193
semtimedop 220 192
set_mempolicy 238 237
set_mempolicy_home_node 450 450
setdomainname 171 162
sethostname 170 161
setns 308 268
settimeofday 164 170
shmat 30 196
shmctl 31 195
shmdt 67 197
shmget 29 194
statmount 457 457
swapoff 168 225
swapon 167 224
syslog 103 116
sysfs 139 -
umount2 166 39
unshare 272 97
uselib 134 -
userfaultfd 323 282
ustat 136 -
vhangup 153 58
vmsplice 278 75
"""

# name: (audit number of the architecture, column in the table, numbers of four more calls)
_MACHINES: Final = {
    "x86_64": (0xC000003E, 1, {"clone": 56, "ioctl": 16, "socket": 41, "socketpair": 53}),
    "aarch64": (0xC00000B7, 2, {"clone": 220, "ioctl": 29, "socket": 198, "socketpair": 199}),
}
_CLONE3: Final = 435

_NAMESPACES: Final = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET, in one word."""

_TERMINAL: Final = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: putting characters into the input of a terminal."""

_FAMILIES: Final = (1, 2, 10)
"""AF_UNIX, AF_INET and AF_INET6: all that a program needs to talk to itself."""

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

_Instruction = tuple[int, int, int, int]


def supported(machine: str) -> bool:
    """Whether there is a filter for this machine (as `platform.machine()` names it)."""
    return machine in _MACHINES


def refused(machine: str) -> dict[str, int]:
    """The calls that are refused whatever their arguments, by name, with their numbers."""
    _, column, _ = _MACHINES[machine]
    rows = (line.split() for line in _REFUSED.strip().splitlines())
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


@cache
def program(machine: str) -> bytes:
    """The filter for a machine, as an array of `struct sock_filter`.

    Raises:
        KeyError: There is none; then nothing may run (`supported` tells beforehand).
    """
    architecture, _, calls = _MACHINES[machine]
    code: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        *_when(_GREATER, NEWEST, errno.ENOSYS),
        # C libraries fall back to clone, whose flags, unlike clone3's, a filter can read.
        *_when(_EQUAL, _CLONE3, errno.ENOSYS),
    ]
    for number in sorted(refused(machine).values()):
        code += _when(_EQUAL, number, errno.EPERM)
    namespaces = _when(_ANY_BIT, _NAMESPACES, errno.EPERM)
    terminal = [step for request in _TERMINAL for step in _when(_EQUAL, request, errno.EPERM)]
    code += _for_call(calls["clone"], 0, namespaces)
    code += _for_call(calls["ioctl"], 1, terminal)
    for name in ("socket", "socketpair"):
        code += _for_call(calls[name], 0, _only(_FAMILIES, errno.EAFNOSUPPORT))
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *step) for step in code)


def _when(test: int, value: int, error: int) -> list[_Instruction]:
    """Answer with an error when what was loaded passes a test."""
    return [(test, 0, 1, value), (_RETURN, 0, 0, _ERRNO | error)]


def _only(values: tuple[int, ...], error: int) -> list[_Instruction]:
    """Answer with an error unless what was loaded is one of some values."""
    tests = [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [*tests, (_RETURN, 0, 0, _ERRNO | error)]


def _for_call(number: int, argument: int, checks: list[_Instruction]) -> list[_Instruction]:
    """Checks on one argument of one call; all others go on behind them.

    The kernel declares these arguments as 32 bits wide, so that the low half is what it reads.
    """
    body = [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument), *checks, (_RETURN, 0, 0, _ALLOW)]
    return [(_EQUAL, 0, len(body), number), *body]
