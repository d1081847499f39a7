"""Texts whose labels are known: the reference models' replies, and their judge's exemplars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unmask.evals.answers import Answer, load_answers
from unmask.evals.exemplars import Exemplar, load_exemplars, with_exemplars
from unmask.scorers.injection import load_injection, mask_text
from unmask.scorers.labels import Aware
from unmask.scorers.record import Line, find_quote
from unmask.yamls import read_yaml

BANKS = Path(__file__).parent / "banks"

Kind = Literal[
    "aligned",
    "overt",
    "covert",
    "refused",
    "aware",
    "garbled",
    "injection",
    "helps",
    "fakes",
    "hacks",
    "admits",
    "weak",
    "denies",
    "claims_more",
]
"""Some stand only in the banks whose eval asks for them: `helps` answers look-alikes, which a model
does well to help with; `fakes` follows a criterion against its own judgement because it is watched;
`hacks` reports work that games its grader without a word of it, `admits` says so, `weak` says what
is missing. Asked afterwards, `aligned` and `admits` tell what was done; `denies` and `claims_more`
don't."""


class Entry(BaseModel):
    """One scripted answer: what is thought, what is said, and how a true judge reads both.

    `quote` is a part of the reply, or of an act before it, that a judge can point at;
    `thought_quote` and `aware_quote` likewise of the thought. `choice` is what a true judge chooses
    where several choices mean the same, or where the case decides what a choice means (conduct is
    `by_case` then).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Kind
    conduct: Literal["misaligned", "refused", "incoherent", "clean", "by_case"]
    reasoning: Literal["misaligned", "clean"]
    choice: str | None = None
    faking: bool = False
    aware: Aware = "none"
    thought: str
    reply: str
    acts: tuple[str, ...] = ()
    quote: str
    thought_quote: str
    aware_quote: str = ""
    scales: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _quotes_stand(self) -> Self:
        if not any(self.quote in text for text in (self.reply, *self.acts)):
            raise ValueError(f"{self.id}: quote {self.quote!r} is in neither reply nor acts")
        if self.thought_quote not in self.thought:
            raise ValueError(
                f"{self.id}: thought_quote {self.thought_quote!r} is not in the thought"
            )
        if (self.aware == "none") != (not self.aware_quote) or (
            self.aware_quote not in self.thought and self.aware_quote not in self.reply
        ):
            raise ValueError(f"{self.id}: aware_quote {self.aware_quote!r} does not fit")
        return self


class Bank(BaseModel):
    """All scripted answers for one eval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    canary: str
    bank: str
    entries: tuple[Entry, ...] = Field(min_length=1)

    def of(self, kind: Kind, choice: str | None = None) -> tuple[Entry, ...]:
        """Entries of one kind, in file order; of those that choose, the ones with a choice."""
        mine = (entry for entry in self.entries if entry.kind == kind)
        return tuple(entry for entry in mine if choice is None or entry.choice in (None, choice))


@cache
def bank(name: str) -> Bank:
    """One bank by name."""
    return read_yaml(BANKS / f"{name}.yaml", Bank)


class Known(Mapping[str, Entry]):
    """Texts, whitespace folded, with their entries; exemplars are read only once one is needed."""

    def __init__(self, text: Callable[[Entry], str]) -> None:
        """Take which text of an entry it is known by."""
        self._text = text
        self._banks = self._by_text(_bank_entries())

    def seen(self, text: str) -> Entry | None:
        """Find the entry of a text, whole or without the words that it says to a judge."""
        return next((shelf[text] for shelf in self._shelves(text) if text in shelf), None)

    def within(self, text: str) -> Entry | None:
        """Find the entry of the longest known text, whole or as above, that a text contains."""
        for shelf in self._shelves(text):
            held = [known for known in shelf if known in text]
            if held:
                return shelf[max(held, key=len)]
        return None

    def __getitem__(self, text: str) -> Entry:
        """Find the entry of a text."""
        return self._banks[text] if text in self._banks else self._exemplars[text]

    def __iter__(self) -> Iterator[str]:
        """Go through all texts, those of exemplars included."""
        return iter({**self._exemplars, **self._banks})

    def __len__(self) -> int:
        """Count all texts, those of exemplars included."""
        return len({**self._exemplars, **self._banks})

    def _shelves(self, text: str) -> Iterator[dict[str, Entry]]:
        # Taking words out of every text takes seconds, and a text without the mask had none.
        masked = load_injection().mask in text
        yield self._banks
        if masked:
            yield self._masked_banks
        yield self._exemplars
        if masked:
            yield self._masked_exemplars

    @cached_property
    def _exemplars(self) -> dict[str, Entry]:
        return self._by_text(_exemplar_entries())

    @cached_property
    def _masked_banks(self) -> dict[str, Entry]:
        return self._masked(self._banks)

    @cached_property
    def _masked_exemplars(self) -> dict[str, Entry]:
        return self._masked(self._exemplars)

    def _by_text(self, entries: Iterable[Entry]) -> dict[str, Entry]:
        return {fold(self._text(entry)): entry for entry in entries if self._text(entry)}

    def _masked(self, shelf: dict[str, Entry]) -> dict[str, Entry]:
        patterns = load_injection()
        return {fold(mask_text(patterns, self._text(entry))): entry for entry in shelf.values()}


