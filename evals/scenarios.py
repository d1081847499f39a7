"""Scenarios as data: what a YAML file of scenarios may hold, and how a folder of them is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from unmask.errors import BadInput
from unmask.evals.detectors import detector_variants
from unmask.evals.pasted import names_in
from unmask.evals.tickets import ticket_variants
from unmask.scorers.brief import Brief
from unmask.scorers.execution.detectors import Detector
from unmask.scorers.execution.problems import Problem
from unmask.scorers.execution.tickets import Ticket
from unmask.scorers.world.edited import edited
from unmask.scorers.world.models import Edits, Replays, World
from unmask.yamls import read_yaml

CANARY = "UNMASK-CANARY-4f0c6b1e-9a53-4d0e-8b57-2f6d1c3a7e90"
"""Stands in every dataset file and every sample: a training corpus can be checked for it."""

MAX_VARIANTS = 6
"""More cells of the same situation buy no certainty: intervals are bought with scenarios."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Role = Literal["test", "control", "fixed"]
Form = Literal["ask", "decide", "act"]
"""How a twin is put: what would you do (`ask`), documents to which the reply is the act (`decide`),
or the same with tools (`act`)."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(_Strict):
    """One earlier or final message: exactly one of `user` and `assistant`."""

    user: Text | None = None
    assistant: Text | None = None

    @model_validator(mode="after")
    def _one_speaker(self) -> Self:
        if (self.user is None) == (self.assistant is None):
            raise ValueError("a message has exactly one of 'user' and 'assistant'")
        return self


class Cue(_Strict):
    """A paired condition, and what carries it.

    `system` is added to the system prompt as a paragraph of its own, `user` to the beginning of
    the last user message (a tier, a tag), `document` before it as a pasted text, `history` before
    all other messages.
    """

    system: Text | None = None
    user: Text | None = None
    document: Text | None = None
    history: tuple[Turn, ...] = ()

    @model_validator(mode="after")
    def _carried(self) -> Self:
        if not (self.system or self.user or self.document or self.history):
            raise ValueError("a cue needs a carrier: system, user, document or history")
        return self


class Variant(_Strict):
    """One cell of a scenario: wording, register, language, stakes.

    Attributes:
        impossible: The visible grader contradicts the problem's specification, so that passing it
            is a hack by construction.
        by_prompt: A detector is asked for as a prompt and not as code: an eval of its own.
        role: Where it isn't its scenario's: a control without the incentive, say.
        edits: How its world differs from its scenario's.
        shows: Of a world, in the form `decide`: the ids of mails and documents, names of tables and
            `settings` that are pasted below the user's words. One that holds its documents
            itself shows none, and its world adds nothing to it.
        then: In the form `act`: what the user says each time the agent has ended its turn.
    """

    id: Slug
    form: Form | None = None
    role: Role | None = None
    edits: Edits = Edits()
    shows: tuple[Text, ...] = ()
    then: tuple[Text, ...] = ()
    impossible: bool = False
    by_prompt: bool = False
    factors: dict[str, str] = Field(default_factory=dict)
    system: Text | None = None
    user: Text | None = None
    messages: tuple[Turn, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if (self.user is None) == (not self.messages):
            raise ValueError("a variant has exactly one of 'user' and 'messages'")
        if self.messages and self.messages[-1].user is None:
            raise ValueError("the last of 'messages' must be from the user")
        return self

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation up to the model's reply."""
        return self.messages or (Turn(user=self.user),)


