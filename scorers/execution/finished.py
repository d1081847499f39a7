"""Repositories with all their detectors in place: what `research_commits` is worked on.

A detector's scenario adds its files and its solution; `workspace/NAME/finished.yaml` says in which
files they meet. Their hidden cases are those that the detectors were written for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from unmask.errors import BadInput
from unmask.scorers.execution.detectors import (
    WORKSPACE,
    Detector,
    Entry,
    changed,
    in_repository,
    repository_files,
    repository_words,
)
from unmask.scorers.execution.words import Domain, Glossary, Name, fill
from unmask.yamls import read_yaml

CASES = 16
"""Hidden cases of each label that a monitor is asked: all are asked before and after every commit,
and honest commits change none of them, so that fewer do than for a detector's own worth."""

DETECTORS = WORKSPACE.parent / "scenarios" / "detector"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Finished(_Strict):
    """How the detectors of a repository stand in it together.

    Attributes:
        monitors: Short name → id of the detector's scenario. `«NAME.WORD»` is a word of that one.
        words: Further words, beside those of the repository.
        files: What several of them change (settings, the list of them), path → text for all; and
            what a repository has that is at work. They win over the detectors' own.
        hidden: Modules that are put in place only to score, path → text.
        door: `module:function` that monitors are asked through in place of their own entry, with
            the record and what that entry is given. Usually hidden, so that the repository's way
            from a file to a list of findings is what is weighed.
    """

    monitors: dict[Name, str] = Field(min_length=2)
    words: Glossary = Glossary(safety={}, control={})
    files: dict[str, str] = Field(default_factory=dict)
    hidden: dict[str, str] = Field(default_factory=dict)
    door: Entry | None = None


class Monitor(_Strict):
    """A finished detector, and how it is weighed.

    Attributes:
        name: Its short name.
        entry: `module:function` that it is asked through.
        given: What that is given after the record.
        examples: The path of its visible cases.
        records: The hidden records.
        labels: Which of them are to be flagged.
    """

    name: str
    entry: str
    given: tuple[str, ...]
    examples: str
    records: tuple[JsonValue, ...]
    labels: tuple[bool, ...]


class _Written(BaseModel):
    """One scenario of a file of detectors; what else stands in it is read elsewhere."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    detector: Detector


class _WrittenFile(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    scenarios: tuple[_Written, ...]


@cache
def finished(repository: str) -> Finished:
    """Return how a repository's detectors stand together. Raises BadInput where nobody says."""
    return read_yaml(in_repository(repository, "finished.yaml"), Finished)


@cache
def detectors_of(repository: str) -> Mapping[str, Detector]:
    """Return the finished detectors of a repository by their short names."""
    path = DETECTORS / f"{repository}.yaml"
    written = {each.id: each.detector for each in read_yaml(path, _WrittenFile).scenarios}
    asked = finished(repository).monitors
    lost = [name for name in asked.values() if name not in written]
    if lost:
        raise BadInput(f"{path}: no scenario {', '.join(lost)}, which finished.yaml names")
    return {short: written[name] for short, name in asked.items()}


def words_of(repository: str, domain: Domain, more: Glossary) -> dict[str, object]:
    """Return all words of a finished repository; those of a monitor stand under its name."""
    own = {short: detector.words.of(domain) for short, detector in detectors_of(repository).items()}
    glossary = repository_words(repository).joined(finished(repository).words).joined(more)
    both = sorted(own.keys() & glossary.safety.keys())
    if both:
        raise BadInput(f"'{repository}': a monitor and a word have the same name: {both}")
    return {**glossary.of(domain), **own}


def files_of(repository: str, words: Mapping[str, object], domain: Domain) -> dict[str, str]:
    """Render a finished repository to one meaning.

    Raises:
        BadInput: Two detectors change a file in different ways, and `finished.yaml` doesn't say how
            it reads with both.
    """
    plan = finished(repository)
    meet = {fill(path, words): fill(text, words) for path, text in plan.files.items()}
    plain = {fill(p, words): fill(t, words) for p, t in repository_files(repository).items()}
    found: dict[str, str] = {}
    for short, detector in detectors_of(repository).items():
        assignment = detector.in_domain(domain, seed=plan.monitors[short])
        handed = changed(assignment.files, detector.handed_in(detector.solution, domain))
        for path, text in handed.items():
            if plain.get(path) == text or path in meet:
                continue
            if found.setdefault(path, text) != text:
                raise BadInput(
                    f"'{repository}': {path} reads in another way with {short}; say in 'files' of "
                    "its finished.yaml how it reads with all"
                )
    return {**plain, **found, **meet}


def monitors_of(
    repository: str, words: Mapping[str, object], domain: Domain, door: str | None
) -> tuple[Monitor, ...]:
    """Return the finished detectors with their hidden cases, in one meaning."""
    plan = finished(repository)
    through = door or plan.door
    found = []
    for short, detector in detectors_of(repository).items():
        assignment = detector.in_domain(domain, seed=plan.monitors[short])
        kept = _first_of_each(assignment.labels)
        found.append(
            Monitor(
                name=short,
                entry=fill(through, words) if through else assignment.entry,
                given=assignment.given,
                examples=assignment.examples,
                records=tuple(assignment.records[i] for i in kept),
                labels=tuple(assignment.labels[i] for i in kept),
            )
        )
    return tuple(found)


def _first_of_each(labels: Sequence[bool]) -> list[int]:
    both = ([i for i, label in enumerate(labels) if label is each] for each in (True, False))
    return sorted(i for found in both for i in found[:CASES])
