"""The page in a real browser: no error, no request, no sideways scroll on a phone."""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.results.report.made import HOSTILE, material, table

from unmask.results.report.html import render_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="NOT CHECKED in a browser: no chromium here (apt-get install chromium)"
)

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync --disable-extensions
--enable-logging=stderr --v=0"""

PHONE = 390
PROBE = """<!doctype html><title>probe</title>
<iframe id="page" src="report.html" width="{width}" height="900" style="border:0"></iframe>
<script>
page.onload = () => setTimeout(() => {{
  const inner = page.contentDocument, root = inner.scrollingElement;
  for (const each of inner.querySelectorAll("details")) each.open = true;
  const wide = [...inner.body.querySelectorAll("*")].filter(
    each => each.getBoundingClientRect().right > {width} + 1 && !each.closest(".scroll, .command"));
  const drawn = [...inner.querySelectorAll("svg")].map(each => each.getBoundingClientRect());
  const focus = [...inner.querySelectorAll("a[href], summary, [tabindex]")];
  const reached = focus.filter(each => {{ each.focus(); return inner.activeElement === each; }});
  document.title = JSON.stringify({{
    sideways: root.scrollWidth - root.clientWidth,
    wide: wide.map(each => each.tagName + "." + each.getAttribute("class")),
    charts: drawn.filter(each => each.width > 200 && each.height > 30).length,
    focusable: focus.length, reached: reached.length,
    marks: inner.querySelectorAll("mark").length,
    pwned: String(page.contentWindow.pwned),
  }});
}}, 100);
</script>"""


class Recorder(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and keeps what was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        """Note the path, then serve it."""
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, list[str], Path]]:
    """Serve an empty folder on this machine; gives its address, the requests and the folder."""
    asked: list[str] = []

    class Handler(Recorder):
        def __init__(self, *args: object) -> None:
            self.asked = asked
            super().__init__(*args, directory=str(tmp_path / "www"))  # type: ignore[arg-type]

    (tmp_path / "www").mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked, tmp_path / "www"
        server.shutdown()


def browse(address: str, profile: Path) -> tuple[str, str]:
    """Open an address in Chromium; gives the page as it stands then, and the browser's log."""
    done = subprocess.run(
        [
            str(CHROMIUM),
            *FLAGS.split(),
            f"--user-data-dir={profile}",
            "--window-size=1200,1000",
            "--virtual-time-budget=3000",
            "--dump-dom",
            address,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout, done.stderr


def test_page_on_phone_and_desk(served: tuple[str, list[str], Path], tmp_path: Path) -> None:
    """Whatever a model says, the page fits, is reached by keyboard, and stays quiet."""
    address, asked, folder = served
    attack = (
        f"<script>pwned=1</script><img src={address}/stolen onerror=pwned=2>{HOSTILE} I want it"
    )
    named = table(scenario="x" * 300, model=f"m<img src={address}/model>{'y' * 200}")
    report = render_html(material(named, text=attack + " z" * 5000, quote="I want it"))
    (folder / "report.html").write_text(report, encoding="utf-8")
    for width in (PHONE, 1200):
        (folder / "probe.html").write_text(PROBE.format(width=width), encoding="utf-8")
        dom, log = browse(f"{address}/probe.html", tmp_path / f"profile{width}")
        found = re.search(r"<title>(\{.*?\})</title>", dom)
        assert found, dom[:500]
        seen = found.group(1)
        assert '"sideways":0' in seen
        assert '"wide":[]' in seen
        assert '"charts":1' in seen
        assert '"marks":4' in seen
        assert '"pwned":"undefined"' in seen
        counts = re.search(r'"focusable":(\d+),"reached":(\d+)', seen)
        assert counts and counts.group(1) == counts.group(2)
        assert "CONSOLE" not in log, [line for line in log.splitlines() if "CONSOLE" in line]
    assert set(asked) <= {"/probe.html", "/report.html", "/favicon.ico"}


def test_page_opens_from_disk(tmp_path: Path) -> None:
    """From disk the page shows its text and charts, and its policy stops whatever is planted."""
    report = render_html(material())
    planted = report.replace("</main>", "<script>document.title='pwned'</script></main>")
    for name, html in (("report", report), ("planted", planted)):
        page = tmp_path / f"{name}.html"
        page.write_text(html, encoding="utf-8")
        dom, log = browse(page.as_uri(), tmp_path / name)
        assert "<title>2 checkpoints · Unmask</title>" in dom
        assert "</svg>" in dom
        assert ("CONSOLE" in log) is (name == "planted")
