"""How a report was made, as it says of itself, so that anyone can make it again."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unmask.errors import BadInput

MADE_FILE = "made.json"


class Made(BaseModel):
    """What a report was asked for.

    Attributes:
        logs: The logs, as they were named.
        level: Two-sided confidence level.
        score: How other people's logs were read: the score, the value that is the event, and what
            names a checkpoint.
        policy: Digest of the gate's policy, where there was one.
        versions: What the report says it was made by.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: int = Field(default=1, alias="schema")
    logs: str
    level: float
    score: tuple[str, str | None, str | None] | None = None
    policy: str | None = None
    versions: dict[str, str]

    def text(self) -> str:
        """Return it as the file holds it."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def read_made(report: Path) -> Made:
    """Read what a folder with a report says of how it was made.

    Raises:
        BadInput: There is no such file, or it is none that a report writes.
    """
    path = report / MADE_FILE
    try:
        return Made.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BadInput(
            f"{report} holds no {MADE_FILE}: is it a folder that `unmask report --out` wrote?"
        ) from None
    except (ValidationError, OSError) as error:
        raise BadInput(f"{path} can't be read: {error}") from None
