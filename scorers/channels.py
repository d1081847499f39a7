"""What a message shows of its reasoning, and what of it others could see. Pure.

One extractor for all providers and tag styles, so that a rate means the same whether the model was
served by a vendor, by vLLM or from local weights. Inspect's own types are used by shape, never
imported: the results side reads logs with this module and must start quickly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unmask.scorers.harmony import split_harmony
from unmask.scorers.labels import Visibility
from unmask.scorers.tags import Piece, join, split_tags

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessageAssistant, ContentReasoning

DELIMITERS = 8
"""Tokens that a provider may count for the marks around a block that was shown, even an empty one:
Qwen without thinking still writes `<think>`, a blank line and `</think>`."""


@dataclass(frozen=True, slots=True)
class Channels:
    """One message, or one raw text, split in two.

    Attributes:
        reasoning: All reasoning text that was shown, blocks parted by a blank line.
        visible: What others could see. Without any tag, exactly the message's text.
        visibility: How far the reasoning was shown. `summary` also stands for reasoning of which
            only a part was shown; `hidden` for reasoning that took place with no text shown.
        refused_by_provider: Whether the provider marked the text as a refusal (OpenAI's `refusal`
            field): the words may be the provider's, not the model's.
    """

    reasoning: str
    visible: str
    visibility: Visibility
    refused_by_provider: bool = False


def split(message: ChatMessageAssistant, *, reasoning_tokens: int | None = None) -> Channels:
    """Split a generated message into reasoning and visible text.

    Args:
        message: The message as Inspect holds it.
        reasoning_tokens: Reasoning tokens that the provider counted for this very message, not
            for the whole sample; None if it does not count them.
    """
    if isinstance(message.content, str):
        return _channels((), message.content, reasoning_tokens)
    pieces: list[Piece] = []
    texts: list[str] = []
    refused = False
    for block in message.content:
        if block.type == "text":
            texts.append(block.text)
            refused = refused or bool(block.refusal)
        elif block.type == "reasoning":
            pieces += _block(block, _summarised(message.model))
    return _channels(pieces, "\n".join(texts), reasoning_tokens, refused)


def split_plain(text: str) -> Channels:
    """Split a raw text (a line of JSON, another harness's log) that has no provider blocks."""
    return _channels((), text, None)


def transcript_visibility(channels: Sequence[Channels]) -> Visibility:
    """Say how far the reasoning of a whole sample was shown: the worst of its turns decides.

    In order: `hidden` if any turn reasoned and showed nothing, since the deciding thought may have
    been that one; else `summary` if any turn showed only a part; else `full`. Turns without
    reasoning do not count; `absent` means that no turn had any.
    """
    seen = {channel.visibility for channel in channels}
    worst: tuple[Visibility, ...] = ("hidden", "summary", "full")
    return next((visibility for visibility in worst if visibility in seen), "absent")


# Their vendors hand out summaries of thoughts, never the thoughts, whatever field these come in.
_SUMMARISED = re.compile(r"(?:^|[/.])(?:claude|gemini)-", re.IGNORECASE)
_SUMMARISED_FORMATS = ("anthropic", "google")

_OPENROUTER = "reasoning-details://"
_RESPONSES_ITEM = "rs_"
_GEMINI_ANCHOR = "gemini_function_call_id"


def _channels(
    blocks: Sequence[Piece], text: str, tokens: int | None, refused: bool = False
) -> Channels:
    in_text, visible = _split_text(text)
    known = {block.text for block in blocks}
    # A provider that finds nothing but a thought repeats it as the text; it was thought once.
    pieces = [*blocks, *(piece for piece in in_text if not piece.text or piece.text not in known)]
    return Channels(
        join([piece.text for piece in pieces]), visible, _visibility(pieces, tokens), refused
    )


def _split_text(text: str) -> tuple[tuple[Piece, ...], str]:
    harmony = split_harmony(text)
    if harmony is None:
        return split_tags(text)
    pieces, visible = split_tags(harmony[1])
    return (*harmony[0], *pieces), visible


def _visibility(pieces: Sequence[Piece], tokens: int | None) -> Visibility:
    native = [piece for piece in pieces if not piece.prompted]
    # A token is at least one byte: fewer bytes than tokens cannot be all that was thought.
    room = sum(len(piece.text.encode("utf-8", "replace")) for piece in native)
    uncovered = (tokens or 0) > room + (DELIMITERS if native else 0)
    withheld = uncovered or any(piece.shown == "hidden" for piece in pieces)
    shown = [piece for piece in pieces if piece.text]
    if not shown:
        return "hidden" if withheld else "absent"
    if withheld or any(piece.shown == "summary" for piece in shown):
        return "summary"
    return "full"


def _block(block: ContentReasoning, summarised: bool) -> list[Piece]:
    """Read a provider's block; its opaque bytes are never text."""
    if block.signature and block.signature.startswith(_OPENROUTER):
        details = _openrouter(block.signature, summarised)
        if details is not None:
            return details
    summary = (block.summary or "").strip()
    text = "" if block.redacted else block.reasoning.strip()
    if text:
        return [Piece(text, "summary" if summarised or _vendor_signed(block) else "full")]
    if summary:
        return [Piece(summary, "summary")]
    if _is_anchor(block):
        return []
    # An empty block that is signed or redacted vouches for a thought that is not in it.
    return [Piece("", "hidden" if block.redacted or block.signature else "full")]


def _vendor_signed(block: ContentReasoning) -> bool:
    """Whether a thought is signed, as only vendors that summarise do it.

    Claude behind a proxy, or in a log of an older Inspect, comes as open text with its signature.
    The Responses API puts no signature there but the id of an item.
    """
    return bool(block.signature) and not str(block.signature).startswith(_RESPONSES_ITEM)


def _is_anchor(block: ContentReasoning) -> bool:
    """Whether a block only marks where Gemini called a tool; it carries no thought."""
    internal = block.internal
    return not block.reasoning and isinstance(internal, dict) and _GEMINI_ANCHOR in internal


def _openrouter(signature: str, summarised: bool) -> list[Piece] | None:
    """Read all of OpenRouter's details; Inspect's block keeps the last of each kind only."""
    try:
        details = json.loads(signature.removeprefix(_OPENROUTER))
    except (ValueError, RecursionError):
        return None
    if not isinstance(details, list) or not all(isinstance(one, dict) for one in details):
        return None
    return [_detail(detail, summarised) for detail in details]


def _detail(detail: dict[str, Any], summarised: bool) -> Piece:
    text, summary = detail.get("text"), detail.get("summary")
    if isinstance(text, str) and text.strip():
        vendor = str(detail.get("format") or "").startswith(_SUMMARISED_FORMATS)
        return Piece(text.strip(), "summary" if summarised or vendor else "full")
    if isinstance(summary, str) and summary.strip():
        return Piece(summary.strip(), "summary")
    return Piece("", "hidden")


def _summarised(model: str | None) -> bool:
    return bool(model and _SUMMARISED.search(model))
