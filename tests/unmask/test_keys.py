"""Keys are taken from the environment and go to their provider, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.unmask.loopback import KEYS, Loopback, fault, loopback

from unmask.battery import Checkpoint, ModelSpec
from unmask.errors import BadInput
from unmask.keys import filled_in, keys_in, silenced
from unmask.reference.serve import Call, Fault
from unmask.reference.talk import Spoken

PLANTED = {name: f"planted-{name.lower()}-0123456789" for name in (*KEYS, "GATEWAY_KEY")}


def test_keys_are_known_by_their_variables() -> None:
    """Long values of variables that are called keys are; words and paths are not."""
    environment = {"A_API_KEY": "k" * 20, "HF_TOKEN": "t" * 20, "LOCAL_API_KEY": "none"}
    environment |= {"HOME": "/home/somebody", "SSH_KEYS": "k" * 30, "SORT_KEY": "two words, no key"}
    assert keys_in(environment) == {"k" * 20: "A_API_KEY", "t" * 20: "HF_TOKEN"}


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({"base_url": "https://me:hidden-0123456789@host/v1"}, "base_url"),
        ({"base_url": "https://host/v1?api_key=hidden-0123456789"}, "base_url"),
        ({"args": {"api_key": "hidden-0123456789"}}, "api_key"),
        ({"args": {"default_headers": {"X-Api-Key": "hidden-0123456789"}}}, "X-Api-Key"),
        ({"config": {"extra_headers": {"Authorization": "Bearer hidden-0123456789"}}}, "Authoriz"),
        ({"args": {"aws_secret_access_key": "hidden-0123456789"}}, "aws_secret_access_key"),
    ],
)
def test_a_key_in_a_battery_is_refused(spec: dict[str, Any], place: str) -> None:
    """The place is named, and what to do; the key is not said."""
    with pytest.raises(ValueError, match=f"{place}.* holds a key") as error:
        ModelSpec.model_validate({"model": "openai/m", **spec})
    (first,) = error.value.errors()  # type: ignore[attr-defined]
    assert "hidden" not in first["msg"] and "${GATEWAY_KEY}" in first["msg"]


@pytest.mark.parametrize(
    "spec",
    [
        {"base_url": "https://host/v1?api-version=2026-01-01"},
        {"args": {"api_key": "none", "tokenizer": "/models/some/tokenizer"}},
        {"config": {"extra_headers": {"HTTP-Referer": "https://example.org"}}},
        {"args": {"api_key": "${GATEWAY_KEY}"}},
    ],
)
def test_what_is_no_key_passes(spec: dict[str, Any]) -> None:
    """Versions, paths, words and names of variables may be written."""
    assert ModelSpec.model_validate({"model": "openai/m", **spec})


def test_names_are_filled_in() -> None:
    """At any depth, within a text, and only where the variable is set."""
    args = {"default_headers": {"Authorization": "Bearer ${GATEWAY_KEY}"}, "stream": True}
    filled, used = filled_in(args, PLANTED)
    key = PLANTED["GATEWAY_KEY"]
    assert filled == {"default_headers": {"Authorization": f"Bearer {key}"}, "stream": True}
    assert used == {key: "GATEWAY_KEY"}
    with pytest.raises(BadInput, match="no GATEWAY_KEY"):
        filled_in(args, {})


def test_a_rotated_key_is_the_same_checkpoint() -> None:
    """What tells checkpoints apart has the name of a key, not the key."""
    spec = {"label": "a", "model": "openai/m", "args": {"api_key": "${GATEWAY_KEY}"}}
    assert "${GATEWAY_KEY}" in str(Checkpoint.model_validate(spec).args)
    with pytest.raises(ValueError, match="args alone"):
        ModelSpec.model_validate({"model": "o/m", "config": {"system_message": "${GATEWAY_KEY}"}})


def test_the_longer_key_is_silenced_first() -> None:
    """One key may begin with another, and stand anywhere in a value."""
    secrets = {"abc": "SHORT", "abcdef": "LONG"}
    assert silenced([{"x": ("abcdef abc", 7)}], secrets) == [{"x": ("[LONG] [SHORT]", 7)}]


def test_no_key_is_written_or_shown(tmp_path: Path) -> None:
    """Providers that send every key back, in errors and replies, leave none on disk or screen."""
    echo = " ".join(PLANTED.values())

    def trouble(call: Call, before: int) -> Fault | Spoken | None:
        faults = {0: fault(401, echo), 1: fault(400, echo), 2: fault(500, echo)}
        if call.model == "judge":
            return fault(500, echo) if before == 0 else None
        return faults.get(before, Spoken(f"My key is {echo}.", f"They gave me {echo}."))

    with loopback(trouble) as server:
        said = "".join(command(tmp_path, *words) for words in steps(server, tmp_path))
    found = {"the terminal": said.encode(), **dict(written(tmp_path))}
    for what in (b"My key is [", b"They gave me [", b"[OPENAI_API_KEY]", b"[GATEWAY_KEY]"):
        assert any(what in data for data in found.values())
    assert len(found) > 30
    leaks = [place for place, data in found.items() if b"planted-" in data]
    assert leaks == []


def steps(server: Loopback, folder: Path) -> Iterator[list[str]]:
    """Write a battery over three providers; give the commands from it to a report."""
    named = {"default_headers": {"X-Api-Key": "${GATEWAY_KEY}"}}
    url, origin = server.server.openai_url, server.server.origin
    battery = {
        "grader": server.spec("judge", args={"api_key": "${GATEWAY_KEY}"}),
        "checkpoints": [
            {"label": "chat", "model": "openai-api/local/hacker", "base_url": url, "args": named},
            {"label": "responses", "model": "openai/aligned", "base_url": url, "args": named},
            {"label": "messages", "model": "anthropic/covert", "base_url": origin, "args": named},
        ],
        "evals": [{"eval": "goals", "limit": 1}],
        "limits": {"max_retries": 1, "max_connections": 2},
    }
    (folder / "battery.yaml").write_text(yaml.safe_dump(battery))
    logs = str(folder / "logs")
    yield ["run", str(folder / "battery.yaml"), "--logs", logs]
    yield ["report", logs, "--out", str(folder / "report")]
    yield ["verify", logs]


def command(folder: Path, *words: str) -> str:
    """Run a command with keys in its environment and all that it keeps in the folder."""
    homes = ("INSPECT_CACHE_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "UNMASK_CACHE_DIR", "HOME")
    kept = {name: str(folder / name.lower()) for name in homes}
    done = subprocess.run(
        [sys.executable, "-c", "from unmask.cli import main; main()", *words],
        env={"PATH": "/usr/bin:/bin", **PLANTED, **kept},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 4), done.stderr
    return done.stdout + done.stderr


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Read all files of a folder, and what is packed into them."""
    from pyarrow.parquet import read_table

    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        yield str(path), path.read_bytes()
        if path.suffix == ".parquet":
            yield f"{path}, unpacked", str(read_table(path).to_pylist()).encode()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    yield f"{path}/{name}", packed.read(name)
