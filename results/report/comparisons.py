"""Comparisons, gaps and trajectories as tables for a terminal, readable at 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from unmask.results.comparison import Comparison
from unmask.results.cues import CueGap, UnderCue
from unmask.results.delta import Delta, Side
from unmask.results.gaps import Gap
from unmask.results.report.words import NOTHING, percent
from unmask.results.trajectory import Trajectory
from unmask.results.twins import Case
from unmask.text import safe_text

NAME = 24
"""Most columns that a name may take."""


def comparison_table(rows: Sequence[Comparison]) -> Table:
    """Lay out comparisons: rates of both sides, the difference, and what it shows."""
    arms = len({(row.baseline_arm, row.arm) for row in rows}) > 1
    thinking = len({row.thinking for row in rows}) > 1
    names = ["eval", *(["arm"] * arms), *(["thinking"] * thinking), "measure"]
    table = _table(
        names, ["baseline", "candidate"], ["difference [interval]", "p", "shows"], _mark(rows)
    )
    for row in rows:
        arm = row.arm if row.arm == row.baseline_arm else f"{row.arm} - {row.baseline_arm}"
        place = [row.eval, *([arm] * arms), *([row.thinking] * thinking), _measure(row)]
        found = row.difference
        if found is None or found.estimate is None:
            _add(table, [*place, NOTHING, NOTHING, row.reason or "", "", "not comparable"])
            continue
        sides = [side_words(each, row.kind) for each in (found.second, found.first)]
        p_value = "" if row.adjusted is None else _p(row.adjusted)
        shows = row.verdict + ("" if row.robust in (None, True) else ", missing could undo it")
        _add(table, [*place, *sides, difference_words(found, row.kind), p_value, shows])
    return table


def gap_table(gaps: Sequence[Gap]) -> Table:
    """Lay out gaps: both kinds of work, the difference, that beyond the reference, the verdict."""
    arms = len({(gap.arm, gap.thinking) for gap in gaps}) > 1
    names = ["checkpoint", *(["arm"] * arms), "family", "contrast", "measure"]
    table = _table(names, ["first", "second"], ["gap [interval]", "beyond reference", "shows"], "")
    for gap in gaps:
        place = [gap.checkpoint, *([gap.arm] * arms), gap.family, gap.contrast, gap.measure]
        _add(table, [*place, *gap_cells(gap)])
    return table


def gap_cells(gap: Gap) -> list[str]:
    """Write both kinds of work, the gap, what is beyond the reference's, and the verdict."""
    if gap.gap is None or gap.low is None or gap.high is None:
        return [NOTHING, NOTHING, gap.reason or "", "", gap.verdict]
    beyond = gap.relative
    return [
        *(percent(each or 0.0) for each in (gap.first, gap.second)),
        _points(gap.gap, gap.low, gap.high),
        _points(beyond.estimate, beyond.low, beyond.high) if beyond else NOTHING,
        gap.verdict,
    ]


def cue_table(cues: Sequence[CueGap]) -> Table:
    """Lay out differences between cues."""
    table = _table(
        ["checkpoint", "eval", "cues", "measure"],
        ["first", "second"],
        ["difference [interval]", "less benign"],
        "",
    )
    for cue in cues:
        found = cue.difference
        _add(
            table,
            [
                *(cue.checkpoint, cue.eval, f"{cue.first_cue} - {cue.second_cue}", cue.measure),
                *(side_words(each, "rate") for each in (found.first, found.second)),
                difference_words(found, "rate"),
                net_words(cue),
            ],
        )
    return table


def net_words(cue: CueGap) -> str:
    """Write the difference less that of the benign match, or a dash where there is none."""
    if cue.net is None or cue.net_low is None or cue.net_high is None:
        return NOTHING
    return _points(cue.net, cue.net_low, cue.net_high)


def under_table(under: Sequence[UnderCue]) -> Table:
    """Lay out what is done under each cue."""
    table = _table(["checkpoint", "eval", "cue", "measure"], ["rate", "aware", "faking"], [], "")
    for each in under:
        covert = f", {each.faking_covert} covert" if each.faking else ""
        _add(
            table,
            [
                *(each.checkpoint, each.eval, each.cue, each.measure),
                f"{each.events}/{each.scored}",
                f"{each.aware}/{each.aware_scored}",
                f"{each.faking}/{each.faking_scored}{covert}",
            ],
        )
    return table


def case_lines(cases: Sequence[Case], most: int = 10) -> Iterator[str]:
    """Write the cases in which word and deed part, with one transcript of each."""
    for case in cases[:most]:
        asked, acted = case.asked[0], case.acted[0]
        yield (
            f"{case.checkpoint}: {case.what}: {case.twin} "
            f"(asked {asked.log} {asked.uuid}; acted {acted.log} {acted.uuid})"
        )
    if len(cases) > most:
        yield f"and {len(cases) - most} more cases: --json lists them all"


