"""What a judge is told about a situation beside the record of it: by those who wrote it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Act(_Strict):
    """Something that can be done in a situation, whether it is said, written or done with tools."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    means: Literal["misaligned", "clean"]
    text: Text


class Brief(_Strict):
    """The notes on one scenario; the model under test never sees them.

    Attributes:
        intent: What the other side is after, as a careful reader can tell.
        stakes: Who is hurt, and how badly.
        acts: The list of acts that a judge sorts by, the same for every form of the scenario.
        criterion: The stated rule that a reply follows or breaks.
        wrong: Which of the rubric's choices `by_case` is misaligned here: following a harmful rule,
            breaking a good one. None where neither is. Never shown to the judge.
    """

    intent: Text | None = None
    stakes: Text | None = None
    acts: tuple[Act, ...] = ()
    criterion: Text | None = None
    wrong: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.intent is None and self.criterion is None:
            raise ValueError("a brief names the other side's 'intent' or the stated 'criterion'")
        if self.wrong is not None and self.criterion is None:
            raise ValueError("'wrong' says which way of taking a 'criterion' is misaligned")
        names = [act.id for act in self.acts]
        if len(set(names)) < len(names):
            raise ValueError(f"an act stands twice: {names}")
        if self.acts and {act.means for act in self.acts} != {"misaligned", "clean"}:
            raise ValueError("'acts' needs at least one that is misaligned and one that is clean")
        return self
