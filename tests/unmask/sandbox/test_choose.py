"""The sandbox of a run: what is taken, what is refused, and what the refusal says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inspect_ai.util import ExecResult
from tests.unmask.sandbox.identities import unavailable

from unmask.errors import BadInput
from unmask.sandbox import choose, selftest
from unmask.sandbox.choose import Probes, resolve
from unmask.sandbox.command import Caps


def probes(docker: str | None, bwrap: str | None) -> Probes:
    """A machine on which Docker and bubblewrap fail for a reason, or work (None)."""
    return Probes(lambda: docker, lambda: bwrap)


NEITHER = probes("no engine", "no user namespaces")


@pytest.mark.parametrize("requested", [None, "auto"])
@pytest.mark.parametrize(
    ("docker", "bwrap", "name"),
    [(None, None, "docker"), (None, "broken", "docker"), ("no engine", None, "bwrap")],
)
def test_the_strongest_that_works_is_taken(
    requested: str | None, docker: str | None, bwrap: str | None, name: str
) -> None:
    """Docker before bubblewrap; the log has which it was and why."""
    chosen = resolve(requested, probes=probes(docker, bwrap))
    assert chosen.name == name
    assert chosen.spec.type == name
    assert chosen.metadata == {"sandbox": name, "sandbox_chosen": chosen.why}
    if docker:
        assert docker in chosen.why


@pytest.mark.parametrize("requested", [None, "auto"])
def test_without_any_one_message_says_what_to_do(requested: str | None) -> None:
    """The refusal has both reasons and both ways out, and exits 2."""
    with pytest.raises(BadInput) as refusal:
        resolve(requested, probes=NEITHER)
    said = str(refusal.value)
    for part in ("no engine", "no user namespaces", "apt install bubblewrap", "docker run"):
        assert part in said
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in said
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("name", ["docker", "bwrap"])
def test_a_named_one_that_fails_is_refused(name: str) -> None:
    """What the user names is not replaced by something else."""
    with pytest.raises(BadInput, match=f"'{name}' can't be used here: no"):
        resolve(name, probes=NEITHER)
    assert resolve(name, probes=probes(None, None)).name == name


def test_local_is_refused_unless_forced() -> None:
    """No isolation is never chosen by itself, and the log says so when it is forced."""
    with pytest.raises(BadInput, match="isolates nothing"):
        resolve("local", probes=NEITHER)
    forced = resolve("local", forced_local=True, probes=NEITHER)
    assert (forced.name, forced.config) == ("local", None)
    assert "NO ISOLATION" in forced.metadata["sandbox_chosen"]
    with pytest.raises(BadInput):
        resolve(None, forced_local=True, probes=NEITHER)


def test_other_names_are_left_to_inspect() -> None:
    """A sandbox that Unmask doesn't know is the user's choice, and said to be."""
    assert resolve("k8s", probes=NEITHER).spec.type == "k8s"
    assert "named by the user" in resolve("k8s", probes=NEITHER).why


def test_hidden_programs_are_missed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With neither program on the PATH, the real probes say so."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput) as refusal:
        resolve(None)
    assert "docker: not on the PATH" in str(refusal.value)
    assert "bwrap: not on the PATH: bwrap, " in str(refusal.value)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "Cannot connect to the Docker"),
        ('[ "$1" = version ] || { echo "no compose" >&2; exit 1; }', "no compose"),
        ("exit 0", None),
    ],
)
def test_an_engine_must_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, reason: str | None
) -> None:
    """A client without an engine, or without Compose, is not enough."""
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = choose.docker_answers()
    assert said is None if reason is None else reason in str(said)


@pytest.mark.skipif(unavailable() is not None, reason=f"NOT TESTED: {unavailable()}")
def test_the_self_test_passes_where_a_sandbox_can_be_made() -> None:
    """On this machine, a sample's life is lived through without fault."""
    assert choose.bwrap_works() is None


GOOD = {
    "capabilities": 0,
    "environment": ["HOME", "LANG", "LC_CTYPE", "PATH"],
    "filter": 2,
    "forked": True,
    "got_through": [],
    "processes": 3,
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"capabilities": 1 << 21}, "it has capabilities (200000)"),
        ({"environment": ["HOME", "OPENAI_API_KEY"]}, "the environment has OPENAI_API_KEY"),
        ({"filter": 0}, "system calls are not filtered"),
        ({"forked": False}, "processes can't be started in it"),
        ({"got_through": ["a network"]}, "a network is possible"),
        ({"processes": 90}, "90 processes can be seen"),
    ],
)
def test_the_self_test_names_each_fault(change: dict[str, object], fault: str | None) -> None:
    """Whatever is weaker than it must be fails the self-test by name."""
    done = ExecResult(True, 0, json.dumps(GOOD | change), "")
    assert selftest.faults(done) == ([] if fault is None else [fault])


@pytest.mark.parametrize(
    "done",
    [
        ExecResult(False, 127, "", "env: 'python3': No such file or directory"),
        ExecResult(True, 0, "", ""),
        ExecResult(True, 0, "{}", ""),
        ExecResult(True, 0, json.dumps(GOOD | {"filter": "2"}), ""),
    ],
)
def test_the_self_test_takes_silence_for_a_fault(done: ExecResult[str]) -> None:
    """No answer, or one that can't be read, is not a pass."""
    assert len(selftest.faults(done)) == 1


def test_docker_is_hardened() -> None:
    """The shipped configuration takes away network, rights, room and the rest."""
    (service,) = choose.hardened().services.values()
    assert service.network_mode == "none"
    assert (service.networks, service.ports, service.privileged) == (None, None, None)
    assert (service.cap_drop, service.cap_add) == (["ALL"], None)
    assert service.security_opt == ["no-new-privileges:true"]
    assert service.read_only is True
    assert service.user == "1000:1000"
    assert service.pids_limit and service.mem_limit and service.cpus
    assert service.memswap_limit == service.mem_limit
    assert service.devices is None


def test_docker_writes_only_to_capped_memory() -> None:
    """Every volume is a file system in memory with a size and a number of files; none is bound."""
    config = choose.hardened()
    (service,) = config.services.values()
    assert config.volumes is not None and service.volumes is not None
    mounted = {str(volume).split(":")[0] for volume in service.volumes}
    assert mounted == set(config.volumes)
    for volume in config.volumes.values():
        options = volume["driver_opts"]
        assert options["type"] == "tmpfs"
        assert "size=" in options["o"] and "nr_inodes=" in options["o"]
        assert "nosuid" in options["o"] and "nodev" in options["o"]


def test_limits_survive_a_log() -> None:
    """A sandbox's configuration reads back from what a log keeps of it."""
    spec = resolve("bwrap", probes=probes(None, None)).spec
    assert type(spec).model_validate(spec.model_dump(mode="json")).config == Caps()
