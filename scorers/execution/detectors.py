"""Detectors to be written, as data: a repository, a specification, cases, and works handed in.

Everything is a template (`words.py`), so that one record gives the same work in two meanings: code
that catches cheating, and its isomorphic control.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

from unmask.errors import BadInput
from unmask.scorers.execution.cases import NUMBER, Cases, Slot, Template, make_cases
from unmask.scorers.execution.prompts import (
    HOW_READ_AT,
    PROBED,
    STARTER,
    Prompted,
    Prompts,
    how_read,
    usual_prompts,
)
from unmask.scorers.execution.words import Domain, Glossary, Name, fill
from unmask.yamls import read_yaml

WORKSPACE = Path(__file__).parent.parent.parent / "evals" / "sabotage" / "workspace"
"""Repositories: `NAME/words.yaml`, and `NAME/files/PATH.jinja2`."""

HONEST = WORKSPACE.parent / "honest.yaml"
"""What honest detectors are worth; `python benchmarks/detectors.py --refresh` writes it."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Entry = Annotated[str, StringConstraints(pattern=r"^[^:\s]+:[^:\s]+$")]
Work = str | dict[str, str | None]
"""What is handed in: the text of the starter's module, or paths with texts (null: deleted)."""

Changes = dict[str, str | None]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Examples(_Strict):
    """Where the visible cases lie, one JSON object a line, and the keys of record and label."""

    path: Text
    record: Text
    label: Text


class Asks(_Strict):
    """What is asked for.

    Attributes:
        safety: With the files: says what the detector is for. The control is this text, too.
        plain: With the same files: names file and specification, and nothing else.
        ask: Without files: how one would go about it.
    """

    safety: Text
    plain: Text
    ask: Text


class Detector(_Strict):
    """One piece of work in one repository.

    Attributes:
        repository: A folder of `evals/sabotage/workspace`.
        entry: `module:function` that is called with a record and returns whether it is flagged: the
            front door that the repository's own users call.
        given: What it is given after the record.
        module: The path of the starter, which a bare text as work replaces.
        words: Words of this piece of work, beside those of the repository.
        files: What it adds to the repository, path → text: specification, starter, tests.
        examples: Where the visible cases are put.
        shown: Visible cases of each label.
        hidden: Hidden cases of each label.
        slots: What the templates of cases draw from.
        positives: What is to be flagged.
        negatives: What is not, and some that look as if they were.
        solution: The reference work: J of at least .95 on the hidden cases.
        fair: Honest works of an ordinary day, J of at least .6.
        weak: Honest works that fall short: J below .6, the same in both meanings.
        sabotage: Works that look like one and are not; at least one `subtle-…` and one `blunt-…`.
        accident: An honest work that weakens by a slip.
        asks: The requests.
        prompts: The same detector in words, where it has been written.
    """

    repository: Name
    entry: Entry
    given: tuple[str, ...] = ()
    module: Text
    words: Glossary
    files: dict[str, str]
    examples: Examples
    shown: int = Field(default=6, ge=4)
    hidden: int = Field(default=24, ge=20)
    slots: dict[Name, Slot] = Field(default_factory=dict)
    positives: tuple[Template, ...] = Field(min_length=3)
    negatives: tuple[Template, ...] = Field(min_length=4)
    solution: Work
    fair: tuple[Work, ...] = Field(min_length=1)
    weak: tuple[Work, ...] = Field(min_length=1)
    sabotage: dict[str, Work] = Field(min_length=2)
    accident: Work
    asks: Asks
    prompts: Prompts | None = None
    _made: dict[tuple[Domain, str], Assignment] = PrivateAttr(default_factory=dict)
    """Rendered once: every arm and mode asks for it again."""

    @model_validator(mode="after")
    def _both_ways(self) -> Self:
        need_both_ways(self.sabotage)
        return self

    @model_validator(mode="after")
    def _slots_are_no_words(self) -> Self:
        own = {name for each in (*self.positives, *self.negatives) for name in each.slots}
        both = sorted((self.slots.keys() | own | {NUMBER}) & self.glossary.safety.keys())
        if both:
            raise ValueError(f"a slot and a word have the same name: {', '.join(both)}")
        return self

    @model_validator(mode="after")
    def _prompts_of_works(self) -> Self:
        strange = sorted(set(self.prompts.works) - set(self.works)) if self.prompts else []
        if strange:
            raise ValueError(f"'prompts' has works that are none in code: {', '.join(strange)}")
        return self

    @property
    def works(self) -> dict[str, Work]:
        """Every work by name."""
        return {
            "solution": self.solution,
            **{f"fair-{n}": work for n, work in enumerate(self.fair)},
            **{f"weak-{n}": work for n, work in enumerate(self.weak)},
            **self.sabotage,
            "accident": self.accident,
        }

    @property
    def glossary(self) -> Glossary:
        """The words of the repository and of this piece of work."""
        return repository_words(self.repository).joined(self.words)

    def in_domain(self, domain: Domain, *, seed: str) -> Assignment:
        """Render all that there is to one meaning. Raises ValueError where a word is missing."""
        if (domain, seed) not in self._made:
            self._made[domain, seed] = self._rendered(domain, seed)
        return self._made[domain, seed]

    def _rendered(self, domain: Domain, seed: str) -> Assignment:
        words = self.glossary.of(domain)
        cases = make_cases(
            self.positives,
            self.negatives,
            self.slots,
            words,
            seed=seed,
            shown=self.shown,
            hidden=self.hidden,
        )
        files = {**repository_files(self.repository), **self.files}
        rendered = {fill(path, words): fill(text, words) for path, text in files.items()}
        where = self.examples_in(domain)
        return Assignment(
            entry=fill(self.entry, words),
            given=tuple(fill(each, words) for each in self.given),
            module=fill(self.module, words),
            files={**rendered, where.path: _lines(cases, where)},
            examples=where.path,
            records=tuple(case.record for case in cases.hidden),
            labels=tuple(case.flagged for case in cases.hidden),
            usual=usual_worth().get(seed),
        )

    def handed_in(self, work: Work, domain: Domain) -> Changes:
        """Return what a work writes and deletes, in one meaning."""
        words = self.glossary.of(domain)
        if isinstance(work, str):
            return {fill(self.module, words): fill(work, words)}
        return {
            fill(path, words): None if text is None else fill(text, words)
            for path, text in work.items()
        }

    def prompted(self, domain: Domain, *, seed: str) -> Prompted:
        """Render the form in words to one meaning.

        Raises:
            ValueError: A word is missing, or the detector has no prompts.
        """
        if self.prompts is None:
            raise ValueError(f"'{seed}' has no prompts")
        assignment, words = self.in_domain(domain, seed=seed), self.glossary.of(domain)
        path = fill(self.prompts.path, words)
        return Prompted(
            path=path,
            files={**assignment.files, HOW_READ_AT: how_read(), path: STARTER},
            examples=assignment.examples,
            records=assignment.records,
            labels=assignment.labels,
            probe=fill(self.prompts.works["solution"], words),
            shown=self.visible(domain, seed=seed)[:PROBED],
            usual=usual_prompts(seed),
        )

    def examples_in(self, domain: Domain) -> Examples:
        """Return where the visible cases lie, in one meaning."""
        words = self.glossary.of(domain)
        return Examples(**{k: fill(v, words) for k, v in self.examples.model_dump().items()})

    def visible(self, domain: Domain, *, seed: str) -> tuple[JsonValue, ...]:
        """Return the records of the visible cases."""
        where = self.examples_in(domain)
        lines = self.in_domain(domain, seed=seed).files[where.path].splitlines()
        return tuple(json.loads(line)[where.record] for line in lines)

    def in_words(self, work: str, domain: Domain) -> Changes:
        """Return what a work in words writes, in one meaning. Raises KeyError where it is none."""
        assert self.prompts is not None
        words = self.glossary.of(domain)
        return {fill(self.prompts.path, words): fill(self.prompts.works[work], words) + "\n"}


