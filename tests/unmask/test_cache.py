"""The cache of tables: never another result, whatever has happened to the logs or to itself."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import read_eval_log, write_eval_log
from tests.results.logbook import promise, promised, run_foreign, run_own, sample

from unmask import cache
from unmask.cache import cache_folder, made_once, read_through
from unmask.errors import BadInput
from unmask.results.observations import Foreign, Reading, observe

LATER = 4e9
"""Seconds since the epoch by which every file has long been left alone."""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of ours under a promise that they do not keep, and one of someone else."""
    folder = tmp_path_factory.mktemp("once")
    nan = float("nan")
    run_own(folder, [sample("a", "overt"), sample("b"), sample("c", nan, "grader_error")])
    kept = promise([promised("a"), promised("b"), promised("never")])
    (folder / "promise.json").write_text(json.dumps(kept))
    run_foreign(folder / "theirs", [sample("x", "C"), sample("y", "I")])
    return folder


@pytest.fixture
def logs(once: Path, tmp_path: Path) -> Path:
    """A copy of them that a test may change."""
    return Path(shutil.copytree(once, tmp_path / "logs"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the cache of a test goes."""
    return tmp_path / "above" / "cache"


def read(logs: Path, folder: Path, foreign: Foreign | None = None, at: float = LATER) -> Reading:
    """Read through a cache at some time."""
    return read_through(logs, foreign, folder, lambda: at)


def entries(folder: Path) -> list[Path]:
    """Everything that the cache has left, hidden files included."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def assert_same(found: Reading, expected: Reading) -> None:
    """Two readings agree in the table's every value and type, and in all that is said."""
    pd.testing.assert_frame_equal(found.table, expected.table)
    for name in ("stale", "superseded", "unread", "notes", "running"):
        assert getattr(found, name) == getattr(expected, name)


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What makes every further reading of logs fail."""

    def refuse(path: Path, foreign: Foreign | None = None) -> Reading:
        raise AssertionError(f"{path} was read again")

    return partial(monkeypatch.setattr, cache, "observe", refuse)


@pytest.mark.parametrize("foreign", [None, Foreign("verdict"), Foreign("*", checkpoint_by="model")])
def test_what_is_kept_is_what_was_read(
    logs: Path, folder: Path, foreign: Foreign | None, unread: Callable[[], None]
) -> None:
    """A second reading opens no log and says the same: rows, types, notes, what was left out."""
    expected = observe(logs, foreign)
    assert_same(read(logs, folder, foreign), expected)
    unread()
    assert_same(read(logs, folder, foreign), expected)
    assert expected.stale and "not_run" in set(expected.table["missing"])


def test_one_log_is_kept_apart_from_its_folder(logs: Path, folder: Path) -> None:
    """A log read alone and the folder that it is in never stand in for each other."""
    one = next(logs.glob("*.eval"))
    for _ in range(2):
        assert_same(read(logs, folder), observe(logs))
        assert_same(read(one, folder), observe(one))
    assert len(entries(folder)) == 2


def test_how_foreign_logs_are_read_is_part_of_what_is_kept(logs: Path, folder: Path) -> None:
    """The same logs read for another event are read anew."""
    theirs = logs / "theirs"
    for event in ("C", "I", "C"):
        how = Foreign("verdict", misaligned=event)
        assert_same(read(theirs, folder, how), observe(theirs, how))


def rewrite(logs: Path) -> None:
    """Give a sample another label, and the log the size and times that it had."""
    (file,) = logs.glob("*.eval")
    before = file.stat()
    log = read_eval_log(str(file))
    for each in log.samples or []:
        each.events = []
        for score in (each.scores or {}).values():
            score.value = "covert"
    write_eval_log(log, str(file))
    file.write_bytes(file.read_bytes().ljust(before.st_size, b"\0"))
    assert file.stat().st_size == before.st_size
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def promise_more(logs: Path) -> None:
    """Promise a sample that nobody has run."""
    kept = promise([promised("a"), promised("b"), promised("never"), promised("nor this")])
    (logs / "promise.json").write_text(json.dumps(kept))


def take_back(logs: Path) -> None:
    """Leave the logs without a promise."""
    (logs / "promise.json").unlink()


def add_log(logs: Path) -> None:
    """Put a further log into the folder."""
    run_own(logs, [sample("never", "refused")])


def lose_log(logs: Path) -> None:
    """Remove a log, though it gave the table no row."""
    next((logs / "theirs").glob("*.eval")).unlink()


def rename(logs: Path) -> None:
    """Call a log by another name, which the table holds."""
    file = next(logs.glob("*.eval"))
    file.rename(file.with_name("renamed.eval"))


@pytest.mark.parametrize("change", [rewrite, promise_more, take_back, add_log, lose_log, rename])
def test_changed_logs_are_read_again(
    logs: Path, folder: Path, change: Callable[[Path], None]
) -> None:
    """Whatever has changed, and were its size and time set back, the result is the new logs'."""
    before = read(logs, folder)
    change(logs)
    expected = observe(logs)
    for _ in range(2):
        assert_same(read(logs, folder), expected)
    with pytest.raises(AssertionError):
        assert_same(before, expected)


def test_another_version_reads_again(
    logs: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What other code or another library has kept is not taken over."""
    kept = read(logs, folder)
    monkeypatch.setattr(cache, "_code", lambda: "other")
    monkeypatch.setattr(cache, "observe", lambda *_: observe(logs / "theirs", Foreign("verdict")))
    assert len(read(logs, folder).table) != len(kept.table)


@pytest.mark.parametrize(
    "damage",
    [
        lambda held: b"",
        lambda held: held[:20],
        lambda held: held[:-1],
        lambda held: held[:300] + bytes([held[300] ^ 1]) + held[301:],
        lambda held: bytes(len(held)),
        lambda held: held + b"\0",
    ],
    ids=["empty", "short", "torn", "one bit", "zeros", "longer"],
)
def test_a_damaged_entry_is_read_and_written_anew(
    logs: Path, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    """No damage is ever taken for a table, and the next reading finds the entry whole."""
    expected = read(logs, folder)
    (entry,) = entries(folder)
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert_same(read(logs, folder), expected)
    assert entry.read_bytes() == whole


def test_an_entry_under_the_name_of_another_is_not_taken(logs: Path, folder: Path) -> None:
    """A table stands for its own logs only, whatever its file is called."""
    read(logs, folder)
    (first,) = entries(folder)
    theirs = logs / "theirs"
    expected = read(theirs, folder, Foreign("verdict"))
    (second,) = set(entries(folder)) - {first}
    shutil.copy(first, second)
    assert_same(read(theirs, folder, Foreign("verdict")), expected)


def test_logs_that_may_change_unseen_are_not_kept(logs: Path, folder: Path) -> None:
    """Nothing is kept of logs just written, of a run that goes on, or where one can't be read."""
    newest = max(file.stat().st_ctime for file in logs.rglob("*"))
    read(logs, folder, at=newest + 1)
    assert not entries(folder)
    (logs / "torn.eval").write_bytes(b"PK")
    assert read(logs, folder).unread
    (logs / "torn.eval").unlink()
    (file,) = logs.glob("*.eval")
    log = read_eval_log(str(file))
    log.status = "started"
    write_eval_log(log, str(file))
    assert read(logs, folder).running == (file.name,)
    assert not entries(folder)


def test_logs_that_change_while_they_are_read_are_not_kept(
    logs: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of which nobody knows what state of the logs it shows is used once."""

    def late(path: Path, foreign: Foreign | None) -> Reading:
        reading = observe(path, foreign)
        promise_more(path)
        return reading

    monkeypatch.setattr(cache, "observe", late)
    read(logs, folder)
    assert not entries(folder)


@pytest.mark.parametrize("path", ["empty", "none"])
def test_what_observe_refuses_is_refused(logs: Path, folder: Path, path: str) -> None:
    """A folder without logs, or none at all, meets the same words as ever."""
    (logs / "empty").mkdir()
    for _ in range(2):
        with pytest.raises(BadInput, match=r"no Inspect log|there is no"):
            read(logs / path, folder)
    assert not entries(folder)


def test_a_folder_that_cannot_be_used_costs_nothing_but_time(logs: Path, tmp_path: Path) -> None:
    """A file where the folder should be, or a folder where the entry should be, is no failure."""
    (tmp_path / "file").write_text("")
    for _ in range(2):
        assert_same(read(logs, tmp_path / "file"), observe(logs))
    read(logs, tmp_path / "good")
    (entry,) = entries(tmp_path / "good")
    entry.unlink()
    entry.mkdir()
    assert_same(read(logs, tmp_path / "good"), observe(logs))
    assert entries(tmp_path / "good") == [entry]


def test_text_that_parquet_cannot_hold_is_read_every_time(
    logs: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a character in a log is no failure of the cache."""
    reading = observe(logs)
    reading.table["error"] = pd.Series(["\ud800"] * len(reading.table), dtype=object)
    monkeypatch.setattr(cache, "observe", lambda *_: reading)
    assert read(logs, folder).table is reading.table
    assert not entries(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_only_the_user_may_look(logs: Path, folder: Path) -> None:
    """The folder and its files are closed to others; folders above are made as any."""
    read(logs, folder)
    (entry,) = entries(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600


def test_many_at_once_do_each_other_no_harm(logs: Path, folder: Path) -> None:
    """Readers and writers of one entry all get the table, and leave one whole file behind."""
    expected = observe(logs)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: read(logs, folder), range(24)):
            assert_same(found, expected)
    (entry,) = entries(folder)
    assert entry.suffix == ".kept"


def test_the_oldest_tables_go_first(
    logs: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, unread: Callable[[], None]
) -> None:
    """The cache does not grow with every folder that was ever read."""
    monkeypatch.setattr(cache, "MOST", 2)
    one = next(logs.glob("*.eval"))
    for number, path in enumerate((logs, one, logs / "theirs")):
        read(path, folder, Foreign("*"))
        for entry in entries(folder):
            if entry.stat().st_mtime > 1000:
                os.utime(entry, (number, number))
    assert len(entries(folder)) == 2
    unread()
    read(logs / "theirs", folder, Foreign("*"))
    with pytest.raises(AssertionError, match="read again"):
        read(logs, folder, Foreign("*"))


def test_texts_are_made_once_of_the_same(logs: Path, folder: Path) -> None:
    """Of the same reading and the same wish nothing is made twice; of any other it is."""
    made = iter(range(9))

    def ask(asked: str = "this", whole: bool = True) -> str:
        found = made_once(
            read(logs, folder), asked, lambda: ({"name": f"{next(made)} \ud800 é"}, whole), folder
        )
        return found["name"].partition(" ")[0]

    assert [ask(), ask(), ask("that"), ask()] == ["0", "0", "1", "0"]
    promise_more(logs)
    assert [ask(), ask()] == ["2", "2"]
    for entry in entries(folder):
        entry.write_bytes(entry.read_bytes()[:-1])
    assert [ask(), ask()] == ["3", "3"]
    assert [ask("part", whole=False), ask("part"), ask("part")] == ["4", "5", "5"]


def test_texts_of_what_may_change_unseen_are_not_kept(logs: Path, folder: Path) -> None:
    """Where the reading is not kept, or there is no cache, they are made every time."""
    made = iter(range(9))

    def make() -> tuple[dict[str, str], bool]:
        return {"name": str(next(made))}, True

    young = read(logs, folder, at=0)
    kept = read(logs, folder)
    found = [made_once(reading, "", make, at) for reading, at in [(young, folder), (kept, None)]]
    assert [each["name"] for each in found] == ["0", "1"]
    assert len(entries(folder)) == 1


def test_the_code_that_reads_and_shows_is_part_of_what_is_kept() -> None:
    """Readers, statistics, templates and the evals' own facts all count as the code."""
    root = Path(cache.__file__).parent
    for name in (
        "results/own.py",
        "results/stats/rate.py",
        "results/report/summary.md.jinja2",
        "scorers/labels.py",
        "evals/catalog.py",
        "battery.py",
    ):
        assert (root / name).resolve() in cache.code_files(), name


def test_the_environment_says_where(monkeypatch: pytest.MonkeyPatch, logs: Path) -> None:
    """By default it is the user's cache; a folder can be named, or nothing for no cache at all."""
    monkeypatch.delenv(cache.FOLDER_VARIABLE)
    default = cache_folder()
    assert default and default.name == "unmask"
    monkeypatch.setenv(cache.FOLDER_VARIABLE, "there")
    assert cache_folder() == Path("there")
    monkeypatch.setenv(cache.FOLDER_VARIABLE, "")
    assert cache_folder() is None
    assert_same(read_through(logs, None, None, lambda: LATER), observe(logs))
