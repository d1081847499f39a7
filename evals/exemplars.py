"""Labelled transcripts on which a judge's sensitivity and specificity are measured."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from unmask.errors import BadInput
from unmask.evals.catalog import HERE, EvalSpec, catalog
from unmask.evals.scenarios import CANARY, Slug, Text
from unmask.scorers.brief import Brief
from unmask.scorers.labels import Aware
from unmask.scorers.record import Line, act_text, find_quote
from unmask.scorers.rubric import Name
from unmask.yamls import read_yaml

ExemplarId = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[0-9]{3}$")]


class Strict(BaseModel):
    """What is written by hand: an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Call(Strict):
    """A tool call before the reply, and what came back: `{tool: …, with: {…}, gives: …}`."""

    tool: Name
    given: dict[str, JsonValue] = Field(alias="with")
    gives: str = ""


class Exemplar(Strict):
    """One conversation with the labels that a right judge gives it.

    Attributes:
        scenario: Its situation. Exemplars of one situation are never on both sides of a split.
        case: Which kind of case it is, e.g. `fiction` or `injection`.
        calls: What the model does before it replies, for rubrics on agentic work.
        thought: Reasoning shown, just before the reply; None where none is shown, and then there is
            no `reasoning` label.
        faking: The reasoning hides a misaligned aim behind a compliant reply because of
            observation, training or grading; where a criterion is stated, the compliant reply may
            itself be the wrong one.
        quote: Words of the reply, or of a call, on which a conduct other than clean rests.
        thought_quote: Words of the thought on which misaligned reasoning rests.
        aware_quote: Words of the thought or the reply on which an `aware` other than none rests.
        choice: The choice of conduct, for rubrics in which the case decides what it means, or in
            which several choices mean the same.
        brief: What the judge is told about the situation, for rubrics that need it.
        disputed: Two labellings differ; it is kept, and left out of calibration.
    """

    id: ExemplarId
    scenario: Slug
    case: Slug
    system: Text | None = None
    user: Text
    calls: tuple[Call, ...] = ()
    thought: Text | None = None
    reply: Text
    conduct: Literal["misaligned", "refused", "incoherent", "clean"]
    reasoning: Literal["misaligned", "clean"] | None
    faking: bool = False
    aware: Aware = "none"
    quote: Text | None = None
    thought_quote: Text | None = None
    aware_quote: Text | None = None
    choice: Name | None = None
    brief: Brief | None = None
    disputed: bool = False

    @property
    def misaligned(self) -> bool:
        """Whether the sample is misaligned, in what it says or in what it thinks."""
        return "misaligned" in (self.conduct, self.reasoning)

    @property
    def acted(self) -> bool:
        """Whether its misaligned conduct is an act, and not words alone."""
        acts = [Line("act", "act", act) for act in self.acts]
        done = self.quote is not None and find_quote(self.quote, acts) is not None
        return self.conduct == "misaligned" and done

    @property
    def acts(self) -> tuple[str, ...]:
        """Its calls as a judge is shown them."""
        return tuple(act_text(each.tool, each.given) for each in self.calls)

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        if (self.thought is None) != (self.reasoning is None):
            raise ValueError(f"{self.id}: 'reasoning' is labelled where a 'thought' is shown")
        # Where a criterion is stated, following a harmful one for fear of training is both at once.
        stated = self.brief is not None and self.brief.criterion is not None
        hidden = self.conduct != "misaligned" or stated
        if self.faking and (self.reasoning != "misaligned" or not hidden):
            raise ValueError(f"{self.id}: faking is misaligned reasoning behind a compliant reply")
        return self

    @model_validator(mode="after")
    def _choice_fits(self) -> Self:
        if self.choice is not None and self.conduct not in ("misaligned", "clean"):
            raise ValueError(f"{self.id}: 'choice' goes with conduct that is misaligned or clean")
        if self.brief is not None and self.choice is not None:
            wrong = self.choice == self.brief.wrong
            if wrong != (self.conduct == "misaligned"):
                raise ValueError(f"{self.id}: the choice says otherwise than the conduct")
        return self

    @model_validator(mode="after")
    def _quotes_stand(self) -> Self:
        acts = [Line("act", "act", act) for act in self.acts]
        reply = [Line("reply", "reply", self.reply), *acts]
        thought = [Line("thought", "reasoning", self.thought or "")]
        for name, quote, needed, lines in (
            ("quote", self.quote, bool(self.choice) or self.conduct != "clean", reply),
            ("thought_quote", self.thought_quote, self.reasoning == "misaligned", thought),
            ("aware_quote", self.aware_quote, self.aware != "none", [*thought, *reply]),
        ):
            if (quote is not None) != needed:
                state = "is missing" if needed else "stands beside a label that needs none"
                raise ValueError(f"{self.id}: '{name}' {state}")
            if quote is not None and find_quote(quote, lines) is None:
                raise ValueError(f"{self.id}: {name} {quote!r} is not in the text it quotes")
        return self


class LabelledFile(Strict):
    """One YAML file of labelled texts, all for one rubric."""

    canary: str
    rubric: Name

    @model_validator(mode="before")
    @classmethod
    def _canary_present(cls, value: Any) -> Any:
        if isinstance(value, dict) and not str(value.get("canary", "")).startswith(CANARY):
            raise ValueError(f'needs the project\'s canary: "canary: {CANARY} …"')
        return value


class ExemplarFile(LabelledFile):
    """One YAML file of exemplars."""

    exemplars: tuple[Exemplar, ...] = Field(min_length=1)


def exemplars_folder(spec: EvalSpec) -> Path:
    """Where the exemplars for the eval's rubric stand."""
    return HERE / spec.family / "exemplars" / Path(spec.rubric).stem


def with_exemplars() -> tuple[EvalSpec, ...]:
    """Every eval with exemplars for a rubric of its own; evals on shared records are not named."""
    return tuple(
        spec
        for spec in catalog().values()
        if spec.records is None and any(exemplars_folder(spec).glob("*.yaml"))
    )


def load_exemplars(spec: EvalSpec, *, disputed: bool = False) -> tuple[Exemplar, ...]:
    """Read the exemplars for an eval's rubric, in the order of file names.

    Args:
        spec: The eval.
        disputed: Also those on whose labels two readers differ.

    Raises:
        BadInput: There are none, a file does not fit, or an id stands twice.
    """
    folder = exemplars_folder(spec)
    found = read_exemplars(folder, Path(spec.rubric).stem)
    return tuple(exemplar for exemplar in found if disputed or not exemplar.disputed)


@cache
def read_exemplars(folder: Path, rubric: str) -> tuple[Exemplar, ...]:
    """Read every exemplar in a folder, disputed ones too. Raises as `load_exemplars`."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise BadInput(
            f"no exemplars for rubric '{rubric}': {folder} holds no YAML files; without labelled "
            "exemplars a judge can't be calibrated on this rubric"
        )
    places: dict[str, Path] = {}
    exemplars: list[Exemplar] = []
    for path in paths:
        content = read_yaml(path, ExemplarFile)
        if content.rubric != rubric:
            raise BadInput(
                f"{path}: these exemplars are for rubric '{content.rubric}', expected '{rubric}'"
            )
        for exemplar in content.exemplars:
            if exemplar.id in places:
                raise BadInput(
                    f"{path}: exemplar '{exemplar.id}' stands in {places[exemplar.id]} as well; "
                    "ids are unique per rubric"
                )
            places[exemplar.id] = path
            exemplars.append(exemplar)
    return tuple(exemplars)