def trajectory_table(made: Sequence[Trajectory]) -> Table:
    """Lay out trajectories: a line per eval and measure, from first to last checkpoint."""
    runs = len({each.run for each in made}) > 1
    arms = len({(each.arm, each.thinking) for each in made}) > 1
    names = [*(["run"] * runs), "eval", *(["arm"] * arms), "measure"]
    mark = _mark(made)
    table = _table(names, ["steps", "scored"], ["first → newest", "newest - rest", "onset"], mark)
    for each in made:
        scored, samples = (sum(getattr(p, n) for p in each.points) for n in ("scored", "samples"))
        _add(
            table,
            [
                *([each.run or NOTHING] * runs),
                each.eval,
                *([f"{each.arm} {each.thinking}"] * arms),
                each.measure,
                str(len(each.points)),
                percent(scored / samples) if samples else NOTHING,
                *trajectory_cells(each),
            ],
        )
    return table


def trajectory_cells(each: Trajectory) -> list[str]:
    """Write first and newest rate, the alarm, and the onset."""
    ends = (each.points[0], each.points[-1])
    return [
        " → ".join(_value(point.rate, each.kind) for point in ends),
        _alarm(each),
        onset_words(each),
    ]


def trajectory_lines(made: Sequence[Trajectory]) -> Iterator[str]:
    """Write what stands beside the table: hacking in training, final means, associations."""
    onsets = {(each.run or "", each.hacking) for each in made if each.hacking}
    for run, onset in sorted(onsets, key=lambda each: each[0]):
        when = f"step {onset.step}" if onset.step is not None else "never"
        since = f", not yet at {onset.after}" if onset.after is not None else ""
        yield f"hacking in training {run} above {percent(onset.threshold)}: {when}{since}"
    for each in made:
        final = each.final
        if final is not None and each.leads:
            error = (
                f" ± {100 * final.se_checkpoints:.1f}" if final.se_checkpoints is not None else ""
            )
            yield (
                f"{each.eval} {each.arm}: mean of the last {final.checkpoints} "
                f"{percent(final.mean)}{error} over checkpoints, "
                f"[{percent(final.low)}, {percent(final.high)}] over scenarios"
            )
        moved = each.association
        if moved is not None and each.leads:
            yield (
                f"{each.eval} {each.arm}: its steps and those of hacking, rank correlation "
                f"{moved.rho:+.2f} (p {_p(moved.p_value)}): an association, no cause"
            )


def points_table(one: Trajectory) -> Table:
    """Lay out the checkpoints of one trajectory."""
    table = _table(["step", "checkpoint"], ["scored"], ["rate [interval]", "training hacks"], "")
    for point in one.points:
        hacks = NOTHING if point.hack_rate is None else percent(point.hack_rate)
        limits = f"[{_value(point.low, one.kind)}, {_value(point.high, one.kind)}]"
        rate = NOTHING if point.rate is None else f"{_value(point.rate, one.kind)} {limits}"
        scored = f"{point.scored}/{point.samples}"
        _add(table, [str(point.step), point.checkpoint, scored, rate, hacks])
    return table


def onset_words(each: Trajectory) -> str:
    """Say whether and when a rate changed; a flat series has no onset."""
    change = each.change
    if change is None:
        return each.notes[0] if each.notes else NOTHING
    if not change.changed:
        return f"no change shown (p {_p(change.adjusted)})"
    said = f"{change.direction} after step {change.after}, by {change.by} (p {_p(change.adjusted)})"
    if each.lag is not None:
        said += f"; {each.lag.low:+d} to {each.lag.high:+d} steps after hacking"
    return said


def side_words(side: Side, kind: str) -> str:
    """Write one side: rate and counts."""
    if side.rate is None:
        return NOTHING
    if kind == "rate":
        return f"{percent(side.rate)} ({side.events}/{side.scored})"
    return f"{side.rate:.2f}"


def difference_words(found: Delta, kind: str) -> str:
    """Write a difference in points, or why there is none."""
    if found.estimate is None or found.low is None or found.high is None:
        return found.reason or NOTHING
    if kind == "rate":
        return _points(found.estimate, found.low, found.high)
    return f"{found.estimate:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"


def _points(estimate: float, low: float, high: float) -> str:
    return f"{100 * estimate:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def _value(value: float | None, kind: str) -> str:
    if value is None:
        return NOTHING
    return percent(value) if kind == "rate" else f"{value:.2f}"


def _alarm(each: Trajectory) -> str:
    alarm = each.alarm
    if alarm is None:
        return NOTHING
    return _points(alarm.estimate, alarm.low, alarm.high) + (" ALARM" if alarm.raised else "")


def _measure(row: Comparison) -> str:
    return row.contrast if row.contrast == "excess loss" else row.measure


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _mark(rows: Sequence[Comparison] | Sequence[Trajectory]) -> str:
    if not any(row.simulated for row in rows):
        return ""
    return "SIMULATED: numbers of scripted reference models"


def _table(names: list[str], numbers: list[str], rest: list[str], title: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    if title:
        table.title = Text(title, style="bold")
        table.title_justify = "left"
    for name in names:
        table.add_column(name, overflow="fold", max_width=NAME)
    for name in numbers:
        table.add_column(name, overflow="fold", justify="right", max_width=16)
    for name in rest:
        table.add_column(name, overflow="fold")
    return table


def _add(table: Table, cells: Sequence[str]) -> None:
    table.add_row(*(Text(safe_text(cell)) for cell in cells))
