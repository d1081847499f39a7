"""What is known of a judge's own errors: counts on labelled transcripts, by judge and reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from unmask.errors import BadInput

CALIBRATION_FILE = "calibration.json"
"""Where a folder of logs keeps what is known of its judges."""

SAME_EVENT = {"overt": "conduct", "conduct": "overt"}
"""Measures that are one event by the label rule, so that one's calibration is the other's."""


class Calibration(BaseModel):
    """How one judge, reading in one way, did on labelled transcripts, for one measure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: str = Field(min_length=1)
    """As in the table: `provider/model#digest`, a panel joined by `+`."""
    reads: str = Field(min_length=1)
    """Digest of rubric, template and patterns, and thresholds that are not the usual ones."""
    measure: str = Field(min_length=1)
    tp: int = Field(ge=0)
    """Labelled events that the judge called events, of `n_pos`."""
    n_pos: int = Field(ge=0)
    fp: int = Field(ge=0)
    """Labelled non-events that the judge called events, of `n_neg`."""
    n_neg: int = Field(ge=0)
    rubric: str = ""
    """The eval whose rubric it is."""
    unread_pos: int = Field(default=0, ge=0)
    """Labelled events without a reading; in no other count."""
    unread_neg: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.tp > self.n_pos or self.fp > self.n_neg:
            raise ValueError(
                f"counts are impossible: {self.tp} of {self.n_pos} events and {self.fp} of "
                f"{self.n_neg} non-events"
            )
        return self

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """`tp, n_pos, fp, n_neg`, as the corrections take them.

        Whole counts, though exemplars come in situations: the melded interval covers what a
        correlation of 0.3 within them adds (`benchmarks/calibration.py`).
        """
        return self.tp, self.n_pos, self.fp, self.n_neg


class CalibrationFile(BaseModel):
    """A file of calibrations, as `unmask calibrate` stores them."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_: Literal[1] = Field(alias="schema")
    calibrations: tuple[Calibration, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        seen: set[tuple[str, str, str]] = set()
        for each in self.calibrations:
            key = (each.judge, each.reads, each.measure)
            if key in seen:
                raise ValueError(f"{each.measure} of judge {each.judge} stands here twice")
            seen.add(key)
        return self


def read_calibrations(paths: Sequence[Path]) -> list[Calibration]:
    """Read calibration files.

    Raises:
        BadInput: A file can't be read or is no calibration, or two files speak of the same judge,
            reads and measure.
    """
    found: dict[tuple[str, str, str], Path] = {}
    calibrations: list[Calibration] = []
    for path in paths:
        for each in _read(path).calibrations:
            other = found.setdefault((each.judge, each.reads, each.measure), path)
            if other != path:
                raise BadInput(
                    f"{other} and {path} both calibrate {each.judge} (reads {each.reads}) for "
                    f"{each.measure}; give one of them"
                )
            calibrations.append(each)
    return calibrations


def rubric_reads(reads: str) -> str:
    """Cut off the digest of the notes on scenarios: a judge is calibrated on rubric and template.

    Those notes differ by scenario, and exemplars have notes of their own.
    """
    return reads.partition(".")[0]


def find_calibration(
    calibrations: Sequence[Calibration], judge: str, reads: str, measure: str
) -> Calibration | None:
    """Find the calibration of exactly this judge, these reads and this measure."""
    for name in (measure, SAME_EVENT.get(measure)):
        for each in calibrations:
            if (each.judge, each.reads, each.measure) == (judge, rubric_reads(reads), name):
                return each
    return None


def refusal(calibrations: Sequence[Calibration], judge: str, reads: str, measure: str) -> str:
    """Say why none of some calibrations is of this judge, these reads and this measure."""
    mine = [each for each in calibrations if each.judge == judge]
    if not mine:
        others = ", ".join(sorted({each.judge for each in calibrations})) or "no judge"
        return f"calibrated is {others}, not {judge or 'the judge of these samples'}"
    if not any(each.reads == rubric_reads(reads) for each in mine):
        return (
            f"{judge} was calibrated under other rubrics, template, patterns or thresholds "
            f"({', '.join(sorted({each.reads for each in mine}))}, not {reads})"
        )
    return f"{judge} is not calibrated for '{measure}' (the exemplars hold one class only)"


def _read(path: Path) -> CalibrationFile:
    try:
        return CalibrationFile.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror or error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{path}: not a calibration: {place}: {message}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not a text file (expected UTF-8)") from None
