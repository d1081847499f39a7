"""Onsets of hacking and of misalignment on a published training run.

    python benchmarks/trajectory.py FILE.json [--out FOLDER]

FILE holds `series`: name → {step, percent}, one of them "Reward Hacking Rate" (per training step),
and `n_per_eval`: name → samples per checkpoint. Prints onset, lag and correlation for each eval and
draws them to trajectory.svg and trajectory.png. Published counts name no scenarios, so samples are
taken as independent: the intervals here are narrower than Unmask's own would be.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any
from zlib import crc32

import altair as alt
import numpy as np
import vl_convert

from unmask.results.change import Change, decide, find_change, lag
from unmask.results.hacking import HackRates, hack_onset
from unmask.results.stats import clopper_pearson, first_difference_correlation

HACKING = "Reward Hacking Rate"
LEVEL = 0.95


def main() -> None:
    """Print a line per eval and draw the run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--threshold", type=float, default=0.02)
    given = parser.parse_args()
    data = json.loads(given.file.read_text(encoding="utf-8"))
    hacking = data["series"][HACKING]
    hacks = HackRates(None, tuple(hacking["step"]), _fractions(hacking["percent"]), None)
    onset = hack_onset(hacks, given.threshold)
    print(f"hacking above {given.threshold:.0%}: step {onset.step}, not yet at {onset.after}")
    evals = {name: _counts(data, name) for name in data["n_per_eval"]}
    raw = {
        name: find_change(steps, events, [n] * len(steps), _rng(name))
        for name, (steps, events, n) in evals.items()
    }
    changes = dict(zip(raw, decide(list(raw.values()), LEVEL), strict=True))
    for name, (steps, events, n) in evals.items():
        print(_line(name, changes[name], steps, [y / n for y in events], hacks, onset))
    chart = _chart(evals, changes, hacks, onset.step)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "trajectory.svg").write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")
    (given.out / "trajectory.png").write_bytes(vl_convert.vegalite_to_png(chart, scale=2))


def _line(
    name: str, change: Change, steps: list[int], rates: list[float], hacks: HackRates, onset: Any
) -> str:
    along = [hacks.at(step) or 0.0 for step in steps]
    found = first_difference_correlation(rates, along, _rng(name))
    late = lag(change, onset)
    what = change.direction if change.changed else "no change shown"
    where = f"after {change.after}, by {change.by} (best {change.step})" if change.changed else ""
    behind = f"lag {late.estimate} [{late.low}, {late.high}]" if late else ""
    return (
        f"{name:<20} {what:<16} {where:<30} {change.rate_before:6.1%} → {change.rate_after:6.1%} "
        f"p {change.p_value:.4f} Holm {change.adjusted:.4f} {behind:<20} "
        f"steps' rank correlation {found.rho:+.2f} (p {found.p_value:.3f})"
    )


def _counts(data: dict[str, Any], name: str) -> tuple[list[int], list[int], int]:
    series, n = data["series"][name], data["n_per_eval"][name]
    events = [round(n * percent / 100) for percent in series["percent"]]
    off = max(abs(100 * y / n - x) for y, x in zip(events, series["percent"], strict=True))
    if off > 1e-6:
        raise SystemExit(f"{name}: rates are not counts out of {n} (off by {off:g} points)")
    return series["step"], events, n


def _fractions(percent: list[float]) -> tuple[float, ...]:
    return tuple(min(1.0, max(0.0, each / 100)) for each in percent)


def _data(values: list[dict[str, Any]]) -> Any:
    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(crc32(name.encode()))


def _chart(
    evals: dict[str, tuple[list[int], list[int], int]],
    changes: dict[str, Change],
    hacks: HackRates,
    onset: int | None,
) -> dict[str, Any]:
    panels = [_panel(name, *evals[name], changes[name], hacks, onset) for name in evals]
    return dict(alt.concat(*panels, columns=2).to_dict())


def _panel(
    name: str,
    steps: list[int],
    events: list[int],
    n: int,
    change: Change,
    hacks: HackRates,
    onset: int | None,
) -> Any:
    points = []
    for step, count in zip(steps, events, strict=True):
        low, high = clopper_pearson(count, n, LEVEL)
        points.append({"step": step, "rate": count / n, "low": low, "high": high})
    top = max(0.1, *(point["high"] for point in points))
    x = alt.X("step:Q", title="training step")
    y = alt.Y("rate:Q", title="misaligned", axis=alt.Axis(format=".0%")).scale(domain=[0, top])
    base = alt.Chart(_data(points))
    layers = [
        base.mark_rule(opacity=0.4).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_point(filled=True, size=24).encode(x=x, y=y),
    ]
    hacked = [{"step": s, "rate": top * r} for s, r in zip(hacks.steps, hacks.rates, strict=True)]
    gray = alt.Chart(_data([each for each in hacked if each["step"] <= steps[-1]]))
    layers.insert(0, gray.mark_line(color="#bbb", strokeWidth=1).encode(x=x, y=y))
    if change.changed:
        band = alt.Chart(_data([{"from": change.after, "to": change.by}]))
        layers.insert(0, band.mark_rect(opacity=0.25, color="#c60").encode(x="from:Q", x2="to:Q"))
    if onset is not None:
        line = alt.Chart(_data([{"at": onset}]))
        layers.append(line.mark_rule(strokeDash=[4, 3]).encode(x="at:Q"))
    subtitle = "grey: training hack rate (0–100 %); dashed: its onset; band: onset of misalignment"
    return alt.layer(*layers).properties(
        width=360, height=180, title=alt.Title(name, subtitle=subtitle, subtitleFontSize=9)
    )


if __name__ == "__main__":
    main()
