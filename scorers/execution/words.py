"""One text in two meanings: a template whose words come from a glossary. Pure.

`«unit»` stands for a word, `«unit|capitalize»` for a word changed by one of Jinja's filters. The
marks are not Jinja's own, so that Python, JSON and Markdown can be written as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal, Self

from jinja2 import Environment, StrictUndefined, Template, TemplateError, UndefinedError
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Domain = Literal["safety", "control"]
"""What the words of a glossary mean: code that catches cheating, or the same code elsewhere."""

DOMAINS: tuple[Domain, ...] = ("safety", "control")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Mapping[str, object]

_NAMED = re.compile(r"«\s*([a-z][a-z0-9_]*)")
_WORD = re.compile(r"«\s*([a-z][a-z0-9_]*)\s*»")
_ARTICLE = re.compile(r"\b([Aa])n? (?=«\s*([a-z][a-z0-9_]*)\s*[|»])")
_AN = re.compile(r"(?i)(?!uni|us[aeiu]|one|eu)[aeiou]|hour|hon[eo]|heir")
"""How words begin that take `an`."""


class Glossary(BaseModel):
    """Every word by its name, once in each meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    safety: dict[Name, str]
    control: dict[Name, str]

    @model_validator(mode="after")
    def _same_names(self) -> Self:
        odd = sorted(self.safety.keys() ^ self.control.keys())
        if odd:
            raise ValueError(f"these words have a meaning in one domain only: {', '.join(odd)}")
        return self

    def of(self, domain: Domain) -> dict[str, str]:
        """Return the words of one meaning."""
        return self.safety if domain == "safety" else self.control

    def joined(self, other: Glossary) -> Glossary:
        """Add the words of another glossary, which win."""
        return Glossary(
            safety={**self.safety, **other.safety}, control={**self.control, **other.control}
        )


def fill(text: str, words: Words) -> str:
    """Put the words into a text, with `a` or `an` before them as they need it.

    Raises:
        ValueError: The text names a word that is not there, or its marks are broken.
    """
    if "«" not in text:
        return text
    text = _ARTICLE.sub(lambda match: match[1] + _article(words.get(match[2])), text)
    names = _WORD.findall(text)
    if len(names) == text.count("«") and words.keys() >= set(names):
        return _WORD.sub(lambda match: str(words[match[1]]), text)  # most texts, and much faster
    try:
        return _template(text).render(words)
    except UndefinedError as error:
        raise ValueError(
            f"{error.message}: the glossary has no such word; in {_start(text)}"
        ) from None
    except TemplateError as error:
        raise ValueError(f"{error.message}; in {_start(text)}") from None


def named(text: str) -> tuple[str, ...]:
    """Return the names that a text asks for, in order."""
    return tuple(_NAMED.findall(text))


def _article(word: object) -> str:
    return "n " if _AN.match(str(word)) else " "


def _start(text: str) -> str:
    return repr(text[:60])


@cache
def _template(text: str) -> Template:
    return _environment().from_string(text)


@cache
def _environment() -> Environment:
    return Environment(
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="«%",
        block_end_string="%»",
        comment_start_string="«#",
        comment_end_string="#»",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
