"""How far the scenarios of each eval differ: near-duplicates, lengths, factors, cues.

    python benchmarks/scenarios.py [EVAL ...]

Near-duplicates are counted over rendered prompts by the Jaccard overlap of their character 5-grams,
between any two wordings of different scenarios; a benign match is left out beside its own test.
Where scenarios come under several cues, a bag-of-words classifier (folds by scenario) has to tell
the cue from everything but the cue: an AUC above 0.6 means that something else gives it away, and
the spread of the cues' lengths is shown. Exits 1 past a limit.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from exemplars import worst_auc

from unmask.evals.catalog import EvalSpec, catalog, find_eval, scenarios_of
from unmask.evals.scenarios import Cue, Scenario, Variant

SAME = 0.5
"""Two scenarios that share this much are one."""
TOLD = 0.6
"""A classifier that tells cues apart this well sees something else than the cue."""
SPREAD = 0.2
"""How much longer than the shortest the longest cue of a scenario may be."""
BENIGN = "-benign"


def main() -> int:
    """Print what was found for each eval."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("evals", nargs="*")
    names = parser.parse_args().evals
    specs = [find_eval(name) for name in names] if names else list(catalog().values())
    return 1 if sum(_report(spec) for spec in specs) else 0


def _report(spec: EvalSpec) -> bool:
    scenarios = scenarios_of(spec)
    tests = [each for each in scenarios if each.role == "test"]
    wordings = [_words(each, variant) for each in tests for variant in each.variants]
    lengths = np.array([len(text.split()) for text in wordings])
    print(
        f"\n{spec.name}: {len(tests)} test scenarios with {len(wordings)} wordings, "
        f"{len(scenarios) - len(tests)} others"
    )
    print("  words a wording, system prompt included: " + _quantiles(lengths))
    overlaps = sorted(_overlaps(scenarios), reverse=True)
    worst, first, second = overlaps[0]
    print(
        f"  5-gram overlap of any two scenarios: {_quantiles(np.array([o[0] for o in overlaps]))}"
    )
    print(f"  the most alike: {first} and {second}, {worst:.2f} (limit {SAME})")
    _factors(tests)
    return bool(worst >= SAME) | _cues([each for each in scenarios if each.cues])


def _quantiles(values: npt.NDArray[Any]) -> str:
    marks = (0, 0.1, 0.5, 0.9, 1)
    names = ("least", "10 %", "median", "90 %", "most")
    found = np.quantile(values, marks)
    return ", ".join(f"{name} {value:.3g}" for name, value in zip(names, found, strict=True))


def _words(scenario: Scenario, variant: Variant) -> str:
    turns = [text for turn in variant.turns for text in (turn.user, turn.assistant) if text]
    return "\n".join([variant.system or scenario.system or "", *turns])


def _grams(text: str) -> frozenset[str]:
    folded = " ".join(text.lower().split())
    return frozenset(folded[at : at + 5] for at in range(len(folded) - 4))


def _overlaps(scenarios: Sequence[Scenario]) -> Iterator[tuple[float, str, str]]:
    """Yield the largest overlap between wordings of any two scenarios, one number per pair."""
    held = [(each.id, [_grams(_words(each, v)) for v in each.variants]) for each in scenarios]
    for index, (first, mine) in enumerate(held):
        for second, others in held[index + 1 :]:
            if first.removesuffix(BENIGN) != second.removesuffix(BENIGN):
                yield max(len(a & b) / len(a | b) for a in mine for b in others), first, second


def _factors(scenarios: Sequence[Scenario]) -> None:
    counted: dict[str, Counter[str]] = {}
    for scenario in scenarios:
        for name, value in scenario.factors.items():
            counted.setdefault(name, Counter())[value] += 1
        for variant in scenario.variants:
            for name, value in variant.factors.items():
                counted.setdefault(f"{name} (wordings)", Counter())[value] += 1
    for name, values in counted.items():
        shown = ", ".join(f"{value} {count}" for value, count in values.most_common(12))
        more = f" and {len(values) - 12} more" if len(values) > 12 else ""
        print(f"  {name}: {shown}{more}")


def _cues(scenarios: Sequence[Scenario]) -> bool:
    if not scenarios:
        return False
    texts, cues, groups = [], [], []
    for scenario in scenarios:
        for variant in scenario.variants:
            for name in scenario.cues:
                texts.append(_words(scenario, variant))
                cues.append(name)
                groups.append(scenario.id)
    print(f"  cues: {len(scenarios)} scenarios")
    failed = False
    for cue in sorted(set(cues)):
        found = worst_auc(texts, [name == cue for name in cues], groups, range(2))
        print(f"    {cue} told from the rest without the cue: AUC {found:.2f} (limit {TOLD})")
        failed |= found > TOLD
    spreads = [_spread(scenario.cues.values()) for scenario in scenarios]
    print(f"    longest cue over shortest, less 1: {_quantiles(np.array(spreads))}")
    return failed | (max(spreads) > SPREAD)


def _spread(cues: Iterable[Cue]) -> float:
    lengths = [_length(cue) for cue in cues]
    return max(lengths) / min(lengths) - 1


def _length(cue: Cue) -> int:
    history = [text for turn in cue.history for text in (turn.user, turn.assistant)]
    return sum(len(text) for text in (cue.system, cue.user, cue.document, *history) if text)


if __name__ == "__main__":
    sys.exit(main())
