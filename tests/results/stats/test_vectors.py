"""Published numbers, and numbers computed by other programs; vectors.json names each source."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unmask.results import stats

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))

READ: dict[type, Callable[[Any], Any]] = {
    stats.Rate: lambda rate: (rate.low, rate.high),
    stats.Difference: lambda difference: difference[:3],
    stats.GateDecision: lambda gate: gate.decision.name,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    """Each function gives the number its source gives."""
    function = getattr(stats, vector["function"])
    if vector["expected"] == "ValueError":
        with pytest.raises(ValueError, match="no graded samples"):
            function(**vector["inputs"])
        return
    got = function(**vector["inputs"])
    if "bounds" in vector:
        assert got[1:] == pytest.approx(vector["bounds"], abs=vector["tol"])
    if vector["function"] == "betting_cs_prpl_eb":
        log_martingale = stats.betting_log_martingale(vector["inputs"]["x"], 0.05)
        got = {"cs_end": list(got), "log_mart_at_0_05": log_martingale[-1]}
        for name, expected in vector["expected"].items():
            assert got[name] == pytest.approx(expected, abs=vector["tol"])
        return
    expected = vector["expected"]
    got = READ.get(type(got), lambda value: value)(got)
    if isinstance(expected, str):
        assert got == expected
        return
    assert got == pytest.approx(
        tuple(expected) if isinstance(got, tuple) else expected, abs=vector["tol"], rel=0
    )
