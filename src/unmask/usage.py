"""What a call took, and whether another sample fits into a budget. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inspect_ai.model import ChatMessage, ModelOutput, ModelUsage

from unmask.battery import Battery, Budget, ModelSpec, Prices
from unmask.errors import BadInput
from unmask.estimate import Estimate

CHARACTERS = 4
"""Of one token, where nobody counted them."""

FREE = "reference/"
"""Models of this kind run in this process and cost nothing."""


USED_UP = "the budget allows no more"


@dataclass(frozen=True, slots=True)
class Use:
    """Calls, tokens and dollars of a sample, or of several."""

    calls: float = 0.0
    tokens: float = 0.0
    dollars: float = 0.0

    def __add__(self, other: Use) -> Use:
        """Both together."""
        return Use(
            self.calls + other.calls, self.tokens + other.tokens, self.dollars + other.dollars
        )

    def share(self, parts: int) -> Use:
        """One of so many equal parts."""
        return Use(self.calls / parts, self.tokens / parts, self.dollars / parts)

    def beyond(self, other: Use) -> Use:
        """What of this is more than the other."""
        return Use(
            max(0.0, self.calls - other.calls),
            max(0.0, self.tokens - other.tokens),
            max(0.0, self.dollars - other.dollars),
        )


def fits(budget: Budget, spent: Use, under_way: Iterable[Use], mean: Use) -> bool:
    """Whether another sample fits into what is left, with all that are under way finished.

    Args:
        budget: The caps.
        spent: What was spent so far.
        under_way: What of it each sample under way has taken.
        mean: What a sample takes as a whole, going by those that are finished.
    """
    if budget == Budget():  # asked for each sample, with a hundred of them under way
        return True
    owed = sum((mean.beyond(used) for used in under_way), mean)
    whole = spent + owed
    caps = ((budget.calls, whole.calls), (budget.tokens, whole.tokens), (budget.usd, whole.dollars))
    return all(cap is None or used <= cap for cap, used in caps)


def per_sample(expected: Estimate) -> Use:
    """What a sample is expected to take, going by an estimate of many."""
    return Use(
        expected.model_calls + expected.judge_calls + expected.runner_calls,
        expected.model_tokens + expected.judge_tokens + expected.runner_tokens,
        expected.dollars or 0.0,
    ).share(max(1, expected.samples))


def tokens_of(output: ModelOutput, asked: Sequence[ChatMessage]) -> ModelUsage:
    """Return the usage of a call; by the length of the texts where the provider gives none."""
    return output.usage or ModelUsage(
        input_tokens=unanswered(asked).input_tokens,
        output_tokens=len(output.completion) // CHARACTERS,
    )


def unanswered(asked: Sequence[ChatMessage]) -> ModelUsage:
    """Estimate what a call took that was cut off before its answer: what it asked."""
    return ModelUsage(input_tokens=sum(len(message.text) for message in asked) // CHARACTERS)


def count(usage: ModelUsage) -> int:
    """Count tokens in and out, those of a cache too."""
    cached = (usage.input_tokens_cache_read or 0) + (usage.input_tokens_cache_write or 0)
    return usage.input_tokens + cached + usage.output_tokens


def price(usage: ModelUsage, spec: ModelSpec) -> float | None:
    """Price a call in US dollars; None where no price is known."""
    if spec.model.startswith(FREE):
        return 0.0
    if spec.prices is None:
        return None
    per_million: Prices = spec.prices
    read = per_million.input if per_million.cache_read is None else per_million.cache_read
    write = per_million.input if per_million.cache_write is None else per_million.cache_write
    return (
        usage.input_tokens * per_million.input
        + usage.output_tokens * per_million.output
        + (usage.input_tokens_cache_read or 0) * read
        + (usage.input_tokens_cache_write or 0) * write
    ) / 1e6


def check_prices(battery: Battery) -> None:
    """Refuse a cap on money where what a call costs is not known.

    Raises:
        BadInput: A model has no price.
    """
    if battery.budget.usd is None:
        return
    unknown = dict.fromkeys(
        spec.model
        for spec in battery.models
        if spec.prices is None and not spec.model.startswith(FREE)
    )
    if unknown:
        raise BadInput(
            f"a cap of ${battery.budget.usd:,.2f} needs the price of every model, and "
            f"{', '.join(unknown)} has none: give `prices: {{input: …, output: …}}`, in US dollars "
            "per million tokens (0 for one of your own), with the checkpoint, in `defaults` or "
            "with the grader or runner of the battery file; or cap --max-tokens or --max-calls"
        )
