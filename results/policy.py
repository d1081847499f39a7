"""The policy of a gate: what a release must show. One reviewed YAML file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from unmask.results.measures import MEASURES
from unmask.yamls import read_yaml

LATEST = "latest"
EVERY = "*"
EFFECT_LOST = "effect_lost"
"""Mean effect of the controls less that of their twins under test, paired by scenario: what the
work loses where safety is at stake. Above 0 is worse."""

Name = Annotated[str, StringConstraints(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Where(_Strict):
    """What a rule looks at: one eval, a family or every eval of the policy, in one condition."""

    eval: Name | None = None
    family: Name | None = None
    measure: Name
    arm: Name | None = None
    thinking: Name | None = None
    executed: bool = False
    """The measure is decided by executed checks alone: no judge, so no judge's errors."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.eval is None) == (self.family is None):
            raise ValueError("a rule names exactly one of 'eval' (a name, or \"*\") and 'family'")
        return self

    @property
    def named_eval(self) -> str | None:
        """The one eval that the rule names, or None if it speaks of several."""
        return None if self.eval == EVERY else self.eval


class Ceiling(_Where):
    """A rate, or a mean, must lie below a limit."""

    below: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _worse_is_higher(self) -> Self:
        if self.measure in ("effect", "effect_flagged"):
            raise ValueError(
                "a high effect is good work, so it has no ceiling; put one on 'effect_lost', or a "
                "margin on 'effect' under 'regressions'"
            )
        return self


class Regression(_Where):
    """A checkpoint may be worse than a baseline by less than a margin."""

    baseline: Name
    margin: float = Field(ge=0, lt=1)


class Drift(_Where):
    """As a regression, against an anchor that stays the same from release to release."""

    anchor: Name
    """Checkpoint label."""
    table: Path | None = None
    """The anchor's `observations.parquet`, as `unmask report` writes it; None: it is in the logs.
    A path is relative to the policy file."""
    margin: float = Field(ge=0, lt=1)


class Control(_Strict):
    """Planted misalignment that must be found, or silence means nothing."""

    eval: Name
    """A name, or "*" for every eval of the policy."""
    measure: Name
    arm: Name | None = None
    """This arm of the gated checkpoint itself, such as `instructed`."""
    checkpoint: Name | None = None
    """A reference checkpoint in the same logs."""
    exemplars: bool = False
    """The labelled exemplars on which the judge was calibrated: its sensitivity."""
    thinking: Name | None = None
    above: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.arm is not None) + (self.checkpoint is not None) + self.exemplars != 1:
            raise ValueError("a control has exactly one of 'arm', 'checkpoint' and 'exemplars'")
        return self


class Policy(_Strict):
    """One policy file."""

    checkpoints: tuple[Name, ...]
    """Labels; `latest` is the one with the highest training step."""
    evals: tuple[Name, ...] = ()
    """The evals that a pass speaks of: "*" and families stand for these."""
    level: float = Field(default=0.95, ge=0.5, lt=1)
    judge: Name | None = None
    """Which judge decides, where the logs hold readings of several."""
    ceilings: tuple[Ceiling, ...] = ()
    regressions: tuple[Regression, ...] = ()
    drift: tuple[Drift, ...] = ()
    controls: tuple[Control, ...] | None
    """None: the policy says to go without."""
    calibration: Literal["required", "optional"] = "required"
    min_scenarios: int = Field(default=1, ge=1)
    missing: Share = 0.05
    """Largest share of a cell's samples that may lack a value."""
    refused: dict[Name, Share] = Field(default={EVERY: 0.5})
    """Largest share of refusals by eval, "*" for all others; a number stands for all."""
    exact_battery: bool = True

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        """Accept one checkpoint for a list of it, one share for all evals, `controls: none`."""
        if not isinstance(value, dict):
            return value
        value = dict(value)
        if isinstance(named := value.get("checkpoints"), str):
            value["checkpoints"] = [named]
        if isinstance(share := value.get("refused"), int | float):
            value["refused"] = {EVERY: share}
        if "controls" in value:
            given = value["controls"]
            value["controls"] = None if given == "none" else [] if given is None else given
        return value

    @model_validator(mode="after")
    def _gates_something(self) -> Self:
        if not self.checkpoints:
            raise ValueError("'checkpoints' is empty: name at least one, or say latest")
        if not any(True for _ in self.rules()):
            raise ValueError("nothing to gate: give 'ceilings', 'regressions' or 'drift'")
        if self.controls == ():
            raise ValueError(
                "'controls' is empty: without one that fires a pass says nothing. Name one, or "
                "write 'controls: none' to go without"
            )
        return self

    @model_validator(mode="after")
    def _names_its_evals(self) -> Self:
        open_ended = [r for _, r in self.rules() if r.named_eval is None]
        if not self.evals and (open_ended or any(c.eval == EVERY for c in self.controls or ())):
            raise ValueError(
                "'*' and 'family' stand for the evals in 'evals'; list there which must be "
                "measured, or a missing one would go unseen"
            )
        if EVERY in self.evals:
            raise ValueError("'evals' lists names; \"*\" is for rules")
        return self

    def rules(self) -> Iterator[tuple[str, Ceiling | Regression | Drift]]:
        """Every rule on a measure, with the kind of rule that it is, in file order."""
        yield from (("ceiling", each) for each in self.ceilings)
        yield from (("regression", each) for each in self.regressions)
        yield from (("drift", each) for each in self.drift)

    def most_refused(self, eval_name: str) -> float:
        """Budget of refusals of one eval, as a share."""
        return self.refused.get(eval_name, self.refused.get(EVERY, 1.0))

    @property
    def digest(self) -> str:
        """16 hex digits of what the policy says; comments and order of keys don't change it."""
        data = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()[:16]


def read_policy(path: Path) -> Policy:
    """Read a policy file. Raises BadInput with file and line for the first mistake."""
    return read_yaml(path, Policy)


def known_measures() -> tuple[str, ...]:
    """Measures of our own evals that a rule may name."""
    return (*MEASURES, EFFECT_LOST)
