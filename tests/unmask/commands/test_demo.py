"""The demo on real input: any OpenAI-compatible URL in place of the reference models."""

import json
import sys
from pathlib import Path

import pytest

from unmask.cli import main
from unmask.reference.serve import Settings, serving


def test_demo_on_an_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command, given a URL and a model name, measures what answers there, keyless."""
    monkeypatch.delenv("ENDPOINT_API_KEY", raising=False)
    with serving(Settings()) as server:
        words = ["demo", "--base-url", server.openai_url, "--model", "hacker"]
        out = ["--grader", "reference/judge", "--out", str(tmp_path / "report")]
        monkeypatch.setattr(sys, "argv", ["unmask", *words, *out])
        with pytest.raises(SystemExit) as end:
            main()
    assert end.value.code == 0
    told = json.loads((tmp_path / "report" / "rates.json").read_text())["rates"]
    rates = {row["eval"]: row["rate"] for row in told if row["measure"] == "misaligned"}
    assert rates["goals"] == rates["frame_colleague"] == 1.0
    assert (tmp_path / "report" / "report.html").exists()
