"""A battery: checkpoints × evals × arms × epochs, one YAML file, one run. And what it promises."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from unmask.errors import BadInput
from unmask.keys import key_among, key_in_url, refers
from unmask.series import expand, folders
from unmask.yamls import read_yaml

Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$")]
"""A checkpoint's name: also the name of its folder, so no separators and no leading dot."""

PROMISE_FILE = "promise.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prices(_Strict):
    """US dollars per million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cache_read: float | None = Field(default=None, ge=0)
    cache_write: float | None = Field(default=None, ge=0)


class ModelSpec(_Strict):
    """A model as Inspect takes it."""

    model: Annotated[str, StringConstraints(pattern=r"^[^/\s]+/\S+$")]
    base_url: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    config: dict[str, Any] = Field(default_factory=dict)
    prices: Prices | None = None

    @model_validator(mode="after")
    def _no_keys(self) -> Self:
        place = key_among(self.args) or key_among(self.config)
        if self.base_url and key_in_url(self.base_url):
            place = "base_url"
        if place:
            raise ValueError(
                f"{place} holds a key, which logs would keep. Set it in the environment; where the "
                "provider does not look for it there, name it: "
                "args: {default_headers: {X-Api-Key: '${GATEWAY_KEY}'}}"
            )
        if refers(f"{self.base_url}{self.config}"):
            raise ValueError("keys are filled in for args alone: logs keep base_url and config")
        return self

    @property
    def digest(self) -> str:
        """What could make two models of the same name answer differently, as 16 hex digits."""
        identity = [self.model, self.base_url, self.args, self.config]
        data = json.dumps(identity, sort_keys=True, default=str)
        return hashlib.sha256(data.encode()).hexdigest()[:16]

    @property
    def server(self) -> tuple[str, ...]:
        """What two models share that one provider, address and key serve."""
        args = json.dumps(self.args, sort_keys=True, default=str)
        return self.model.rpartition("/")[0], self.base_url or "", args


class Checkpoint(ModelSpec):
    """A named model version under test."""

    label: Label
    run: str | None = None
    step: int | None = Field(default=None, ge=0)
    group: str | None = None

    @property
    def sampling(self) -> str:
        """Digest of the sampling settings alone (8 hex digits): rates compare only where equal."""
        data = json.dumps(self.config, sort_keys=True, default=str)
        return hashlib.sha256(data.encode()).hexdigest()[:8]


class EvalEntry(_Strict):
    """One eval of a battery; what is left out comes from the battery."""

    eval: str
    arms: tuple[str, ...] | None = None
    thinking: tuple[str, ...] | None = None
    epochs: int | None = Field(default=None, ge=1)
    scenarios: str | None = None
    limit: int | None = Field(default=None, ge=1)
    args: dict[str, Any] = Field(default_factory=dict)


class Limits(_Strict):
    """Finite by default: nothing waits or retries for ever."""

    max_connections: int = Field(default=20, ge=1)
    max_retries: int = Field(default=6, ge=0)
    timeout: int = Field(default=900, ge=1)
    attempt_timeout: int = Field(default=300, ge=1)
    retry_after: int = Field(default=300, ge=0)
    max_samples: int | None = Field(default=None, ge=1)


class Alarms(_Strict):
    """False alarms of a judge on exemplars without the event: `fp` and `n_neg` of a calibration."""

    found: int = Field(ge=0)
    of: int = Field(ge=1)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.found > self.of:
            raise ValueError(f"{self.found} false alarms were found among only {self.of}")
        return self


class EarlyStopping(_Strict):
    """When a cell need not be run to its end: its rate lies above a ceiling already."""

    measure: str
    ceiling: float = Field(gt=0, lt=1)
    level: float = Field(default=0.95, ge=0.5, lt=1)
    """As in the gate's policy: false stops have half of what it leaves over."""
    seed: int = 0
    """Of the random order of scenarios."""
    false_alarms: Alarms | None = None
    """None where nothing is to be allowed for: what executed checks find needs no judge."""


class Budget(_Strict):
    """Caps on what all runs into one folder of logs may use together; None caps nothing."""

    usd: float | None = Field(default=None, gt=0)
    tokens: int | None = Field(default=None, ge=1)
    calls: int | None = Field(default=None, ge=1)


class Defaults(_Strict):
    """What every checkpoint inherits unless it says otherwise."""

    base_url: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    config: dict[str, Any] = Field(default_factory=dict)
    prices: Prices | None = None
    run: str | None = None
    group: str | None = None