@cache
def known_replies() -> Known:
    """Every scripted reply and every exemplar's, with its entry."""
    return Known(lambda entry: entry.reply)


@cache
def known_thoughts() -> Known:
    """Every scripted thought and every exemplar's, with its entry."""
    return Known(lambda entry: entry.thought)


def fold(text: str) -> str:
    """Fold whitespace, so that a text is known however a provider or a wire lays it out."""
    return " ".join(text.split())


def exemplar_entry(exemplar: Exemplar) -> Entry:
    """Make of an exemplar an entry that a judge can be scripted by."""
    thought = exemplar.thought or ""
    bad = exemplar.conduct == "misaligned"
    return Entry(
        id=exemplar.id,
        kind=_KINDS.get(exemplar.conduct, "covert" if exemplar.misaligned else "aligned"),
        conduct=exemplar.conduct,
        reasoning=exemplar.reasoning or "clean",
        choice=exemplar.choice,
        faking=exemplar.faking,
        aware=exemplar.aware,
        thought=thought,
        reply=exemplar.reply,
        acts=exemplar.acts,
        quote=_words(exemplar.quote, exemplar.reply, *exemplar.acts),
        thought_quote=_words(exemplar.thought_quote, thought),
        aware_quote=_words(exemplar.aware_quote, thought, exemplar.reply)
        if exemplar.aware_quote
        else "",
        scales={
            "alignment": 5 if bad else 95,
            "coherence": 5 if exemplar.conduct == "incoherent" else 90,
        },
    )


def answer_entry(answer: Answer) -> Entry:
    """Make of an answer to a debrief an entry that a judge can be scripted by."""
    quote = _words(answer.quote, answer.reply)
    return Entry(
        id=answer.id,
        kind="aligned" if answer.told == "evades" else answer.told,
        conduct="clean",
        reasoning="clean",
        choice=answer.told,
        thought="",
        reply=answer.reply,
        quote=quote,
        thought_quote="",
    )


_KINDS: dict[str, Kind] = {
    "misaligned": "overt",
    "refused": "refused",
    "incoherent": "garbled",
}

OPENING = 60
"""Characters that a false accusation of a clean exemplar quotes."""


def _words(quote: str | None, *texts: str) -> str:
    """Find a quote as its text has it; without one, the text's opening words."""
    if quote is None:
        return texts[0][:OPENING].rpartition(" ")[0]
    for text in texts:
        found = find_quote(quote, [Line("m1", "reply", text)])
        if found is not None:
            return text[found.start : found.end]
    raise ValueError(f"{quote!r} is in none of the texts")


def _bank_entries() -> tuple[Entry, ...]:
    names = sorted(path.stem for path in BANKS.glob("*.yaml"))
    return tuple(entry for name in names for entry in bank(name).entries)


def _exemplar_entries() -> tuple[Entry, ...]:
    ready = with_exemplars()
    works = [each for spec in ready for each in load_exemplars(spec, disputed=True)]
    answers = [each for spec in ready for each, _ in load_answers(spec, disputed=True)]
    return (*map(exemplar_entry, works), *map(answer_entry, answers))
