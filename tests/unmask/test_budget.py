"""Caps on money, tokens and calls hold over resumes, and cost nothing that was paid for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unmask.loopback import KEYS, Loopback, loopback
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Battery
from unmask.errors import BadInput, Stopped
from unmask.ledger import spent_in

LIMITS = {"max_connections": 3, "max_samples": 3}
PRICES = {"input": 1.0, "output": 10.0}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A server that counts what it is asked."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    with loopback() as running:
        yield running


def planned(server: Loopback, **budget: Any) -> Battery:
    """A battery of one checkpoint behind the server, judged there too."""
    return battery(
        [server.checkpoint("hacker", prices=PRICES)],
        grader=server.spec("judge", prices=PRICES),
        limit=6,
        limits=LIMITS,
        budget=budget,
    )


def all_calls(server: Loopback) -> int:
    """How often the server was asked, by checkpoint and judge."""
    return sum(server.calls.values())


def test_a_cap_stops_and_the_next_run_goes_on(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing beyond the cap is asked, all that was answered is kept, nothing is asked twice."""
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    logs = tmp_path / "logs"
    with pytest.raises(Stopped):
        run(planned(server, calls=30), logs)
    rows = table(logs)
    assert 20 < all_calls(server) <= 30
    assert 0 < rows["label"].notna().sum() < len(rows)
    assert set(rows["missing"].dropna()) == {"not_run"}
    run(planned(server, calls=1000), logs)
    assert table(logs)["label"].notna().all()
    spent = spent_in(logs)
    assert spent.calls == all_calls(server)
    # A sample takes one call of the checkpoint and two of the judge.
    assert spent.calls - spent.failed == 3 * len(rows)


def test_a_cap_on_money_is_kept(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dollars are counted at the prices given, and going on does not begin what it can't finish."""
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    logs = tmp_path / "logs"
    for _ in range(2):
        with pytest.raises(Stopped):
            run(planned(server, usd=0.05), logs)
        spent = spent_in(logs)
        assert 0.025 < spent.dollars < 0.055
        assert spent.unpriced == 0
    samples = table(logs)["label"].notna().sum()
    assert spent.calls - spent.failed == 3 * samples  # nothing paid for lies about unfinished


def test_a_price_that_is_unknown(server: Loopback, tmp_path: Path) -> None:
    """A cap on money is refused before anything is asked."""
    what = battery([server.checkpoint("hacker")], budget={"usd": 5})
    with pytest.raises(BadInput, match="needs the price of every model"):
        run(what, tmp_path)
    assert all_calls(server) == 0
