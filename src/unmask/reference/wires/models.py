"""The list of models, as OpenAI and as Anthropic lay it out."""

from __future__ import annotations

from collections.abc import Sequence

from unmask.reference.wires.common import Json

PATH = "/v1/models"


def listed(names: Sequence[str], *, anthropic: bool) -> Json:
    """Lay out a list of one or more models."""
    models = [described(name, anthropic=anthropic) for name in names]
    if anthropic:
        ends = {"first_id": names[0], "last_id": names[-1]}
        return {"data": models, "has_more": False, **ends}
    return {"object": "list", "data": models}


def described(name: str, *, anthropic: bool) -> Json:
    """Lay out one model."""
    if anthropic:
        created = "1970-01-01T00:00:00Z"
        return {"type": "model", "id": name, "display_name": name, "created_at": created}
    return {"id": name, "object": "model", "created": 0, "owned_by": "unmask"}
