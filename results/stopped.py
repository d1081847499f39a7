"""A ceiling over a cell that stopped early: it fails by its e-value, or is undecided. Pure."""

from __future__ import annotations

import pandas as pd

from unmask.results.calibration import Calibration
from unmask.results.cells import Cell
from unmask.results.delta import count
from unmask.results.measures import Measure
from unmask.results.policy import Ceiling
from unmask.results.ruling import Case, RuleResult, shown
from unmask.results.stats import Decision
from unmask.results.stopping import STOPPED, Weight, finished_means, in_order, in_words, weigh
from unmask.results.subjects import Place


def stopped_result(case: Case, checkpoint: str, rule: Ceiling, place: Place) -> RuleResult | None:
    """Decide a ceiling over a cell that stopped early; None where the cell did not.

    Such a cell never passes, and no interval is asked: one made for a number of samples that is
    fixed beforehand no longer holds. It fails if the scenarios that were finished refute the rule's
    own ceiling, at the policy's level and with the judge's false alarms allowed for.
    """
    cell = case.subjects.find(checkpoint, place, rule.measure)
    if isinstance(cell, str) or not cell.rows["missing"].eq(STOPPED).any():
        return None
    measure = cell.measure(rule.measure)
    if measure is None or measure.kind != "rate":
        return None
    calibration = case.calibration(cell, rule.measure, rule.executed)
    counts = count(cell.rows, measure)
    scored = int(counts.scored.sum())
    if isinstance(calibration, str):
        decision, reason = Decision.INCONCLUSIVE, f"stopped early; {calibration}"
    else:
        weight = weigh(_means(cell, measure), rule.below, case.policy.level, _alarms(calibration))
        decision = Decision.FAIL if weight.refuted else Decision.INCONCLUSIVE
        reason = _reason(weight, rule, calibration)
    return RuleResult(
        eval=place.eval,
        checkpoint=checkpoint,
        measure=rule.measure,
        rule="ceiling",
        decision=decision,
        estimate=float(counts.events.sum()) / scored if scored else None,
        threshold=rule.below,
        reason=place.about(reason),
    )


def _means(cell: Cell, measure: Measure) -> list[float]:
    ranked = cell.rows[cell.rows["rank"].notna()]
    order: pd.Series = ranked.drop_duplicates("scenario").set_index("scenario")["rank"]
    return in_order(map(str, order.sort_values().index), finished_means(ranked, measure))


def _alarms(calibration: Calibration | None) -> tuple[int, int] | None:
    if calibration is None:
        return None
    _, _, found, of = calibration.counts
    return found, of


def _reason(weight: Weight, rule: Ceiling, calibration: Calibration | None) -> str:
    above = f"stopped early: above {shown(rule.measure, rule.below)}"
    if calibration is not None:
        above += f" ({shown(rule.measure, weight.ceiling)} as read, with {calibration.fp} of "
        above += f"{calibration.n_neg} false alarms allowed for)"
    if weight.refuted:
        return f"{above}, {in_words(weight)} scenarios"
    return (
        f"{above} is not shown by what was run, {in_words(weight)} scenarios; take early_stopping "
        "out of the battery, or give it the gate's own level and false_alarms, and run on"
    )
