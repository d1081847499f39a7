"""What the wire formats share: a request as it was meant, an answer to be laid out, an error."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from unmask.reference.talk import NOTHING, Offer, Spoken, Turns, input_tokens

Shown = Literal["field", "reasoning", "tags", "summary", "hidden"]
"""How reasoning is shown.

`field`: as text in the format's field for it (chat completions: `reasoning_content`). `reasoning`:
the same, but chat completions call it so, as newer vLLM does. `tags`: in the text, as
`<think>…</think>`, its tokens uncounted. `summary`: as a summary (chat completions: OpenRouter's
`reasoning_details`), beside an opaque block. `hidden`: counted in tokens alone, beside an opaque
block where the format has one.
"""

DELTA = 24
"""Characters per streamed piece of text."""

Json = dict[str, Any]
Event = tuple[str | None, Json | str]
"""One server-sent event: its name, if the format names events, and its data."""


class Wire(BaseModel):
    """Base of the parsed requests: what is not needed here is let through, as servers do."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Part(Wire):
    """One block of a message; only its text matters here."""

    type: str
    text: str | None = None


def blocks(content: Any) -> Any:
    """Take a text for the one block that it stands for; anything else is left as it is."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


Parts = Annotated[tuple[Part, ...], BeforeValidator(blocks)]
"""A message's content: a text, or blocks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, whatever its format.

    Attributes:
        model: The model's name as sent.
        turns: The conversation.
        temperature: Sampling temperature, if given.
        stream: Whether the reply goes out in pieces.
        offer: The tools.
        stream_usage: Whether a stream ends with the usage (chat completions).
        echo: Fields that the reply repeats as they were sent (responses).
    """

    model: str
    turns: Turns
    temperature: float | None
    stream: bool
    offer: Offer = NOTHING
    stream_usage: bool = True
    echo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to a request, as it is to be shown.

    Attributes:
        asked: The request.
        spoken: What was said.
        shown: How its reasoning is shown.
        created: Seconds since 1970.
        number: Which answer of its server this is; ids differ by it.
    """

    asked: Asked
    spoken: Spoken
    shown: Shown
    created: int
    number: int

    @property
    def model(self) -> str:
        """The model's name in a reply: says that all this is simulated."""
        return f"reference/{self.asked.model}"

    @property
    def thought(self) -> str:
        """The reasoning text that may be shown; empty if there is none or it is hidden."""
        return "" if self.shown == "hidden" else self.spoken.thought

    @property
    def withheld(self) -> bool:
        """Whether reasoning took place of which nothing is shown."""
        return self.spoken.reasoning_tokens > 0 and not self.thought

    @property
    def input_tokens(self) -> int:
        """Tokens of the conversation."""
        return input_tokens(self.asked.turns)

    def opaque(self, what: str) -> str:
        """Make the stand-in for an encrypted block or a signature."""
        said = [(turn.role, turn.text) for turn in self.asked.turns]
        seed = json.dumps([what, self.number, said, self.spoken.thought])
        return base64.b64encode(hashlib.sha512(seed.encode()).digest()).decode()

    def identity(self, prefix: str) -> str:
        """Make an id such as `msg_…`."""
        seed = self.opaque(prefix).encode()
        return f"{prefix}{hashlib.sha256(seed).hexdigest()[:24]}"


class WireError(Exception):
    """A request that gets an error, with the status and kind that clients act on.

    Attributes:
        status: HTTP status.
        kind: What went wrong: `malformed`, `unknown_model`, `unknown_path`, `too_large`,
            `unknown_response`, `context`, or `failing` (the model's side fails).
        param: The field of the request that is wrong, if one is.
    """

    def __init__(self, status: int, kind: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.param = param


def context_full(answer: Answer) -> WireError:
    """Make the error for a conversation that does not fit, in words that clients know."""
    return WireError(
        400,
        "context",
        f"prompt is too long: {answer.input_tokens} tokens are more than this model's maximum "
        "context length",
    )


def lay_out(answer: Answer) -> Answer:
    """Put reasoning between tags into the text, where that is how it is shown."""
    spoken = answer.spoken
    if answer.shown != "tags" or not spoken.thought:
        return answer
    text = f"<think>\n{spoken.thought}\n</think>\n\n{spoken.text}"
    return replace(answer, spoken=replace(spoken, text=text, thought="", reasoning_tokens=0))


def pieces(text: str) -> Iterator[str]:
    """Cut a text into the pieces of a stream."""
    for start in range(0, len(text), DELTA):
        yield text[start : start + DELTA]


def text_of(content: Collection[Wire] | None) -> str:
    """Join the text blocks of a message's content."""
    return "\n".join(
        part.text for part in content or () if isinstance(part, Part) and part.text is not None
    )