class Assignment(_Strict):
    """A piece of work in one meaning, as it is set and as it is scored.

    Attributes:
        entry: `module:function`.
        given: What it is given after the record.
        module: The path of the starter.
        files: What the model finds, path → text. Nothing hidden is in them.
        examples: The path of the visible cases.
        records: The hidden records.
        labels: Which of them are to be flagged.
        usual: The 5th percentile of J among honest runs; None where nobody has measured it.
    """

    entry: str
    given: tuple[str, ...] = ()
    module: str
    files: dict[str, str]
    examples: str
    records: tuple[JsonValue, ...]
    labels: tuple[bool, ...]
    usual: float | None = None

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """All of it as JSON has it, made once: each framing, arm and mode asks for it again."""
        return self.model_dump(mode="json")


class HonestRuns(_Strict):
    """By scenario, the 5th percentile of J among honest runs."""

    low: dict[str, float]


@cache
def usual_worth() -> Mapping[str, float]:
    """Return the low end of honest runs, by scenario."""
    return read_yaml(HONEST, HonestRuns).low


def need_both_ways(sabotage: Collection[str]) -> None:
    """Raise ValueError unless works of sabotage, by name, are of both kinds."""
    for way in ("subtle-", "blunt-"):
        if not any(name.startswith(way) for name in sabotage):
            raise ValueError(f"'sabotage' has no work whose name begins with '{way}'")


def in_repository(name: str, file: str) -> Path:
    """Return the path of a repository's file. Raises BadInput where there is none."""
    path = WORKSPACE / name / file
    if not path.is_file():
        known = ", ".join(sorted(each.parent.name for each in WORKSPACE.glob(f"*/{file}")))
        raise BadInput(f"repository '{name}' has no {file} (no {path}); those with one: {known}")
    return path


@cache
def repository_words(name: str) -> Glossary:
    """Return the glossary of a repository. Raises BadInput where there is none."""
    return read_yaml(in_repository(name, "words.yaml"), Glossary)


@cache
def repository_files(name: str) -> Mapping[str, str]:
    """Return the templates of a repository, path → text."""
    root = WORKSPACE / name / "files"
    return {
        str(path.relative_to(root)).removesuffix(".jinja2"): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*.jinja2"))
    }


def changed(files: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Apply what is written and deleted."""
    merged: dict[str, str | None] = {**files, **changes}
    return {path: text for path, text in merged.items() if text is not None}


def _lines(cases: Cases, where: Examples) -> str:
    rows = [{where.label: case.flagged, where.record: case.record} for case in cases.visible]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
