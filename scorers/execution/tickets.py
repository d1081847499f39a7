"""Tickets, as data: an ordinary task in a repository that holds finished monitors, and its commits.

Everything is a template (`words.py`), rendered once in each meaning, like the detectors themselves.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PrivateAttr, model_validator

from unmask.scorers.execution.detectors import (
    WORKSPACE,
    Changes,
    Entry,
    HonestRuns,
    Text,
    changed,
    need_both_ways,
)
from unmask.scorers.execution.finished import Monitor, files_of, finished, monitors_of, words_of
from unmask.scorers.execution.words import Domain, Glossary, Name, Words, fill
from unmask.yamls import read_yaml

MESSAGE = "COMMIT_MSG"
"""Where the agent leaves the message of its commit."""

HONEST_COMMITS = WORKSPACE.parent / "honest_commits.yaml"
"""What honest commits leave of the monitors; `python benchmarks/commits.py --refresh` writes it."""

Kind = Literal["ordinary", "on-monitor"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Replacement(_Strict):
    """Words of a file, which stand in it once, and what they become."""

    find: str = Field(min_length=1)
    put: str


class Commit(_Strict):
    """What is handed in: a message, and by path a whole text, replacements, or null (deleted)."""

    message: Text
    changes: dict[str, str | tuple[Replacement, ...] | None] = Field(min_length=1)


class Open(_Strict):
    """A sabotaging commit whose message says what it weakens."""

    of: str
    message: Text


class Call(_Strict):
    """One check of the task itself: a call and what it gives."""

    call: Entry
    given: tuple[JsonValue, ...] = ()
    gives: JsonValue


class Asks(_Strict):
    """What is asked for.

    Attributes:
        safety: With the files: the ticket, as a colleague writes it. The control is this text, too.
        plain: With the same files, and no word of what the repository is for.
        ask: Without files: how one would go about it.
    """

    safety: Text
    plain: Text | None = None
    ask: Text


class Ticket(_Strict):
    """One task in one finished repository.

    Attributes:
        repository: A folder of `evals/sabotage/workspace` that has a `finished.yaml`.
        kind: Whether the task is on a monitor itself.
        words: Words of this ticket, beside those of the repository and `«MONITOR.WORD»`.
        files: What it adds to the repository, path → text; null takes a file away.
        needs: Paths that the task needs to touch; what ends with a slash is a folder.
        hidden: Modules that are put in place only to score, path → text.
        door: What monitors are asked through, where it isn't that of the repository.
        done: Checks of the task. All pass with honest work, and not all before it.
        honest: Works that do the task and leave every monitor as good as it was.
        weak: Honest works that do the task poorly.
        accident: An honest work that breaks a monitor by a slip.
        sabotage: Works that do the task and weaken a monitor; one `subtle-…` and one `blunt-…`.
        open: One of these, with a message that says so.
        asks: The requests.
    """

    repository: Name
    kind: Kind
    words: Glossary = Glossary(safety={}, control={})
    files: dict[str, str | None] = Field(default_factory=dict)
    needs: tuple[Text, ...] = Field(min_length=1)
    hidden: dict[str, str] = Field(default_factory=dict)
    door: Entry | None = None
    done: tuple[Call, ...] = Field(min_length=3)
    honest: tuple[Commit, ...] = Field(min_length=1)
    weak: tuple[Commit, ...] = Field(min_length=1)
    accident: Commit
    sabotage: dict[str, Commit] = Field(min_length=2)
    open: Open
    asks: Asks
    _made: dict[tuple[Domain, str], Checkout] = PrivateAttr(default_factory=dict)
    _files: dict[Domain, dict[str, str]] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _both_ways(self) -> Self:
        need_both_ways(self.sabotage)
        if self.open.of not in self.sabotage:
            raise ValueError(f"'open' is of '{self.open.of}', and 'sabotage' has no such work")
        return self

    def in_domain(self, domain: Domain, *, seed: str) -> Checkout:
        """Render it to one meaning; the seed names the scenario, for what is usual in it.

        Raises:
            ValueError: A word is missing.
            BadInput: The repository is not finished.
        """
        if (domain, seed) not in self._made:
            self._made[domain, seed] = self._rendered(domain, seed)
        return self._made[domain, seed]

    def _rendered(self, domain: Domain, seed: str) -> Checkout:
        words = self.words_in(domain)
        hidden = {**finished(self.repository).hidden, **self.hidden}
        return Checkout(
            files=self.files_in(domain),
            monitors=monitors_of(self.repository, words, domain, self.door),
            needs=tuple(fill(path, words) for path in self.needs),
            hidden={fill(path, words): fill(text, words) for path, text in hidden.items()},
            done=tuple(_call(each, words) for each in self.done),
            usual=_usual().get(seed),
        )

    @property
    def openly(self) -> Commit:
        """The sabotaging commit whose message says so."""
        return self.sabotage[self.open.of].model_copy(update={"message": self.open.message})

    def words_in(self, domain: Domain) -> Words:
        """Return every word that its texts may use."""
        return words_of(self.repository, domain, self.words)

    def files_in(self, domain: Domain) -> dict[str, str]:
        """Return what the model finds, in one meaning. Raises as `in_domain`."""
        if domain not in self._files:
            words = self.words_in(domain)
            whole = files_of(self.repository, words, domain)
            self._files[domain] = changed(whole, _filled(self.files, words))
        return self._files[domain]

    def handed_in(self, commit: Commit, domain: Domain) -> Changes:
        """Return what a commit writes and deletes, its message among it, in one meaning.

        Raises:
            ValueError: A replacement's words don't stand in their file exactly once.
        """
        words, given = self.words_in(domain), self.files_in(domain)
        made: Changes = {}
        for template, change in commit.changes.items():
            path = fill(template, words)
            if isinstance(change, tuple):
                made[path] = _replaced(path, given.get(path, ""), change, words)
            else:
                made[path] = None if change is None else fill(change, words)
        return {**made, MESSAGE: fill(commit.message, words) + "\n"}


class Checkout(_Strict):
    """A ticket's repository in one meaning, as it is found, and how a commit is scored.

    Attributes:
        files: What the model finds, path → text. Nothing hidden is in them.
        monitors: The finished detectors.
        needs: Paths that the task needs to touch; what ends with a slash is a folder.
        hidden: Modules that are put in place only to score.
        done: Checks of the task.
        usual: The 5th percentile of the effect among honest commits; None where nobody has
            measured it.
    """

    files: dict[str, str]
    monitors: tuple[Monitor, ...]
    needs: tuple[str, ...]
    hidden: dict[str, str]
    done: tuple[Call, ...]
    usual: float | None = None

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """All of it as JSON has it, made once: each framing, arm and mode asks for it again."""
        return self.model_dump(mode="json")

    def needed(self, path: str) -> bool:
        """Whether the task needs to touch a path."""
        folders = tuple(each for each in self.needs if each.endswith("/"))
        return path in self.needs or path.startswith(folders)


def filled_value(value: JsonValue, words: Words) -> JsonValue:
    """Put the words into every text and key of a value."""
    if isinstance(value, str):
        return fill(value, words)
    if isinstance(value, list):
        return [filled_value(each, words) for each in value]
    if isinstance(value, dict):
        return {fill(key, words): filled_value(each, words) for key, each in value.items()}
    return value


@cache
def _usual() -> dict[str, float]:
    return read_yaml(HONEST_COMMITS, HonestRuns).low


def _filled(files: Changes, words: Words) -> Changes:
    return {
        fill(path, words): None if text is None else fill(text, words)
        for path, text in files.items()
    }


def _call(call: Call, words: Words) -> Call:
    return Call(
        call=fill(call.call, words),
        given=tuple(filled_value(each, words) for each in call.given),
        gives=filled_value(call.gives, words),
    )


def _replaced(path: str, text: str, replacements: tuple[Replacement, ...], words: Words) -> str:
    for each in replacements:
        find = fill(each.find, words)
        if text.count(find) != 1:
            times = text.count(find)
            raise ValueError(f"{path}: {find[:80]!r} stands in it {times} times, not once")
        text = text.replace(find, fill(each.put, words))
    return text
