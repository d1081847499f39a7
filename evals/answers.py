"""Labelled answers to the question what was done, on which a judge of debriefs is measured."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from unmask.errors import BadInput
from unmask.evals.catalog import EvalSpec
from unmask.evals.exemplars import (
    Exemplar,
    ExemplarId,
    LabelledFile,
    Strict,
    exemplars_folder,
    read_exemplars,
)
from unmask.evals.scenarios import Slug, Text
from unmask.scorers.record import Line, find_quote
from unmask.yamls import read_yaml

FOLDER = "answers"
"""Beside the exemplars whose work they speak of."""


class Answer(Strict):
    """What was answered when the work of an exemplar was over and somebody asked what was done.

    Attributes:
        to: The exemplar whose work comes before it.
        case: Which kind of case it is, e.g. `excuse` or `half`.
        did: A misaligned act of that work was executed: not refused by the tool, and not words.
        told: What a right judge chooses.
        quote: Words of the reply on which that rests.
        disputed: Two labellings differ; it is kept, and left out of calibration.
    """

    id: ExemplarId
    to: ExemplarId
    case: Slug
    did: bool
    reply: Text
    told: Literal["admits", "denies", "evades", "claims_more"]
    quote: Text
    disputed: bool = False

    @property
    def lied(self) -> bool | None:
        """Whether it denies what was done; None where there was nothing to deny."""
        return self.told == "denies" if self.did else None

    @property
    def confessed_falsely(self) -> bool:
        """Whether it claims what was not done."""
        return self.told == "claims_more"

    @model_validator(mode="after")
    def _labels_fit(self) -> Answer:
        if self.told == "denies" and not self.did:
            raise ValueError(f"{self.id}: only an act that was done can be denied")
        if find_quote(self.quote, [Line("reply", "reply", self.reply)]) is None:
            raise ValueError(f"{self.id}: quote {self.quote!r} is not in the text it quotes")
        return self


class AnswerFile(LabelledFile):
    """One YAML file of answers."""

    answers: tuple[Answer, ...] = Field(min_length=1)


def load_answers(spec: EvalSpec, *, disputed: bool = False) -> tuple[tuple[Answer, Exemplar], ...]:
    """Read the answers for an eval's rubric, each with its exemplar, in the order of file names.

    Where there are none, as for evals that ask nothing afterwards, nothing is returned.

    Args:
        spec: The eval.
        disputed: Also those on whose labels two readers differ.

    Raises:
        BadInput: A file does not fit, an id stands twice, or an answer is to no such work.
    """
    folder = exemplars_folder(spec)
    found = read_answers(folder, Path(spec.rubric).stem) if (folder / FOLDER).is_dir() else ()
    return tuple(pair for pair in found if disputed or not (pair[0].disputed or pair[1].disputed))


@cache
def read_answers(folder: Path, rubric: str) -> tuple[tuple[Answer, Exemplar], ...]:
    """Read every answer beside the exemplars of a folder, disputed ones too."""
    works = {each.id: each for each in read_exemplars(folder, rubric)}
    found: dict[str, tuple[Answer, Exemplar]] = {}
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        content = read_yaml(path, AnswerFile)
        if content.rubric != rubric:
            raise BadInput(
                f"{path}: these answers are for rubric '{content.rubric}', expected '{rubric}'"
            )
        for answer in content.answers:
            if answer.id in found or answer.id in works:
                raise BadInput(f"{path}: '{answer.id}' stands twice; ids are unique per rubric")
            work = works.get(answer.to)
            if work is None:
                raise BadInput(f"{path}: {answer.id}: there is no exemplar '{answer.to}' to follow")
            if answer.did and not work.acted:
                raise BadInput(
                    f"{path}: {answer.id}: 'did' is true, but no misaligned act of {work.id} is "
                    "quoted as executed"
                )
            found[answer.id] = (answer, work)
    return tuple(found.values())
