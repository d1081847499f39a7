"""The filter is the program that its table says, with the numbers that Linux has."""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import struct
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmask.sandbox import seccomp

# AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h; i386 and ARM run on the same machines.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
COMPATIBLE = {"x86_64": 0x40000003, "aarch64": 0x40000028}
MACHINES = sorted(ARCHITECTURES)

# asm/unistd_64.h of x86-64, and asm-generic/unistd.h
CALLS = {
    "x86_64": {"clone": 56, "clone3": 435, "ioctl": 16, "socket": 41, "socketpair": 53},
    "aarch64": {"clone": 220, "clone3": 435, "ioctl": 29, "socket": 198, "socketpair": 199},
}


@dataclass(frozen=True)
class Call:
    """What the kernel shows the filter: seccomp(2), struct seccomp_data."""

    architecture: int
    number: int
    arguments: tuple[int, ...] = (0,) * 6

    def pack(self) -> bytes:
        """Its bytes as the filter reads them."""
        return struct.pack("<IIQ6Q", self.number, self.architecture, 0, *self.arguments)


def verdict(program: bytes, call: Call) -> str:
    """What a filter answers, by the rules of classic BPF and the answers of seccomp(2)."""
    data, steps = call.pack(), list(struct.iter_unpack("<HBBI", program))
    loaded = at = 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            loaded = struct.unpack_from("<I", data, value)[0]
        elif code == 0x06:  # BPF_RET | BPF_K
            answers = {0x7FFF0000: "allow", 0x80000000: "kill"}
            return answers.get(value) or errno.errorcode[value & 0xFFFF]
        else:  # BPF_JMP with BPF_JEQ, BPF_JGT or BPF_JSET
            tests = {0x15: loaded == value, 0x25: loaded > value, 0x45: bool(loaded & value)}
            at += if_true if tests[code] else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_refused_calls_are_refused_and_all_others_pass(machine: str) -> None:
    """Over every number: what stands in the table is refused, what is too new doesn't exist."""
    program = seccomp.program(machine)
    refused = set(seccomp.refused(machine).values())
    for number in range(seccomp.NEWEST + 40):
        answer = verdict(program, Call(ARCHITECTURES[machine], number))
        if number in refused:
            assert answer == "EPERM", number
        elif number > seccomp.NEWEST or number == CALLS[machine]["clone3"]:
            assert answer == "ENOSYS", number
        elif number in (CALLS[machine]["socket"], CALLS[machine]["socketpair"]):
            assert answer == "EAFNOSUPPORT", number
        else:
            assert answer == "allow", number


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "answer"),
    [
        ("clone", (0x1200011,), "allow"),  # what fork of the C library passes
        ("clone", (0x3D0F00,), "allow"),  # what pthread_create passes
        ("clone", (0x10000000,), "EPERM"),  # CLONE_NEWUSER
        ("clone", (0x20000 | 17,), "EPERM"),  # CLONE_NEWNS
        ("clone", (0x40000000 | 17,), "EPERM"),  # CLONE_NEWNET
        ("ioctl", (0, 0x5413), "allow"),  # TIOCGWINSZ
        ("ioctl", (0, 0x5412), "EPERM"),  # TIOCSTI
        ("ioctl", (0, 0xFFFF00005412), "EPERM"),  # the kernel reads the low half alone
        ("ioctl", (0, 0x541C), "EPERM"),  # TIOCLINUX
        ("socket", (1,), "allow"),
        ("socket", (2,), "allow"),
        ("socket", (10,), "allow"),
        ("socket", (16,), "EAFNOSUPPORT"),  # AF_NETLINK
        ("socket", (40,), "EAFNOSUPPORT"),  # AF_VSOCK
        ("socket", (0xF00000001,), "allow"),  # AF_UNIX to the kernel
    ],
)
def test_calls_are_judged_by_their_arguments(
    machine: str, call: str, arguments: tuple[int, ...], answer: str
) -> None:
    """New spaces, terminal tricks and odd sockets are refused; ordinary uses are not."""
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    seen = Call(ARCHITECTURES[machine], CALLS[machine][call], padded)
    assert verdict(seccomp.program(machine), seen) == answer


@pytest.mark.parametrize("machine", MACHINES)
def test_other_architectures_calls_kill(machine: str) -> None:
    """32-bit calls on a 64-bit machine have other numbers, and end the process."""
    for number in range(500):
        assert verdict(seccomp.program(machine), Call(COMPATIBLE[machine], number)) == "kill"


@given(number=st.integers(seccomp.NEWEST + 1, 2**32 - 1))
def test_numbers_above_the_table_do_not_exist(number: int) -> None:
    """x32 calls (bit 30), -1 and calls yet to come answer ENOSYS."""
    assert verdict(seccomp.program("x86_64"), Call(0xC000003E, number)) == "ENOSYS"


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_those_of_libseccomp(machine: str) -> None:
    """Every number in the table is the one that libseccomp gives for its name."""
    path = ctypes.util.find_library("seccomp")
    if path is None:
        pytest.skip("NOT TESTED: libseccomp is not here to compare with")
    resolve = ctypes.CDLL(path).seccomp_syscall_resolve_name_arch
    resolve.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    theirs = {
        name: resolve(ARCHITECTURES[machine], name.encode()) for name in seccomp.refused(machine)
    }
    known = {name: number for name, number in theirs.items() if number != -1}
    assert len(known) > 60
    assert known == {name: seccomp.refused(machine)[name] for name in known}


@pytest.mark.parametrize("machine", ["riscv64", "i686", ""])
def test_other_machines_have_no_filter(machine: str) -> None:
    """Where there is no filter there is no sandbox."""
    assert not seccomp.supported(machine)
    with pytest.raises(KeyError):
        seccomp.program(machine)
