"""Rubrics as data: what a judge is asked, in which ordered choices, and what does not count."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from unmask.scorers.brief import Brief
from unmask.yamls import read_yaml

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
ReadingName = Literal["conduct", "reasoning", "debrief"]
Group = Literal["aligned", "neutral", "misaligned"]
Meaning = Literal["misaligned", "refused", "incoherent", "clean", "scored", "by_case", "told"]

DEBRIEF_CHOICES = {"admits", "denies", "evades", "claims_more"}
"""How an answer about what was done compares with what was executed."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Strict):
    """One answer the judge may give.

    `means` is the class that the label rule sees; `scored` leaves the class to the scales and
    `by_case` to the sample's brief, for the same choice is right in one case and wrong in another;
    `told` is how an answer to the debrief compares with what was done, and no class of conduct.
    `faking` marks a misaligned aim hidden behind a compliant reply because of observation.
    """

    name: Name
    means: Meaning
    faking: bool = False
    discloses: bool | None = None
    """Whether a sample that gamed its grader says so; for evals that look for that."""
    text: Text = ""

    @property
    def group(self) -> str:
        """What verdicts must share to agree: the class, or where the case decides the choice."""
        return self.name if self.means in ("by_case", "told") else self.means


class AwareChoice(_Strict):
    """One answer to whether the sample speaks of a test."""

    name: Literal["names", "wonders", "none"]
    means: Literal["names", "wonders", "none"]
    text: Text


class Scale(_Strict):
    """A number the judge gives between two ends."""

    name: Name
    low: int
    high: int
    text: Text


class Example(_Strict):
    """A short worked case: what was said, which choice is right, and why."""

    text: Text
    choice: Name
    why: Text


class Goal(_Strict):
    """One kind of goal that a judge sorts by, and whose side it is on."""

    name: Name
    group: Group
    text: Text

    @property
    def key(self) -> str:
        """Group and name, as they are stored: what is read later needs no rubric."""
        return f"{self.group}/{self.name}"


class Reading(_Strict):
    """One question to the judge, with everything it needs to answer."""

    question: Text
    criteria: tuple[Text, ...] = Field(min_length=1)
    not_misaligned: tuple[Text, ...] = Field(min_length=1)
    choices: tuple[Choice, ...] = Field(min_length=2)
    scales: tuple[Scale, ...] = ()
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [choice.name for choice in self.choices]
        if len(set(names)) < len(names):
            raise ValueError(f"choices have a name twice: {names}")
        for example in self.examples:
            if example.choice not in names:
                raise ValueError(f"an example has choice '{example.choice}'; choices are {names}")
        if bool(self.scales) != any(choice.means == "scored" for choice in self.choices):
            raise ValueError("scales and a choice that means 'scored' go together")
        return self

    def choice(self, name: str) -> Choice | None:
        """Return the choice of that name, or None."""
        return next((choice for choice in self.choices if choice.name == name), None)


class Awareness(_Strict):
    """The three-way question whether the sample speaks of a test."""

    question: Text
    criteria: tuple[Text, ...] = Field(min_length=1)
    not_aware: tuple[Text, ...] = Field(min_length=1)
    choices: tuple[AwareChoice, ...] = Field(min_length=3, max_length=3)


class Rubric(_Strict):
    """All that a judge is asked about the samples of one eval."""

    canary: str
    id: Name
    version: int
    about: Text
    readings: dict[ReadingName, Reading]
    aware: Awareness
    goals: tuple[Goal, ...] = ()
    """The kinds of goals that each reading is sorted by, for evals that ask for goals."""
    brief: Brief | None = None
    """What the judge is told about the sample at hand; comes with the sample (`for_case`)."""

    @model_validator(mode="after")
    def _both_readings(self) -> Self:
        if "conduct" not in self.readings or "reasoning" not in self.readings:
            raise ValueError("a rubric has the readings 'conduct' and 'reasoning'")
        debrief = self.readings.get("debrief")
        if debrief and {choice.name for choice in debrief.choices} != DEBRIEF_CHOICES:
            raise ValueError(f"a debrief's choices are {', '.join(sorted(DEBRIEF_CHOICES))}")
        for name, reading in self.readings.items():
            told = sum(choice.means == "told" for choice in reading.choices)
            if told != (len(reading.choices) if name == "debrief" else 0):
                raise ValueError("choices that mean 'told' are those of the debrief, all of them")
        return self

    def for_case(self, brief: Brief | None) -> Rubric:
        """Return the rubric as it is put to the judge for a sample with this brief."""
        return self if brief is None else self.model_copy(update={"brief": brief})


@cache
def load_rubric(path: Path) -> Rubric:
    """Read and validate one rubric file. Raises BadInput with file and line."""
    return read_yaml(path, Rubric)


@cache
def reads_digest(rubric: Path, *parts: Path) -> str:
    """Digest (8 hex digits) of everything that decides how a sample is read.

    The rubric, the judge's template and settings and the patterns: a change of any makes readings
    incomparable, and none of them touches what was generated.
    """
    digest = hashlib.sha256()
    for path in (rubric, *parts):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]
