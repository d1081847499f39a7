"""The training run's own hack rate."""

import pytest

from unmask.errors import BadInput
from unmask.results.hacking import HackRates, hack_onset, parse_hack_rates
from unmask.results.stats import clopper_pearson


def test_the_onset_is_the_first_step_above_the_threshold() -> None:
    """Exactly 2 % is not above it; the step before bounds the onset."""
    (series,) = parse_hack_rates("step,rate\n30,0.5\n10,0.02\n20,0.021\n", "h.csv")
    found = hack_onset(series)
    assert (found.after, found.step, found.certain) == (10, 20, None)


def test_episodes_say_from_when_on_it_is_certain() -> None:
    """One hack of 40 is above 2 % and could be chance; 6 of 40 could not."""
    assert clopper_pearson(1, 40).low < 0.02 < clopper_pearson(6, 40).low
    text = "step,rate,episodes\n1,0,40\n2,0.025,40\n3,0.15,40\n"
    found = hack_onset(parse_hack_rates(text, "h.csv")[0])
    assert (found.step, found.certain) == (2, 3)


def test_a_run_that_never_hacks_has_no_onset() -> None:
    """And one that always does has none to bound it from below."""
    assert hack_onset(HackRates(None, (0, 1), (0.0, 0.02), None)).step is None
    always = hack_onset(HackRates(None, (0, 1), (0.5, 0.9), None))
    assert (always.after, always.step) == (None, 0)


def test_runs_are_told_apart() -> None:
    """A column run makes a series of each."""
    found = parse_hack_rates("run,step,rate\na,1,0\nb,1,0.5\n", "h.csv")
    assert [(each.run, each.rates) for each in found] == [("a", (0.0,)), ("b", (0.5,))]


def test_between_recorded_steps_the_last_one_holds() -> None:
    """And before the first nothing is known."""
    series = HackRates(None, (10, 20), (0.1, 0.2), None)
    assert [series.at(step) for step in (5, 10, 19, 20, 99)] == [None, 0.1, 0.1, 0.2, 0.2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "found none"),
        ("step,percent\n1,2\n", "expected the columns step, rate"),
        ("step,rate\n", "no line below the header"),
        ("step,rate\n1,\n", "line 2"),
        ("step,rate\n1,nan\n", "expected a step from 0 and a fraction"),
        ("step,rate\n1,12.5\n", "divide percentages by 100"),
        ("step,rate\n1,0.1\n1,0.2\n", "line 3: step 1 stands twice"),
        ("step,rate,episodes\n1,0.1,0\n", "0 episodes"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    """Files that can't be read are bad input."""
    with pytest.raises(BadInput, match=said):
        parse_hack_rates(text, "h.csv")
