"""A disk without room for logs ends a run before anything is paid for; with room, it goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from unmask.ledger import spent_in

UNMASK = f"{sys.executable} -c 'from unmask.cli import main; main()'"
RUN = "run --model reference/aligned --grader reference/judge --eval goals --limit 1"

SCRIPT = f"""
mount -t tmpfs -o size=60m none disk
{UNMASK} {RUN} --logs disk/logs 2> full.txt; echo $? >> full.txt
mkdir full && cp disk/logs/ledger.sqlite full
mount -o remount,size=200m disk
{UNMASK} {RUN} --logs disk/logs 2> roomy.txt; echo $? >> roomy.txt
cp -r disk/logs roomy
"""
"""In a mount namespace of its own, so that the small disk is a real one."""


def test_a_full_disk(tmp_path: Path) -> None:
    """It says so in one line, exits with 4 and has asked nothing; then all of it is asked once."""
    own = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*own, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("no user namespaces here, so no small disk to fill")
    (tmp_path / "disk").mkdir()
    subprocess.run([*own, "sh", "-ec", f"set +e{SCRIPT}"], cwd=tmp_path, check=True)
    *_, last, code = (tmp_path / "full.txt").read_text().splitlines()
    assert code == "4"
    assert last.startswith("unmask: the disk of disk/logs/aligned has 60 MB left, and logs need 64")
    assert last.endswith("samples are left; make room, and the same command goes on")
    assert spent_in(tmp_path / "full").calls == 0
    assert (tmp_path / "roomy.txt").read_text().splitlines()[-1] == "0"
    samples = spent_in(tmp_path / "roomy").calls
    assert samples > 0
