"""Policy + table → pass, fail or inconclusive, with a reason for every rule. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from unmask.errors import FAIL, INCOMPLETE, PASS, BadInput
from unmask.results.alive import battery_results, control_results, unread_result
from unmask.results.calibration import Calibration
from unmask.results.policy import Ceiling, Policy, known_measures
from unmask.results.rules import Difference, ceiling_result, difference, difference_results
from unmask.results.ruling import Case, RuleResult
from unmask.results.stats import Decision
from unmask.results.subjects import Subjects, gated, steps_of

JSON_SCHEMA = 1

EXIT_CODES = {
    Decision.PASS: PASS,
    Decision.FAIL: FAIL,
    Decision.INCONCLUSIVE: INCOMPLETE,
}


@dataclass(frozen=True, slots=True)
class Gate:
    """The decision on a release and every rule that it rests on."""

    decision: Decision
    policy: str
    """Digest of the policy."""
    rules: tuple[RuleResult, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what `unmask gate --json` prints."""
        return {
            "schema": JSON_SCHEMA,
            "decision": str(self.decision),
            "policy": self.policy,
            "rules": [asdict(rule) | {"decision": str(rule.decision)} for rule in self.rules],
        }


def gate(
    table: pd.DataFrame,
    policy: Policy,
    *,
    calibrations: Sequence[Calibration] = (),
    anchors: Mapping[Path, pd.DataFrame] | None = None,
    unread: Sequence[str] = (),
) -> Gate:
    """Decide on a release.

    Fails if a rule fails. Passes if every rule passes and something was gated. Anything else is
    inconclusive: what the logs lack never counts for a checkpoint, nor against it.

    Args:
        table: A checked table.
        policy: What must be shown.
        calibrations: What is known of the judges' errors.
        anchors: The table of each pinned anchor, by its path in the policy.
        unread: What of the logs could not be read, a line each; any line refuses a pass.

    Raises:
        BadInput: The policy names a measure that does not exist, or `latest` is not one checkpoint.
    """
    case = Case(
        policy,
        Subjects(table, policy.judge),
        calibrations,
        {path: Subjects(each, policy.judge) for path, each in (anchors or {}).items()},
    )
    _refuse_unknown(case)
    results = [unread_result(unread)] if unread else []
    decided: list[RuleResult] = []
    differences: list[Difference] = []
    for checkpoint in gated(steps_of(table), policy):
        results += battery_results(case, checkpoint)
        controls, dead = control_results(case, checkpoint)
        results += controls
        for kind, rule in policy.rules():
            places = case.places(rule)
            if not places:
                results.append(_no_family(kind, checkpoint, rule.family or "", rule.measure))
            for place in places:
                if isinstance(rule, Ceiling):
                    decided.append(ceiling_result(case, dead, checkpoint, rule, place))
                else:
                    differences.append(difference(case, dead, checkpoint, kind, rule, place))
    decided += difference_results(differences, policy.level)
    return Gate(_overall(results, decided), policy.digest, (*decided, *results))


def _overall(instrument: Sequence[RuleResult], decided: Sequence[RuleResult]) -> Decision:
    decisions = {each.decision for each in (*instrument, *decided)}
    if Decision.FAIL in decisions:
        return Decision.FAIL
    if Decision.INCONCLUSIVE in decisions or not decided:
        return Decision.INCONCLUSIVE
    return Decision.PASS


def _no_family(kind: str, checkpoint: str, family: str, measure: str) -> RuleResult:
    return RuleResult(
        eval=f"{family}/*",
        checkpoint=checkpoint,
        measure=measure,
        rule=kind,
        decision=Decision.INCONCLUSIVE,
        reason=f"the logs hold no eval of family '{family}' among the policy's evals",
    )


def _refuse_unknown(case: Case) -> None:
    known = {*known_measures(), *case.subjects.scores}
    named = [rule.measure for _, rule in case.policy.rules()]
    named += [control.measure for control in case.policy.controls or ()]
    for name in named:
        if name not in known:
            raise BadInput(
                f"the policy names measure '{name}'; there are {', '.join(sorted(known))}"
            )
