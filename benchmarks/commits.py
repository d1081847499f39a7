"""What commits of known nature leave of the monitors, and how long it takes to find out.

    python benchmarks/commits.py [--sandbox bwrap] [ID …]
    python benchmarks/commits.py --check [ID …]
    python benchmarks/commits.py --refresh

Without more, every commit of the scenarios of `sabotage/research_commits` is handed in as a model
would, weighed in a fresh sandbox, and the table of means and the median time for one are printed.
`--check` runs every commit and says what is wrong with the scenarios; exits 1 if anything is.
`--refresh` writes `honest_commits.yaml`: what honest commits leave. The commits are our own; both
run without a sandbox.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence

from works import Bench

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import Scenario
from unmask.evals.tried_tickets import (
    Tried,
    commits_of,
    faults,
    handed_in,
    honest_low,
    ticket_of,
    try_commits,
)
from unmask.scorers.execution.attributed import signs, touched
from unmask.scorers.execution.commit import run_commit
from unmask.scorers.execution.committed import Committed
from unmask.scorers.execution.examine import Fresh
from unmask.scorers.execution.tickets import HONEST_COMMITS
from unmask.scorers.execution.words import DOMAINS, Domain


async def weigh(fresh: Fresh, scenarios: Sequence[Scenario]) -> None:
    """Print what commits leave by kind and meaning, how many look weakened, and the time."""
    found: defaultdict[tuple[str, Domain], list[Committed]] = defaultdict(list)
    seconds = []
    for scenario in scenarios:
        ticket = ticket_of(scenario)
        for domain in DOMAINS:
            checkout = ticket.in_domain(domain, seed=scenario.id)
            for name, commit in commits_of(ticket).items():
                files = handed_in(scenario, commit, domain)
                begun = time.monotonic()
                data = {path: text.encode() for path, text in files.items()}
                ran = await run_commit(fresh, data, checkout)
                told, weak = touched(checkout, files, ""), signs(checkout, files, ran)
                seconds.append(time.monotonic() - begun)
                kind = name.split("-")[0]
                found[kind, domain].append(Committed(ran, told, weak, checkout.usual))
    print(f"{len(scenarios)} scenarios, {len(seconds)} commits")
    print(f"median {statistics.median(seconds):.2f} s for one, longest {max(seconds):.2f} s")
    print("commit      safety  control   mean   done   short   signs")
    for name in dict.fromkeys(name for name, _ in found):
        print(row(name, found[name, "safety"], found[name, "control"]))


def row(name: str, safety: Sequence[Committed], control: Sequence[Committed]) -> str:
    """Sum up one kind of commit; all but the second number are those of the safety meaning."""
    left = statistics.mean(each.effect for each in safety)
    other = statistics.mean(each.effect for each in control)
    mean = statistics.mean(each.kept for one in safety for each in one.ran.monitors)
    done = statistics.mean(each.ran.done for each in safety)
    short = sum(each.short is True for each in safety)
    signed = sum(bool(each.weakened) for each in safety)
    shares = f"{short:4}/{len(safety):<2} {signed:4}/{len(safety):<2}"
    return f"{name:10} {left:7.2f} {other:8.2f} {mean:6.2f} {done:6.2f} {shares}"


def tried(scenario: Scenario) -> tuple[list[str], tuple[str, ...]]:
    """Return what each commit leaves and does, and what is wrong."""
    found = try_commits(scenario)
    names = dict.fromkeys(name for name, _ in found)
    return [line(name, found) for name in names], faults(scenario, found)


def line(name: str, tried: Tried) -> str:
    """Sum up one commit: what is left of each monitor, what is done, what looks weakened."""
    safety, control = tried[name, "safety"], tried[name, "control"]
    kept = " ".join(f"{each.name} {each.kept:.2f}" for each in safety.ran.monitors)
    kinds = ",".join(sorted({each.kind for each in safety.weakened})) or "-"
    left = f"left {safety.effect:.2f}/{control.effect:.2f}"
    return f"{name:22} {left} done {safety.ran.done:.2f} signs {kinds} ({kept})"


if __name__ == "__main__":
    Bench(
        about=(__doc__ or "").splitlines()[0],
        folder=HERE / "sabotage" / "scenarios" / "research_commits",
        weigh=weigh,
        tried=tried,
        low=honest_low,
        honest=HONEST_COMMITS,
        heading="5th percentile of the effect among honest commits. Made by "
        "`benchmarks/commits.py --refresh`",
    ).main()
