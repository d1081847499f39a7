"""The demo on real input: any OpenAI-compatible URL in place of the reference models."""

import sys
from pathlib import Path

import pytest

from unmask.cli import main
from unmask.reference.serve import Settings, serving


def test_demo_on_an_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command, given a URL and a model name, measures what answers there, keyless."""
    monkeypatch.delenv("ENDPOINT_API_KEY", raising=False)
    with serving(Settings()) as server:
        words = ["demo", "--base-url", server.openai_url, "--model", "hacker"]
        out = ["--grader", "reference/judge", "--out", str(tmp_path / "report")]
        monkeypatch.setattr(sys, "argv", ["unmask", *words, *out])
        with pytest.raises(SystemExit) as end:
            main()
    assert end.value.code == 0
    assert "endpoint-hacker  goals  misaligned  100.0 %" in capsys.readouterr().out
    assert (tmp_path / "report" / "report.html").exists()