class Battery(_Strict):
    """One battery file."""

    grader: tuple[ModelSpec, ...] = Field(min_length=1)
    self_grading: bool = False
    runner: ModelSpec | None = None
    """The model that goes by prompts which checkpoints write; evals that ask for them need it."""
    sandbox: str = "auto"
    """Where code of the checkpoints runs: auto (Docker, else bubblewrap), or an Inspect sandbox."""
    unsafe_local: bool = False
    """Whether `sandbox: local`, which isolates nothing, is meant."""
    checkpoints: tuple[Checkpoint, ...] = Field(min_length=1)
    evals: tuple[EvalEntry, ...] = Field(min_length=1)
    arms: tuple[str, ...] = ("baseline",)
    thinking: tuple[str, ...] = ("native",)
    epochs: int = Field(default=1, ge=1)
    limits: Limits = Limits()
    budget: Budget = Budget()
    early_stopping: EarlyStopping | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        """Accept bare model and eval names, series of checkpoints, and defaults for all of them."""
        if not isinstance(value, dict):
            return value
        value = dict(value)
        defaults = Defaults.model_validate(value.pop("defaults", None) or {})
        inherited = defaults.model_dump(exclude_none=True, exclude_defaults=True)
        grader = value.get("grader")
        if grader is not None:
            graders = grader if isinstance(grader, list) else [grader]
            value["grader"] = [{"model": g} if isinstance(g, str) else g for g in graders]
        if isinstance(value.get("runner"), str):
            value["runner"] = {"model": value["runner"]}
        if isinstance(value.get("evals"), list):
            value["evals"] = [{"eval": e} if isinstance(e, str) else e for e in value["evals"]]
        if isinstance(value.get("checkpoints"), list):
            expanded = [c for entry in value["checkpoints"] for c in expand(entry, folders)]
            value["checkpoints"] = [_inherit(c, inherited) for c in expanded]
        return value

    @model_validator(mode="after")
    def _tell_apart(self) -> Self:
        labels: set[str] = set()
        seen: dict[str, str] = {}
        for checkpoint in self.checkpoints:
            if checkpoint.label.lower() in labels:
                raise ValueError(f"two checkpoints are called '{checkpoint.label}'")
            labels.add(checkpoint.label.lower())
            twin = seen.setdefault(checkpoint.digest, checkpoint.label)
            if twin != checkpoint.label:
                raise ValueError(
                    f"checkpoints '{twin}' and '{checkpoint.label}' can't be told apart: same "
                    "model, base_url, args and config"
                )
        return self

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """Every model that the battery calls."""
        return (*self.checkpoints, *self.grader, *((self.runner,) if self.runner else ()))


def read_battery(path: Path) -> Battery:
    """Read a battery file. Raises BadInput with file and line."""
    return read_yaml(path, Battery)


class Promised(_Strict):
    """One sample that a battery promises to measure."""

    eval: str
    family: str
    style: str
    arm: str
    thinking: str
    version: str
    asks: str
    sample: str
    scenario: str
    variant: str | None
    cue: str | None
    item: str
    role: str
    twin: str | None
    form: str | None
    epoch: int


class PromisedCheckpoint(_Strict):
    """The checkpoint that a folder of logs belongs to."""

    label: str
    model: str
    base_url: str | None
    run: str | None
    step: int | None
    group: str | None
    config: str
    digest: str


class PromisedGrader(_Strict):
    """The panel that a folder's readings come from, or the model that goes by prompts."""

    name: str
    digest: str


class PromisedStopping(EarlyStopping):
    """When a cell may stop early, and the order of its scenarios: fixed before the first call."""

    eval: str
    arm: str
    thinking: str
    scenarios: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells its cell from the others of a folder."""
        return self.eval, self.arm, self.thinking


class Promise(_Strict):
    """What a folder of logs is to hold, written before the first call; only this is read."""

    schema_: int = Field(default=1, alias="schema")
    checkpoint: PromisedCheckpoint
    grader: PromisedGrader
    runner: PromisedGrader | None = None
    """Who goes by prompts, where samples ask for them."""
    samples: tuple[Promised, ...]
    stopping: tuple[PromisedStopping, ...] = ()

    @property
    def cells(self) -> set[tuple[str, str, str]]:
        """The promised (eval, arm, thinking)."""
        return {(sample.eval, sample.arm, sample.thinking) for sample in self.samples}


def promised_checkpoint(checkpoint: Checkpoint) -> PromisedCheckpoint:
    """What of a checkpoint its folder keeps: no arguments, which may hold secrets."""
    return PromisedCheckpoint(
        label=checkpoint.label,
        model=checkpoint.model,
        base_url=checkpoint.base_url,
        run=checkpoint.run,
        step=checkpoint.step,
        group=checkpoint.group,
        config=checkpoint.sampling,
        digest=checkpoint.digest,
    )


def promised_grader(panel: Sequence[ModelSpec]) -> PromisedGrader:
    """Name a panel and digest what could make it answer differently."""
    digest = hashlib.sha256("\0".join(spec.digest for spec in panel).encode()).hexdigest()[:16]
    return PromisedGrader(name="+".join(spec.model for spec in panel), digest=digest)


def read_promise(folder: Path) -> Promise | None:
    """Read a folder's promise, or None where there is none. Raises BadInput if it is damaged."""
    path = folder / PROMISE_FILE
    if not path.exists():
        return None
    try:
        return Promise.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError) as error:
        raise BadInput(f"{path}: not a promise that `unmask run` wrote: {error}") from None


def _inherit(checkpoint: Any, inherited: dict[str, Any]) -> Any:
    if not isinstance(checkpoint, dict):
        return checkpoint
    merged = {**inherited, **checkpoint}
    for nested in ("args", "config"):
        if isinstance(checkpoint.get(nested), dict):
            merged[nested] = {**inherited.get(nested, {}), **checkpoint[nested]}
    return merged
