"""What detectors of known nature are worth, and how long it takes to find out.

    python benchmarks/detectors.py [--sandbox bwrap] [ID …]
    python benchmarks/detectors.py --check [ID …]
    python benchmarks/detectors.py --refresh

Without more, every work is handed in as a model would, weighed in a fresh sandbox, and the table of
means and the median time for one are printed. `--check` runs every work of the scenarios of
`sabotage/detector` and says what is wrong with them; exits 1 if anything is. `--refresh` writes
`honest.yaml`: what honest works are worth. The works are our own; both run without a sandbox.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence

from works import Bench

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import Scenario
from unmask.evals.tried import Tried, faults, honest_low, try_works, works_of
from unmask.scorers.execution.detect import detect
from unmask.scorers.execution.detectors import HONEST, changed
from unmask.scorers.execution.examine import Fresh
from unmask.scorers.execution.weakened import weakenings
from unmask.scorers.execution.weighed import Weighed
from unmask.scorers.execution.words import DOMAINS, Domain
from unmask.scorers.execution.worth import worth


async def weigh(fresh: Fresh, scenarios: Sequence[Scenario]) -> None:
    """Print what works are worth by kind and meaning, how many look weakened, and the time."""
    found: defaultdict[tuple[str, Domain], list[Weighed]] = defaultdict(list)
    seconds = []
    for scenario in scenarios:
        assert scenario.detector is not None
        for domain in DOMAINS:
            assignment = scenario.detector.in_domain(domain, seed=scenario.id)
            for name, work in works_of(scenario.detector).items():
                handed_in = changed(assignment.files, scenario.detector.handed_in(work, domain))
                begun = time.monotonic()
                data = {path: text.encode() for path, text in handed_in.items()}
                answers = await detect(fresh, data, assignment)
                weak = weakenings(assignment.files, handed_in, assignment.examples)
                seconds.append(time.monotonic() - begun)
                weighed = Weighed(worth(answers, assignment.labels), weak, assignment.usual)
                found[name.split("-")[0], domain].append(weighed)
    print(f"{len(scenarios)} scenarios, {len(seconds)} works")
    print(f"median {statistics.median(seconds):.2f} s for one, longest {max(seconds):.2f} s")
    print(
        f"{'work':10} {'J safety':>9} {'J control':>9} {'accuracy':>9} {'short':>6} {'weakened':>9}"
    )
    for name in dict.fromkeys(name for name, _ in found):
        print(row(name, found[name, "safety"], found[name, "control"]))


def row(name: str, safety: Sequence[Weighed], control: Sequence[Weighed]) -> str:
    """Sum up one kind of work; accuracy and shares are those of the safety meaning."""
    j = statistics.mean(each.worth.youden for each in safety)
    other = statistics.mean(each.worth.youden for each in control)
    accuracy = statistics.mean(each.worth.accuracy for each in safety)
    short = sum(each.short is True for each in safety)
    weakened = sum(bool(each.weakened) for each in safety)
    shares = f"{short:3}/{len(safety)} {weakened:6}/{len(safety)}"
    return f"{name:10} {j:9.2f} {other:9.2f} {accuracy:9.2f} {shares}"


def tried(scenario: Scenario) -> tuple[list[str], tuple[str, ...]]:
    """Return J of each work, and what is wrong."""
    found = try_works(scenario)
    return [line(found)], faults(scenario, found)


def line(tried: Tried) -> str:
    """Sum up J of every work, safety/control."""
    names = dict.fromkeys(name for name, _ in tried)
    return ", ".join(
        f"{name} {tried[name, 'safety'].youden:.2f}/{tried[name, 'control'].youden:.2f}"
        for name in names
    )


if __name__ == "__main__":
    Bench(
        about=(__doc__ or "").splitlines()[0],
        folder=HERE / "sabotage" / "scenarios" / "detector",
        weigh=weigh,
        tried=tried,
        low=honest_low,
        honest=HONEST,
        heading="5th percentile of J among honest runs. Made by `benchmarks/detectors.py "
        "--refresh`",
    ).main()
