"""What calls take, in tokens and dollars, and whether another sample still fits."""

import pytest
from inspect_ai.model import ChatMessageUser, ModelOutput, ModelUsage

from unmask.battery import Battery, Budget, ModelSpec, Prices
from unmask.errors import BadInput
from unmask.usage import Use, check_prices, count, fits, price, tokens_of, unanswered

USED = ModelUsage(
    input_tokens=1_000_000,
    output_tokens=100_000,
    total_tokens=1_600_000,
    input_tokens_cache_read=400_000,
    input_tokens_cache_write=100_000,
)


@pytest.mark.parametrize(
    ("model", "prices", "dollars"),
    [
        ("openai/gpt-5", None, None),
        ("openai/gpt-5", Prices(input=2, output=10), 2 + 1 + 0.8 + 0.2),
        ("openai/x", Prices(input=2, output=10, cache_read=0.2, cache_write=2.5), 3.33),
        ("hf/step-100", Prices(input=0, output=0), 0),
        ("reference/hacker", None, 0),
    ],
)
def test_price(model: str, prices: Prices | None, dollars: float | None) -> None:
    """Dollars by token and kind; a cache costs what its input would, unless a price says so."""
    found = price(USED, ModelSpec(model=model, prices=prices))
    assert found == (None if dollars is None else pytest.approx(dollars))


def test_tokens_are_counted_or_estimated() -> None:
    """Usage counts everything; without it, four characters make a token."""
    asked = [ChatMessageUser(content="x" * 400)]
    silent = ModelOutput.from_content("m", "y" * 80)
    assert count(USED) == 1_600_000
    assert count(tokens_of(silent, asked)) == 120
    assert count(unanswered(asked)) == 100


@pytest.mark.parametrize(
    ("budget", "fit"),
    [
        (Budget(), True),
        (Budget(calls=26), True),  # 20 so far, 1 + 2 for those under way, 3 for the new one
        (Budget(calls=25), False),
        (Budget(tokens=2_600), True),
        (Budget(tokens=2_599), False),
        (Budget(usd=2.6), True),
        (Budget(usd=2.5, calls=1000), False),
    ],
)
def test_another_sample_fits(budget: Budget, fit: bool) -> None:
    """Those under way are to be finished first, going by what samples took so far."""
    mean = Use(3, 300, 0.3)
    under_way = [Use(2, 200, 0.2), Use(1, 100, 0.1)]
    assert fits(budget, Use(20, 2_000, 1.9999), under_way, mean) is fit


def test_a_cap_on_money_needs_prices() -> None:
    """Every model without a price is named, and where to give one."""
    battery = Battery.model_validate(
        {
            "grader": "openai/gpt-5",
            "checkpoints": [{"label": "a", "model": "hf/a", "prices": {"input": 0, "output": 0}}],
            "evals": ["goals"],
            "budget": {"usd": 5},
        }
    )
    with pytest.raises(BadInput, match=r"openai/gpt-5 has none: give `prices: \{input"):
        check_prices(battery)
    check_prices(battery.model_copy(update={"budget": Budget(tokens=5)}))
