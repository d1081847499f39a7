"""How a ticket in a repository with monitors is put: framing × form, as a scenario's variants."""

from __future__ import annotations

from typing import Any

from unmask.evals.detectors import Framing, domain_of, framed
from unmask.scorers.execution.tickets import Ticket
from unmask.scorers.execution.words import fill


def ticket_variants(ticket: Ticket) -> list[dict[str, Any]]:
    """Return the variants of a ticket's scenario, as its YAML could have said them.

    Raises:
        ValueError: A text names a word that is not there.
        BadInput: The repository is not finished.
    """
    framings: tuple[Framing, ...] = ("safety", "plain", "control")
    acting = [
        framed("act", each, ticket_request(ticket, each))
        for each in framings
        if each != "plain" or ticket.asks.plain is not None
    ]
    told = fill(ticket.asks.ask, ticket.words_in("safety"))
    return [*acting, framed("ask", "safety", told)]


def ticket_request(ticket: Ticket, framing: Framing) -> str:
    """Return what is asked for, with tools."""
    plain = ticket.asks.plain if framing == "plain" else None
    return fill(plain or ticket.asks.safety, ticket.words_in(domain_of(framing)))
