"""`promise.json`: every sample that a run set out to take, written before its first model call."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unmask.errors import BadInput

PROMISE_FILE = "promise.json"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PromisedSample(_Strict):
    """One sample that the battery asks for."""

    eval: str
    family: str
    style: str
    arm: str
    thinking: str
    version: str
    asks: str
    scenario: str
    variant: str | None
    cue: str | None
    item: str
    role: str
    twin: str | None
    form: str | None
    epoch: int


class PromisedCheckpoint(_Strict):
    """The checkpoint whose folder this is."""

    label: str
    model: str
    base_url: str | None
    run: str | None
    step: int | None
    group: str | None
    config: str


class PromisedGrader(_Strict):
    """The judge that the run was begun with."""

    name: str
    digest: str


class Promise(_Strict):
    """What a checkpoint's folder is to hold."""

    schema_version: Literal[1] = Field(alias="schema")
    checkpoint: PromisedCheckpoint
    grader: PromisedGrader | None
    samples: tuple[PromisedSample, ...]


def read_promise(file: Path) -> Promise:
    """Read and validate a promise.

    Raises:
        BadInput: It is not one.
    """
    try:
        return Promise.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(
            f"{file} is no promise that this version can read: {where}: {first['msg']}; "
            "run the battery again to rewrite it"
        ) from None


def promise_of(folder: Path, top: Path) -> Path | None:
    """Find the promise that holds for a folder: its own, or that of the nearest one above it.

    The search ends at `top`, so that a promise far above what was named never applies.
    """
    for above in (folder, *folder.parents):
        file = above / PROMISE_FILE
        if file.is_file():
            return file
        if above == top:
            return None
    return None
