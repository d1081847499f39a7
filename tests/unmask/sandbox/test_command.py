"""The argument lists of a sandbox: rights are given up, options are hidden and can't be forged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmask.sandbox.command import (
    TOOLS,
    WORKDIR,
    Caps,
    Host,
    base_environment,
    bwrap_options,
    entry,
    holder,
    staging_for,
)

USERS = Host(
    tools={name: f"/usr/bin/{name}" for name in TOOLS},
    root=False,
    prefix="/home/ann/.pyenv/versions/3.12.1",
    python="/home/ann/.pyenv/versions/3.12.1/bin/python3.12",
    staging="/mnt",
    system={"/bin": "usr/bin", "/lib": "usr/lib", "/lib64": None},
)
ROOTS = replace(USERS, root=True)
SYSTEMS = replace(USERS, prefix="/usr", python="/usr/bin/python3.12")

HOSTS = pytest.mark.parametrize("host", [USERS, ROOTS, SYSTEMS], ids=["user", "root", "system"])


def options(host: Host, environment: dict[str, str] | None = None) -> list[str]:
    """The words that bubblewrap reads."""
    return bwrap_options(host, environment or {}).decode().split("\0")[:-1]


def pairs(words: list[str], option: str) -> dict[str, str]:
    """What stands at which place, by an option that takes a source and a destination."""
    return {words[n + 2]: words[n + 1] for n, word in enumerate(words) if word == option}


@HOSTS
def test_every_space_is_its_own_and_no_right_is_kept(host: Host) -> None:
    """All kinds of namespaces are new, none can be made inside, and all ends with its parent."""
    words = options(host)
    for space in ("user", "pid", "net", "ipc", "uts", "cgroup-try"):
        assert f"--unshare-{space}" in words
    for flag in ("--disable-userns", "--new-session", "--die-with-parent", "--clearenv"):
        assert flag in words
    assert words[words.index("--cap-drop") + 1] == "ALL"
    assert "--share-net" not in words


@HOSTS
def test_only_the_samples_own_folders_can_be_written(host: Host) -> None:
    """What is bound writable is in the holder's capped file system; the rest is read-only."""
    words = options(host)
    writable = pairs(words, "--bind")
    assert set(writable) == {WORKDIR, "/tmp", "/var/tmp", "/dev/shm"}
    assert all(source.startswith(f"{host.staging}/") for source in writable.values())
    closed = [words[n + 1] for n, word in enumerate(words) if word == "--remount-ro"]
    assert closed == ["/"]
    devices = set(pairs(words, "--dev-bind"))
    assert devices == {f"/dev/{name}" for name in ("full", "null", "random", "urandom", "zero")}


@HOSTS
def test_of_the_home_nothing_but_the_interpreter_is_seen(host: Host) -> None:
    """The interpreter's own folder is bound where it is, and no folder above it."""
    seen = pairs(options(host), "--ro-bind")
    inside_usr = host.prefix == "/usr"
    assert set(seen) == {"/usr", "/lib64", "/etc"} | (set() if inside_usr else {host.prefix})
    assert seen["/etc"] == f"{host.staging}/etc"
    assert pairs(options(host), "--symlink")["/opt/python/bin/python3"] == host.python


def test_root_binds_the_interpreter_before_it_gives_up_its_rights() -> None:
    """Root's interpreter may be where an ordinary user can't go; the user's own is not."""
    assert pairs(options(ROOTS), "--ro-bind")[ROOTS.prefix] == "/mnt/python"
    assert pairs(options(USERS), "--ro-bind")[USERS.prefix] == USERS.prefix
    words = holder(ROOTS, Caps())
    assert words.index(ROOTS.prefix) < words.index("/usr/bin/setpriv") < words.index("--user")
    assert USERS.prefix not in holder(USERS, Caps())