class Scenario(_Strict):
    """One hand-written situation: the cluster of all statistics."""

    id: Slug
    title: Text
    role: Role = "test"
    factors: dict[str, str] = Field(default_factory=dict)
    system: Text | None = None
    brief: Brief | None = Field(default=None, alias="case")
    cues: dict[Slug, Cue] = Field(default_factory=dict)
    problem: Problem | None = None
    world: World | None = None
    replays: Replays | None = None
    debrief: Text | None = None
    """What an agent is asked when its work has ended, in place of the usual question."""
    detector: Detector | None = None
    """A detector to be written; its variants are made of it, and none are written down."""
    ticket: Ticket | None = None
    """A task where finished detectors are; its variants are made of it, too."""
    variants: tuple[Variant, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _work_makes_variants(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "variants" in value:
            return value
        try:
            if "detector" in value:
                detector = Detector.model_validate(value["detector"])
                made = detector_variants(detector, seed=str(value.get("id")))
                return {**value, "detector": detector, "variants": made}
            if "ticket" in value:
                ticket = Ticket.model_validate(value["ticket"])
                return {**value, "ticket": ticket, "variants": ticket_variants(ticket)}
        except ValidationError:
            pass  # the field itself says what is wrong, and where
        return value

    @model_validator(mode="after")
    def _distinct_variants(self) -> Self:
        repeated = _repeated([variant.id for variant in self.variants])
        if repeated:
            raise ValueError(f"variant '{repeated}' stands twice in scenario '{self.id}'")
        return self

    @model_validator(mode="after")
    def _few_variants(self) -> Self:
        code = sum(not variant.by_prompt for variant in self.variants)
        if code > MAX_VARIANTS:
            raise ValueError(f"'{self.id}' has {code} variants, at most {MAX_VARIANTS} are allowed")
        return self

    @model_validator(mode="after")
    def _whole_twin(self) -> Self:
        forms = {variant.form for variant in self.variants}
        if None in forms and len(forms) > 1:
            raise ValueError(f"'{self.id}': every variant of a twin has a form, or none has")
        if None not in forms and self.brief is None and not self._builds:
            raise ValueError(f"'{self.id}': a twin needs its list of acts ('brief')")
        return self

    @model_validator(mode="after")
    def _something_to_solve(self) -> Self:
        if self.problem is None and any(variant.impossible for variant in self.variants):
            raise ValueError(f"'{self.id}': a variant is 'impossible', and there is no 'problem'")
        return self

    @model_validator(mode="after")
    def _whole_world(self) -> Self:
        acting = [variant.id for variant in self.variants if variant.form == "act"]
        workless = self.problem is None and not self._builds
        if acting and workless and (self.world is None or self.replays is None):
            raise ValueError(f"'{self.id}': a variant in form 'act' needs 'world' and 'replays'")
        if self.world is not None:
            acts = {act.id: act.means for act in (self.brief.acts if self.brief else ())}
            for sign in self.world.signs:
                if sign.act not in acts:
                    raise ValueError(f"'{self.id}': a sign names act '{sign.act}'; there is none")
            if not any(acts[sign.act] == "misaligned" for sign in self.world.signs):
                raise ValueError(f"'{self.id}': no sign shows a misaligned act")
        return self

    @model_validator(mode="after")
    def _variants_of_the_world(self) -> Self:
        for variant in self.variants if self.world is not None else ():
            assert self.world is not None
            place = f"'{self.id}', variant {variant.id}"
            try:
                world = edited(self.world, variant.edits)
            except ValueError as error:
                raise ValueError(f"{place}: {error}") from None
            unknown = [name for name in variant.shows if name not in names_in(world)]
            if unknown:
                raise ValueError(f"{place}: shows {', '.join(unknown)}; there is none")
            if variant.form != "decide" and variant.shows:
                raise ValueError(f"{place}: 'shows' is for the form 'decide'")
            if variant.form != "act" and variant.then:
                raise ValueError(f"{place}: 'then' is for the form 'act'")
        return self

    @property
    def _builds(self) -> bool:
        return self.detector is not None or self.ticket is not None

    @property
    def twin(self) -> bool:
        """Whether it is put in several forms, which are compared with each other."""
        return any(variant.form for variant in self.variants)


class ScenarioFile(_Strict):
    """One YAML file of scenarios."""

    canary: str
    scenarios: tuple[Scenario, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _canary_present(cls, value: Any) -> Any:
        if isinstance(value, dict) and not str(value.get("canary", "")).startswith(CANARY):
            raise ValueError(f'needs the project\'s canary: "canary: {CANARY} …"')
        return value


def load_scenarios(folders: Sequence[Path]) -> tuple[Scenario, ...]:
    """Read every scenario of some folders, in the order of file names.

    Raises:
        BadInput: A folder holds no scenario file, a file is invalid, or an id stands twice.
    """
    scenarios: list[Scenario] = []
    origin: dict[str, Path] = {}
    for folder in folders:
        files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
        if not files:
            raise BadInput(f"no scenario files (*.yaml) in {folder}")
        for file in files:
            for scenario in read_yaml(file, ScenarioFile).scenarios:
                if scenario.id in origin:
                    raise BadInput(
                        f"{file}: scenario '{scenario.id}' stands in {origin[scenario.id]} as well;"
                        " ids are unique over an eval"
                    )
                origin[scenario.id] = file
                scenarios.append(scenario)
    return tuple(scenarios)


def _repeated(values: list[str]) -> str | None:
    return next((value for index, value in enumerate(values) if value in values[:index]), None)
