"""Every eval runs by its name in Inspect alone."""

import os
import subprocess
import sys
from pathlib import Path

from inspect_ai.log import list_eval_logs, read_eval_log

from unmask.evals.catalog import catalog

INSPECT = Path(sys.executable).with_name("inspect")


def test_inspect_eval_takes_each_by_name(tmp_path: Path) -> None:
    """`inspect eval unmask/NAME …`, away from the checkout, ends in a label for each sample."""
    names = [f"unmask/{name}" for name in catalog()]
    roles = ("--model-role", "grader=reference/judge", "--model-role", "runner=reference/runner")
    models = ("--model", "reference/aligned", *roles)
    how = ("--limit", "1", "--sandbox", "local", "--display", "plain", "--log-dir", "logs")
    done = subprocess.run(
        [str(INSPECT), "eval", *names, *models, *how],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    logs = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    assert sorted(log.eval.task for log in logs) == sorted(names)
    for log in logs:
        (sample,) = log.samples or []
        (score,) = (sample.scores or {}).values()
        assert isinstance(score.value, str), (log.eval.task, score.explanation)
