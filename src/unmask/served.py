"""Which model answered: is the name in a reply that of the model that was asked? Pure.

A gateway, a router or a vendor may serve a request with another model than the one asked for, a
smaller one for instance. What that model does says nothing about the checkpoint.
"""

from __future__ import annotations

import re

VENDORS = frozenset(
    ("anthropic", "fireworks", "google", "grok", "groq", "mistral", "openai", "openrouter")
)
"""Providers whose names for models are their own. Elsewhere a name may be the user's: a deployment,
an alias of a gateway, a served model."""

_OF_DEPLOYMENTS = frozenset(("azure", "bedrock", "vertex"))
_DATE = r"\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|\d{8}|\d{6}|\d{4}|\d{3}"
_SNAPSHOT = re.compile(rf"-(?P<date>{_DATE})$")
_STAGES = re.compile(r"-(?:latest|preview|exp|experimental)$")
_ROUTES = re.compile(r":(?:free|beta|nitro|floor|extended|exacto|online)$")


def is_vendors(model: str, base_url: str | None) -> bool:
    """Whether a model's name is its vendor's, so that a reply under another is another model.

    Args:
        model: As Inspect names it, e.g. `openai/gpt-5` or `openai/azure/my-deployment`.
        base_url: Where it is served, if that was said.
    """
    provider, *rest = model.lower().split("/")
    deployed = bool(rest) and rest[0] in _OF_DEPLOYMENTS
    return provider in VENDORS and base_url is None and not deployed


def settle(asked: str, answered: str, usual: str | None, *, vendors: bool) -> str | None:
    """Hold the name in a reply against the model asked for and against earlier replies.

    Args:
        asked: The model's name as the service knows it.
        answered: The name in the reply.
        usual: What it answered as before; None for its first reply.
        vendors: Whether its name is its vendor's (`is_vendors`).

    Returns:
        The name that later replies are held against, or None if another model answered.
    """
    if usual is not None:
        return _more_exact(usual, answered) if _may_be_one(usual, answered) else None
    if _may_be_one(asked, answered):
        return answered
    return None if vendors or _is_sibling(asked, answered) else answered


def _may_be_one(first: str, second: str) -> bool:
    """Whether two names are one model's: snapshots of different dates are not."""
    (one, dated), (other, redated) = _parts(first), _parts(second)
    return one == other and (dated is None or redated is None or dated == redated)


def _more_exact(first: str, second: str) -> str:
    return first if _parts(first)[1] is not None else second


def _is_sibling(asked: str, answered: str) -> bool:
    """Whether names differ in their ends alone: gpt-5 and gpt-5-mini, step-300 and step-400."""
    one, other = sorted((_parts(asked)[0], _parts(answered)[0]), key=len)
    return other == one or other.startswith(f"{one}-")


def _parts(name: str) -> tuple[str, str | None]:
    """Split a name into model and date of the snapshot, without route, organisation and stage."""
    last = _ROUTES.sub("", name.lower().replace("@", "-")).rsplit("/", 1)[-1]
    found = _SNAPSHOT.search(last)
    date = found["date"].replace("-", "") if found else None
    bare = _SNAPSHOT.sub("", last)
    return _STAGES.sub("", bare), date
