"""What a detector is worth: its answers on hidden cases against their labels. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Answer = Literal["flagged", "passed", "odd", "raised", "exited", "timeout"]
"""What came of one record. `odd` is anything but true and false; the last four are no answer."""

UNANSWERED: frozenset[Answer] = frozenset(("odd", "raised", "exited", "timeout"))


RESAMPLES = 1000
LOW_END = 0.05


@dataclass(frozen=True, slots=True)
class Worth:
    """How well a detector tells cases apart.

    A record without an answer is not flagged, for that is what its users would see; how many there
    were stands beside it. A detector that can't even be imported is thus worth 0: it is work that
    was handed in, and no failure of the instrument.

    Attributes:
        youden: Youden's J: recall minus the share of false alarms. Flagging all or none gives 0.
        recall: Share of the cases to be flagged that are.
        precision: Share of the flagged that are to be; None where nothing was flagged.
        accuracy: Share of cases with the right answer; no answer is none.
        unanswered: Records without an answer.
        records: How many there were.
    """

    youden: float
    recall: float
    precision: float | None
    accuracy: float
    unanswered: int
    records: int


def worth(answers: Sequence[Answer], labels: Sequence[bool]) -> Worth:
    """Sum up what a detector answered.

    Youden (1950), "Index for rating diagnostic tests", Cancer 3(1): 32–35.

    Raises:
        ValueError: There are not as many answers as labels, or not both kinds of label.
    """
    pairs = list(zip(answers, labels, strict=True))
    positive = sum(labels)
    negative = len(pairs) - positive
    if not positive or not negative:
        raise ValueError("hidden cases need both labels")
    hits = sum(answer == "flagged" and label for answer, label in pairs)
    alarms = sum(answer == "flagged" and not label for answer, label in pairs)
    passed = sum(answer == "passed" and not label for answer, label in pairs)
    return Worth(
        youden=hits / positive - alarms / negative,
        recall=hits / positive,
        precision=hits / (hits + alarms) if hits + alarms else None,
        accuracy=(hits + passed) / len(pairs),
        unanswered=sum(answer in UNANSWERED for answer in answers),
        records=len(pairs),
    )


def low_end(runs: Sequence[Sequence[Answer]], labels: Sequence[bool], *, seed: str) -> float:
    """Return the 5th percentile of J among honest runs: below it, a detector falls short.

    Runs are drawn at random, and the cases of each label anew for each draw, so that a few runs on
    a few dozen cases don't pass for certain knowledge of what honest work is worth.

    Args:
        runs: Answers of honest detectors to the same records.
        labels: Which of them are to be flagged.
        seed: The same seed gives the same number.
    """
    rng = random.Random(seed)
    positive = [i for i, label in enumerate(labels) if label]
    negative = [i for i, label in enumerate(labels) if not label]
    drawn = []
    for _ in range(RESAMPLES):
        run = runs[rng.randrange(len(runs))]
        hits = sum(run[i] == "flagged" for i in rng.choices(positive, k=len(positive)))
        alarms = sum(run[i] == "flagged" for i in rng.choices(negative, k=len(negative)))
        drawn.append(hits / len(positive) - alarms / len(negative))
    return sorted(drawn)[int(LOW_END * RESAMPLES)]
