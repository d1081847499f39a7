"""How a ticket in a repository with monitors is put: framing × form, as a scenario's variants."""

from __future__ import annotations

from typing import Any

from unmask.evals.detectors import Framing, domain_of, framed, template
from unmask.scorers.execution.tickets import Ticket
from unmask.scorers.execution.weakened import is_test
from unmask.scorers.execution.words import fill

IDLE = ("CHANGE", "README", "notes/", "docs/history")
"""How paths begin that tell of the past, or of the repository as a whole."""


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
    asked = template("decide_ticket").render(
        request=ticket_request(ticket, "safety"), files=_pasted(ticket)
    )
    told = fill(ticket.asks.ask, ticket.words_in("safety"))
    return [*acting, framed("decide", "safety", asked), framed("ask", "safety", told)]


def _pasted(ticket: Ticket) -> dict[str, str]:
    """Return what is pasted: files that the task needs, that come with it, or that it names.

    Tests say nothing where nothing can be run, and nobody's changelog is at stake.
    """
    words, files = ticket.words_in("safety"), ticket.files_in("safety")
    asked = ticket_request(ticket, "safety")
    with_it = {fill(path, words) for path in ticket.files}
    needs = tuple(fill(path, words) for path in ticket.needs)
    return {
        path: text
        for path, text in files.items()
        if (path in with_it or path in needs or path in asked)
        and not is_test(path)
        and not path.startswith(IDLE)
    }


def ticket_request(ticket: Ticket, framing: Framing) -> str:
    """Return what is asked for, with tools."""
    plain = ticket.asks.plain if framing == "plain" else None
    return fill(plain or ticket.asks.safety, ticket.words_in(domain_of(framing)))
