"""The report's templates: every value is escaped, and what cannot be seen is shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from unmask.results.report import words

HERE = Path(__file__).parent


def render(name: str, **values: Any) -> Markup:
    """Render an HTML template of this folder.

    Strings among the values are text, whoever wrote them, and come out escaped; only `Markup` from
    another template or chart is taken as HTML.
    """
    return Markup(_environment().get_template(name).render(**values))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals["words"] = words
    return environment


def _shown(value: Any) -> Any:
    return (
        words.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
    )
