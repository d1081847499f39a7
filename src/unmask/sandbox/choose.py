"""Which sandbox a run gets, decided before anything is paid for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import anyio
from inspect_ai.util import (
    ComposeConfig,
    SandboxEnvironmentSpec,
    SandboxUnavailableError,
    parse_compose_yaml,
)

from unmask.errors import BadInput
from unmask.sandbox.command import Caps
from unmask.sandbox.holder import Unsupported
from unmask.sandbox.selftest import Broken, self_test

Probe = Callable[[], str | None]
"""Says why a sandbox can't be used here, or None if it can."""

COMPOSE: Final = Path(__file__).with_name("docker.yaml")

_ENGINE_SECONDS: Final = 20

_HELP: Final = """\
Agentic evals run code that a model wrote, and only in a sandbox. To get one, either
  - install bubblewrap: apt install bubblewrap (or dnf, pacman, apk); Linux 5.14 or newer; on
    Ubuntu 23.10 and later also allow it to make user namespaces:
      sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
    (to keep that: put it into a file of /etc/sysctl.d); or
  - install Docker, start it, and let your user use it: docker run --rm hello-world; or
  - name another sandbox of Inspect's with --sandbox."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The sandbox of a run."""

    name: str
    """What Inspect calls it."""
    config: ComposeConfig | Caps | None
    """How it is limited, where that is ours to say."""
    why: str
    """How it was chosen, in one line, for logs."""

    @property
    def spec(self) -> SandboxEnvironmentSpec:
        """What `Task(sandbox=...)` takes."""
        return SandboxEnvironmentSpec(self.name, self.config)

    @property
    def metadata(self) -> dict[str, str]:
        """What a log records of it."""
        return {"sandbox": self.name, "sandbox_chosen": self.why}


@dataclass(frozen=True, slots=True)
class Probes:
    """How the sandboxes of this machine are tried."""

    docker: Probe
    bwrap: Probe


def hardened() -> ComposeConfig:
    """The compose configuration that Docker sandboxes get."""
    return parse_compose_yaml(str(COMPOSE))


def resolve(
    requested: str | None, *, forced_local: bool = False, probes: Probes | None = None
) -> Sandbox:
    """Choose the sandbox of a run.

    Args:
        requested: What the user named; `auto` or None lets this machine decide.
        forced_local: Whether the user said that no isolation at all is fine.
        probes: How to try this machine; by default its Docker engine is asked, and a bubblewrap
            sandbox is lived through.

    Raises:
        BadInput: There is none, or `local` was named and not forced.
    """
    trial = probes or Probes(docker_answers, bwrap_works)
    if requested == "local":
        return _local(forced_local)
    if requested == "docker":
        return _tried("docker", trial.docker, hardened(), "named by the user")
    if requested == "bwrap":
        return _tried("bwrap", trial.bwrap, Caps(), "named by the user")
    if requested not in (None, "auto"):
        return Sandbox(requested, None, "named by the user; Unmask sets none of its limits")
    if (no_docker := trial.docker()) is None:
        return Sandbox("docker", hardened(), "a Docker engine answers")
    if (no_bwrap := trial.bwrap()) is None:
        return Sandbox("bwrap", Caps(), f"its self-test passed; no Docker: {no_docker}")
    raise BadInput(
        f"no sandbox can be used here.\n  docker: {no_docker}\n  bwrap: {no_bwrap}\n{_HELP}"
    )


def docker_answers() -> str | None:
    """Why Docker can't be used here, or None: its engine and Compose tell their versions."""
    if shutil.which("docker") is None:
        return "not on the PATH"
    for words in (("version", "--format", "{{.Server.Version}}"), ("compose", "version")):
        try:
            done = subprocess.run(
                ["docker", *words], capture_output=True, text=True, timeout=_ENGINE_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"`docker {words[0]}` failed: {error}"
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            return f"`docker {words[0]}` failed: {said[-1] if said else done.returncode}"
    return None


def bwrap_works() -> str | None:
    """Why bubblewrap can't be used here, or None: a small sample's life is lived through."""
    try:
        anyio.run(partial(self_test, Caps()))
    except (Unsupported, SandboxUnavailableError, Broken) as error:
        return str(error)
    return None


def _tried(name: str, probe: Probe, config: ComposeConfig | Caps, why: str) -> Sandbox:
    if (wrong := probe()) is not None:
        raise BadInput(f"the sandbox '{name}' can't be used here: {wrong}\n{_HELP}")
    return Sandbox(name, config, why)


def _local(forced: bool) -> Sandbox:
    if forced:
        return Sandbox("local", None, "forced by the user: NO ISOLATION")
    raise BadInput(
        "the sandbox 'local' isolates nothing: the model's code would run as you, with your files, "
        "keys and network. If this machine is itself disposable, add --unsafe-local; else leave "
        "--sandbox out"
    )
