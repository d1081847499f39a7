"""Logs elsewhere: what is there is read, what a run leaves is sent, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner

from unmask.cli import unmask
from unmask.errors import BadInput
from unmask.files import atomic_write
from unmask.remote import fetch, mirror_of, send

URL = "memory://bucket/logs"


@pytest.fixture(autouse=True)
def store() -> Iterator[fsspec.AbstractFileSystem]:
    """Give an empty store in memory."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


def put(files: fsspec.AbstractFileSystem, name: str, text: str) -> None:
    """Write a file there."""
    files.pipe_file(f"/bucket/logs/{name}", text.encode())


def held(folder: Path) -> dict[str, str]:
    """Read what a mirror holds."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_each_use_has_its_mirror() -> None:
    """A run and a reader of the same address have mirrors of their own."""
    assert mirror_of(URL, "run") == mirror_of(f"{URL}/", "run") != mirror_of(URL, "read")


def test_a_reader_sees_what_is_there(store: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    """New, changed and removed files alike."""
    put(store, "a/1.eval", "one")
    put(store, "a/2.eval", "two")
    fetch(URL, tmp_path, exact=True)
    put(store, "a/1.eval", "other")
    store.rm_file("/bucket/logs/a/2.eval")
    assert held(fetch(URL, tmp_path, exact=True)) == {"a/1.eval": "other"}


def test_a_run_keeps_what_it_has_not_sent(store: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    """What it wrote stays and goes out; what another machine changed since comes in."""
    put(store, "a/1.eval", "one")
    fetch(URL, tmp_path, exact=False)
    (tmp_path / "a" / "2.eval").write_text("two")
    (tmp_path / "a" / ".lock").write_text("")
    put(store, "a/1.eval", "by another machine")
    fetch(URL, tmp_path, exact=False)
    send(tmp_path, URL)
    there = {path: store.cat_file(path).decode() for path in store.find("/bucket/logs")}
    wanted = {"a/1.eval": "by another machine", "a/2.eval": "two"}
    assert there == {f"/bucket/logs/{name}": text for name, text in wanted.items()}
    assert held(tmp_path) == wanted
    (tmp_path / "a" / "1.eval").unlink()
    send(tmp_path, URL)
    assert store.find("/bucket/logs") == ["/bucket/logs/a/2.eval"]


def test_an_address_that_is_none_is_said(tmp_path: Path) -> None:
    """In one line, with the address."""
    with pytest.raises(BadInput, match="can't reach nosuch://bucket: "):
        fetch("nosuch://bucket", tmp_path, exact=True)


def test_a_run_goes_on_where_another_machine_stopped(
    store: fsspec.AbstractFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run into an address twice, from two machines, and read it from a third."""

    def command(machine: str, *words: str) -> str:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / machine))
        done = CliRunner().invoke(unmask, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    words = ["run", "--model", "reference/hacker", "--grader", "reference/judge"]
    words += ["--eval", "goals", "--limit", "1", "--logs", URL]
    first = command("one", *words)
    logs = store.glob("/bucket/logs/hacker/*.eval")
    again = command("two", *words)
    assert len(logs) == 1 and store.glob("/bucket/logs/hacker/*.eval") == logs
    kept = {path.removeprefix("/bucket/logs/") for path in store.find("/bucket/logs")}
    assert {"hacker/promise.json", "manifest.json", "ledger.sqlite"} <= kept
    assert first == again == command("three", "rates", URL)


def test_s3_is_such_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a local server of S3: new, changed and removed files, there and back."""
    server = pytest.importorskip(
        "moto.server", reason="no S3 to test with: pip install 'moto[server]'"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir("bucket")
        here, there = tmp_path / "here", tmp_path / "there"
        fetch("s3://bucket/logs", here, exact=False)
        for name, text in {"a/1.eval": "one", "a/2.eval": "two"}.items():
            atomic_write(here / name, text)
        send(here, "s3://bucket/logs")
        assert held(fetch("s3://bucket/logs", there, exact=True)) == held(here)
        atomic_write(here / "a" / "1.eval", "ten")
        (here / "a" / "2.eval").unlink()
        send(here, "s3://bucket/logs")
        assert held(fetch("s3://bucket/logs", there, exact=True)) == {"a/1.eval": "ten"}
    finally:
        running.stop()
