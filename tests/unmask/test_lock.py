"""Two runs never measure into one folder, and a dead one holds up nobody."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from unmask.errors import BadInput
from unmask.lock import locked

HOLDER = """
import sys, time
from pathlib import Path
from unmask.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_in_one_line(tmp_path: Path) -> None:
    """It says what is held and what to do; once the first has ended, it is let in."""
    folder = tmp_path / "logs" / "step-100"
    with locked(folder), pytest.raises(BadInput) as refused, locked(folder):
        pass
    assert str(refused.value) == (
        f"another run is measuring 'step-100' in {tmp_path / 'logs'}: wait for its end, or use "
        "another --logs folder"
    )
    with locked(folder):
        pass


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    """A lock ends with the process that held it, kill -9 included."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BadInput, match="another run"), locked(tmp_path):
            pass
        holder.send_signal(signal.SIGKILL)
    with locked(tmp_path):
        pass


def test_two_checkpoints_go_on_side_by_side(tmp_path: Path) -> None:
    """A lock is a checkpoint's, not that of the whole folder of logs."""
    with locked(tmp_path / "a"), locked(tmp_path / "b"):
        pass


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The reason is said, and that it is about writing."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="can't write to folder"), locked(tmp_path / "file"):
        pass
