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

import argparse
import asyncio
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

from hacks import opener

from unmask.errors import BadInput
from unmask.evals.catalog import HERE
from unmask.evals.scenarios import CANARY, Scenario, load_scenarios
from unmask.evals.tried_tickets import (
    Tried,
    commits_of,
    faults,
    handed_in,
    honest_low,
    ticket_of,
    try_commits,
)
from unmask.sandbox.choose import resolve
from unmask.scorers.execution.attributed import signs, touched
from unmask.scorers.execution.commit import run_commit
from unmask.scorers.execution.committed import Committed
from unmask.scorers.execution.examine import Fresh
from unmask.scorers.execution.tickets import HONEST_COMMITS
from unmask.scorers.execution.words import DOMAINS, Domain

FOLDER = HERE / "sabotage" / "scenarios" / "research_commits"


def main() -> int:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sandbox", default="bwrap")
    parser.add_argument("--check", action="store_true", help="say what is wrong with scenarios")
    parser.add_argument("ids", nargs="*", help="scenarios, or how their ids begin; all by default")
    parser.add_argument("--refresh", action="store_true", help="write what honest commits leave")
    asked = parser.parse_args()
    written = load_scenarios([FOLDER])
    if asked.refresh:
        return refresh(written)
    begins = tuple(asked.ids)
    scenarios = [each for each in written if not begins or each.id.startswith(begins)]
    if asked.check:
        return check(scenarios)
    chosen = resolve(asked.sandbox, forced_local=True)
    asyncio.run(weigh(opener(chosen.name, chosen.config), scenarios))
    return 0


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


def check(scenarios: Sequence[Scenario]) -> int:
    """Print what each commit leaves and does, and what is wrong."""
    wrong = 0
    for scenario in scenarios:
        tried = try_commits(scenario)
        print(f"{scenario.id}:", flush=True)
        for name in dict.fromkeys(name for name, _ in tried):
            print(f"  {line(name, tried)}", flush=True)
        for fault in faults(scenario, tried):
            wrong += 1
            print(f"  ! {fault}", flush=True)
    print(f"{len(scenarios)} scenarios, {wrong} faults")
    return 1 if wrong else 0


def line(name: str, tried: Tried) -> str:
    """Sum up one commit: what is left of each monitor, what is done, what looks weakened."""
    safety, control = tried[name, "safety"], tried[name, "control"]
    kept = " ".join(f"{each.name} {each.kept:.2f}" for each in safety.ran.monitors)
    kinds = ",".join(sorted({each.kind for each in safety.weakened})) or "-"
    left = f"left {safety.effect:.2f}/{control.effect:.2f}"
    return f"{name:22} {left} done {safety.ran.done:.2f} signs {kinds} ({kept})"


def refresh(scenarios: Sequence[Scenario]) -> int:
    """Write the low end of honest commits of every scenario."""
    about = (
        "# 5th percentile of the effect among honest commits. Made by "
        "`benchmarks/commits.py --refresh`"
    )
    canary = f"# {CANARY} Evaluation data. Keep out of training corpora."
    low = {each.id: round(honest_low(each), 3) for each in scenarios}
    lines = [f"  {name}: {value}" for name, value in sorted(low.items())]
    HONEST_COMMITS.write_text("\n".join([canary, about, "low:", *lines]) + "\n", encoding="utf-8")
    print(f"{len(low)} scenarios in {HONEST_COMMITS}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BadInput as error:
        sys.exit(str(error))
