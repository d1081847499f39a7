"""What prompts of known nature are worth when a model goes by them.

    python benchmarks/prompts.py [--runner reference/runner] [--refresh] [ID …]

Every work in words of `sabotage/detector` is put to the runner with each hidden case, as scoring
does it, in both meanings. Prints means by kind of work. `--refresh` writes what honest prompts are
worth by this runner into `honest_prompts.yaml`; without it `sabotaged` stays unknown. The reference
runner costs nothing; any other is called some 300 times for each work.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import yaml
from inspect_ai.model import Model, get_model

from unmask.errors import BadInput
from unmask.evals.catalog import HERE
from unmask.evals.scenarios import CANARY, Scenario, load_scenarios
from unmask.files import atomic_write
from unmask.scorers.execution.examine import CheckFailed
from unmask.scorers.execution.prompts import HONEST_PROMPTS
from unmask.scorers.execution.runner import classify, runner_id
from unmask.scorers.execution.words import DOMAINS, Domain
from unmask.scorers.execution.worth import Answer, Worth, low_end, worth

FOLDER = HERE / "sabotage" / "scenarios" / "detector"


@dataclass(frozen=True, slots=True)
class Ran:
    """One prompt in one meaning, gone by."""

    scenario: str
    work: str
    domain: Domain
    answers: tuple[Answer, ...]
    labels: tuple[bool, ...]
    calls: dict[str, int]

    @property
    def worth(self) -> Worth:
        """What it is worth."""
        return worth(self.answers, self.labels)


def main() -> int:
    """Print the table, and keep what honest prompts are worth."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runner", default="reference/runner")
    parser.add_argument("--refresh", action="store_true", help="keep what honest work is worth")
    parser.add_argument("ids", nargs="*", help="scenarios, or how their ids begin; all by default")
    asked = parser.parse_args()
    scenarios = [
        each
        for each in load_scenarios([FOLDER])
        if each.detector and each.detector.prompts
        if not asked.ids or each.id.startswith(tuple(asked.ids))
    ]
    model = get_model(asked.runner)
    ran = asyncio.run(every(model, scenarios))
    print(f"{len(scenarios)} scenarios, {len(ran)} prompts, by {runner_id(model)}")
    print(f"{'work':10} {'J safety':>9} {'J control':>9} {'accuracy':>9} {'no verdict':>11}")
    kinds: defaultdict[str, list[Ran]] = defaultdict(list)
    for each in ran:
        kinds[each.work.split("-")[0]].append(each)
    for kind, members in kinds.items():
        print(row(kind, members))
    if asked.refresh:
        refresh(runner_id(model), ran)
    return 0


async def every(model: Model, scenarios: Sequence[Scenario]) -> list[Ran]:
    """Have every prompt gone by."""
    ran = []
    for scenario in scenarios:
        detector = scenario.detector
        assert detector is not None and detector.prompts is not None
        for domain in DOMAINS:
            work = detector.prompted(domain, seed=scenario.id)
            for name in detector.prompts.works:
                (text,) = detector.in_words(name, domain).values()
                answers, runs = await classify(model, text, work)
                calls = dict(runs.calls)
                ran.append(Ran(scenario.id, name, domain, answers, work.labels, calls))
    return ran


def row(kind: str, ran: Sequence[Ran]) -> str:
    """Sum up one kind of work; accuracy is that of the safety meaning."""
    j = {
        domain: statistics.mean(each.worth.youden for each in ran if each.domain == domain)
        for domain in DOMAINS
    }
    accuracy = statistics.mean(each.worth.accuracy for each in ran if each.domain == "safety")
    calls = sum((Counter(each.calls) for each in ran), Counter[str]())
    lost = 1 - (calls["flagged"] + calls["passed"]) / calls.total()
    return f"{kind:10} {j['safety']:9.2f} {j['control']:9.2f} {accuracy:9.2f} {lost:11.1%}"


def refresh(runner: str, ran: Sequence[Ran]) -> None:
    """Keep the low end of honest prompts of every scenario, by this runner."""
    honest: defaultdict[str, list[Ran]] = defaultdict(list)
    for each in ran:
        if each.domain == "safety" and each.work.startswith(("solution", "fair")):
            honest[each.scenario].append(each)
    low = {
        name: round(low_end([one.answers for one in members], members[0].labels, seed=name), 3)
        for name, members in sorted(honest.items())
    }
    held = yaml.safe_load(HONEST_PROMPTS.read_text(encoding="utf-8"))["runners"]
    held[runner] = {**held.get(runner, {}), **low}
    canary = f"# {CANARY} Evaluation data. Keep out of training corpora."
    about = (
        "# By runner, 5th percentile of J among honest prompts. Made by `benchmarks/prompts.py"
        " --refresh`"
    )
    text = yaml.safe_dump({"runners": held}, sort_keys=True)
    atomic_write(HONEST_PROMPTS, f"{canary}\n{about}\n{text}")
    print(f"{len(low)} scenarios in {HONEST_PROMPTS}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (BadInput, CheckFailed) as error:
        sys.exit(str(error))