def test_root_is_nobody_outside() -> None:
    """As root the holder is given away, and its spaces are entered as whom they belong to."""
    words = holder(ROOTS, Caps())
    for word in ("--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"):
        assert word in words
    as_root = entry(ROOTS, Caps(), 42, (3, 4, 5), ["true"], "")
    assert {"--setuid=0", "--setgid=0"} < set(as_root)
    as_user = entry(USERS, Caps(), 42, (3, 4, 5), ["true"], "")
    assert "--preserve-credentials" in as_user
    assert "/usr/bin/setpriv" not in holder(USERS, Caps())


@HOSTS
def test_limits_reach_the_file_system_and_the_command(host: Host) -> None:
    """Each limit is where the kernel holds it."""
    caps = Caps(memory=64 << 20, disk=8 << 20, inodes=300, processes=9, open_files=33)
    mount = next(word for word in holder(host, caps) if word.startswith("size="))
    assert {"size=8388608", "nr_inodes=300", "nosuid", "nodev"} <= set(mount.split(","))
    words = entry(host, caps, 42, (3, 4, 5), ["true"], "")
    assert {"--as=67108864", "--fsize=8388608", "--nproc=9", "--nofile=33", "--core=0"} < set(words)


@pytest.mark.parametrize(
    ("cwd", "where"),
    [
        ("", WORKDIR),
        ("sub/folder", f"{WORKDIR}/sub/folder"),
        ("/tmp", "/tmp"),
        ("-x", "/workspace/-x"),
    ],
)
def test_commands_start_where_they_are_told(cwd: str, where: str) -> None:
    """A relative folder is below the sample's own; the command's words come last, as they are."""
    words = entry(USERS, Caps(), 42, (3, 4, 5), ["ls", "--", "-l"], cwd)
    assert words[-5:] == [where, "--", "ls", "--", "-l"]
    assert "--user=/proc/42/ns/user" in words


def test_the_environment_is_the_base_and_what_the_caller_adds() -> None:
    """Nothing of the harness's own environment is in it."""
    words = options(USERS, {"LANG": "C", "SEED": "1"})
    found = {words[n + 1]: words[n + 2] for n, word in enumerate(words) if word == "--setenv"}
    assert found == base_environment() | {"LANG": "C", "SEED": "1"}


@pytest.mark.parametrize(
    ("name", "value"), [("A", "b\0--bind\0/\0/host"), ("A\0B", ""), ("A=B", ""), ("", "x")]
)
def test_a_variable_can_not_become_an_option(name: str, value: str) -> None:
    """Options are told apart by zero bytes, so that none may come from elsewhere."""
    with pytest.raises(ValueError, match="can't set the environment variable"):
        bwrap_options(USERS, {name: value})


@given(st.dictionaries(st.text("ABC_=-\0 ", max_size=4), st.text(max_size=6), max_size=3))
def test_whatever_is_set_the_options_stay(environment: dict[str, str]) -> None:
    """However variables are named, either they are refused or only variables are added."""
    try:
        words = bwrap_options(USERS, environment)
    except (ValueError, UnicodeEncodeError):
        return
    added = len(environment.keys() - base_environment().keys())
    assert words.count(b"\0") == bwrap_options(USERS, {}).count(b"\0") + 3 * added


@pytest.mark.parametrize(
    ("prefix", "present", "staging"),
    [
        ("/usr", ["/mnt", "/tmp"], "/mnt"),
        ("/mnt/python", ["/mnt", "/tmp"], "/tmp"),
        ("/tmp/venv", ["/tmp", "/srv"], "/srv"),
    ],
)
def test_the_interpreter_is_never_covered(prefix: str, present: list[str], staging: str) -> None:
    """The holder's files go over a folder that the interpreter isn't in."""
    assert staging_for(prefix, present) == staging


def test_without_a_folder_to_cover_there_is_no_sandbox() -> None:
    """The refusal names the interpreter."""
    with pytest.raises(LookupError, match="/tmp/python"):
        staging_for("/tmp/python", ["/tmp"])
