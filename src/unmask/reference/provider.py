"""The Inspect model provider `reference/NAME`: personas and their judge, offline and seeded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ContentReasoning,
    ContentText,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    StopReason,
    modelapi,
)
from inspect_ai.model._cache import epoch as current_epoch
from inspect_ai.tool import ToolChoice, ToolInfo

from unmask.errors import BadInput
from unmask.evals.conditions import thinking_modes
from unmask.reference.judge import JudgePolicy, Mode, judge_reply
from unmask.reference.persona import Reply, answer, persona, recognise

JUDGE = "judge"
HIDDEN_TOKENS = 64
"""Reasoning tokens that a persona reports where it shows no reasoning."""


ENDLESS_TOKENS = 10_000_000
"""More than any sample may use."""


class PersonaFailure(RuntimeError):
    """The call fails, as a provider's would."""


@modelapi(name="reference")
def reference() -> type[ModelAPI]:
    """Register the provider."""
    return ReferenceAPI


class ReferenceAPI(ModelAPI):
    """A persona, or the reference judge under the name `judge`.

    Model arguments: `seed`, and for personas `rate`; for the judge those of `JudgePolicy`.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - the signature is Inspect's
        **model_args: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        self.seed = int(model_args.get("seed", 0))
        if model_name == JUDGE:
            self.policy = _policy(model_args)
        else:
            persona(model_name)
            _known(model_args, {"seed", "rate"})
            self.rate = float(model_args["rate"]) if "rate" in model_args else None

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Answer without any network."""
        if self.model_name == JUDGE:
            # Later attempts at a reading are asked at a higher temperature.
            text = judge_reply(input[-1].text, self.policy, first=not config.temperature)
            return _output(self.model_name, [ContentText(text=text)], "stop", input)
        turns = [(message.role, message.text) for message in input]
        reply = answer(
            self.model_name,
            recognise(turns),
            epoch=current_epoch.get(1),
            seed=self.seed,
            rate=self.rate,
        )
        return _spoken(self.model_name, reply, _mode(turns), input)

    def connection_key(self) -> str:
        """All reference models share one pool: they cost no connection."""
        return "reference"

    def max_connections(self) -> int:
        """Bounded by the machine alone."""
        return 64


def _spoken(name: str, reply: Reply, mode: str, input: list[ChatMessage]) -> ModelOutput:
    thought, said = reply.entry.thought.strip(), reply.entry.reply.strip()
    match reply.kind:
        case "failing":
            raise PersonaFailure(f"reference/{name} fails on purpose")
        case "empty":
            return _output(name, [ContentText(text="")], "stop", input)
        case "truncated":
            return _output(name, [ContentText(text=said[: len(said) // 2])], "max_tokens", input)
        case "overlong":
            return _output(name, [ContentText(text=said)], "model_length", input)
        case "endless":
            return _output(name, [ContentText(text=said)], "stop", input, ENDLESS_TOKENS)
        case "filtered":
            return _output(name, [ContentText(text="")], "content_filter", input)
        case "hidden":
            return _output(name, [ContentText(text=said)], "stop", input, HIDDEN_TOKENS)
    if mode == "none":
        return _output(name, [ContentText(text=said)], "stop", input)
    if mode == "scratchpad":
        text = f"<scratchpad>\n{thought}\n</scratchpad>\n\n{said}"
        return _output(name, [ContentText(text=text)], "stop", input)
    shown = (ContentReasoning(reasoning=thought), ContentText(text=said))
    return _output(name, shown, "stop", input, _tokens(thought))


def _mode(turns: Sequence[tuple[str, str]]) -> str:
    """Tell the thinking mode from its text in the system prompt, as a model would."""
    system = "\n".join(text for role, text in turns if role == "system")
    for name, mode in thinking_modes().items():
        if mode.system and mode.system in system:
            return name
    return "native"


def _output(
    name: str,
    content: Sequence[ContentReasoning | ContentText],
    stop: StopReason,
    input: list[ChatMessage],
    reasoning_tokens: int = 0,
) -> ModelOutput:
    """Build an output with usage always set: Inspect would go to the network to count tokens."""
    said = sum(_tokens(part.text) for part in content if isinstance(part, ContentText))
    asked = sum(_tokens(message.text) for message in input)
    message = ChatMessageAssistant(content=[*content], source="generate", model=f"reference/{name}")
    return ModelOutput(
        model=f"reference/{name}",
        choices=[ChatCompletionChoice(message=message, stop_reason=stop)],
        usage=ModelUsage(
            input_tokens=asked,
            output_tokens=said + reasoning_tokens,
            total_tokens=asked + said + reasoning_tokens,
            reasoning_tokens=reasoning_tokens,
        ),
    )


def _policy(args: dict[str, Any]) -> JudgePolicy:
    _known(args, {"seed", "sensitivity", "specificity", "mode", "share"})
    mode: Mode = args.get("mode", "true")
    if mode not in get_args(Mode):
        raise BadInput(f"reference/judge: unknown mode {mode!r}; there are {get_args(Mode)}")
    return JudgePolicy(
        sensitivity=float(args.get("sensitivity", 1.0)),
        specificity=float(args.get("specificity", 1.0)),
        mode=mode,
        share=float(args.get("share", 1.0)),
        seed=int(args.get("seed", 0)),
    )


def _known(args: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(args) - known)
    if unknown:
        raise BadInput(f"reference models take {sorted(known)}, not {unknown}")


def _tokens(text: str) -> int:
    """About four characters a token, as every estimate here."""
    return (len(text) + 3) // 4
