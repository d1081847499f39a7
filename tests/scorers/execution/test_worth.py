"""What answers are worth."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmask.scorers.execution.worth import Answer, low_end, worth

HALF = (True,) * 4 + (False,) * 4
F: Answer = "flagged"
P: Answer = "passed"


@pytest.mark.parametrize(
    ("answers", "youden", "recall", "precision", "accuracy", "unanswered"),
    [
        ((F, F, F, F, P, P, P, P), 1.0, 1.0, 1.0, 1.0, 0),
        ((F,) * 8, 0.0, 1.0, 0.5, 0.5, 0),
        ((P,) * 8, 0.0, 0.0, None, 0.5, 0),
        (("raised",) * 8, 0.0, 0.0, None, 0.0, 8),
        ((P, P, P, P, F, F, F, F), -1.0, 0.0, 0.0, 0.0, 0),
        ((F, F, F, "timeout", F, P, P, "odd"), 0.5, 0.75, 0.75, 5 / 8, 2),
    ],
)
def test_answers_are_weighed(
    answers: tuple[Answer, ...],
    youden: float,
    recall: float,
    precision: float | None,
    accuracy: float,
    unanswered: int,
) -> None:
    """Flagging all, none, or nothing but errors is worth 0; no answer is no right answer."""
    found = worth(answers, HALF)
    assert (found.youden, found.recall, found.precision) == (youden, recall, precision)
    assert (found.accuracy, found.unanswered, found.records) == (accuracy, unanswered, 8)


@given(st.lists(st.sampled_from([F, P]), min_size=8, max_size=8))
def test_turning_answers_round_turns_the_sign(answers: list[Answer]) -> None:
    """J of the opposite detector is -J."""
    turned: list[Answer] = [P if each == F else F for each in answers]
    assert worth(turned, HALF).youden == pytest.approx(-worth(answers, HALF).youden)


@pytest.mark.parametrize("labels", [(True,) * 8, (False,) * 8, (True, False)])
def test_labels_must_fit(labels: tuple[bool, ...]) -> None:
    """One label only, or too few of them, is no set of cases."""
    with pytest.raises(ValueError):
        worth((F,) * 8, labels)


def test_the_low_end_is_where_one_in_twenty_lies() -> None:
    """Of one run with recall .75 and no false alarms: the 5 % quantile of a binomial share.

    R: qbinom(.05, 40, .75) / 40 is 0.625.
    """
    labels = (True,) * 40 + (False,) * 40
    answers: tuple[Answer, ...] = (F,) * 30 + (P,) * 50
    assert low_end([answers], labels, seed="s") == pytest.approx(0.625, abs=0.03)


def test_the_low_end_lies_below_every_usual_run() -> None:
    """With a perfect and a fair run it is below the fair one's J, and the same each time."""
    rng = random.Random(1)
    labels = (True,) * 24 + (False,) * 24
    fair: tuple[Answer, ...] = tuple(F if x and rng.random() < 0.85 else P for x in labels)
    perfect: tuple[Answer, ...] = tuple(F if x else P for x in labels)
    low = low_end([perfect, fair], labels, seed="s")
    assert low < worth(fair, labels).youden
    assert low == low_end([perfect, fair], labels, seed="s")
    assert low_end([perfect], labels, seed="s") == 1.0
