"""The Inspect model provider `reference/NAME`: personas and their judge, offline and seeded."""

from __future__ import annotations

from typing import Any

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageTool,
    ContentReasoning,
    ContentText,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.model._cache import epoch as current_epoch
from inspect_ai.tool import ToolCall as InspectCall
from inspect_ai.tool import ToolChoice, ToolFunction, ToolInfo

from unmask.reference.talk import Offer, Spoken, Tool, ToolCall, Turn, input_tokens
from unmask.reference.voice import voice


@modelapi(name="reference")
def reference() -> type[ModelAPI]:
    """Register the provider."""
    return ReferenceAPI


class ReferenceAPI(ModelAPI):
    """A persona, the reference judge as `judge`, or the caller of tools as `tools`.

    Model arguments are those of `unmask.reference.voice.voice`.
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
        self.voice = voice(model_name, model_args)

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Answer without any network."""
        turns = [_turn(message) for message in input]
        spoken = self.voice.speak(
            turns,
            epoch=current_epoch.get(1),
            temperature=config.temperature,
            offer=_offer(tools, tool_choice, config.parallel_tool_calls),
        )
        return _output(f"reference/{self.model_name}", spoken, input_tokens(turns))

    def connection_key(self) -> str:
        """All reference models share one pool: they cost no connection."""
        return "reference"

    def max_connections(self) -> int:
        """Bounded by the machine alone."""
        return 64


def _turn(message: ChatMessage) -> Turn:
    match message:
        case ChatMessageAssistant(tool_calls=list(made)):
            calls = tuple(ToolCall(call.id, call.function, call.arguments) for call in made)
            return Turn(message.role, message.text, calls)
        case ChatMessageTool(error=error, tool_call_id=call_id):
            return Turn(message.role, error.message if error else message.text, call_id=call_id)
    return Turn(message.role, message.text)


def _offer(tools: list[ToolInfo], choice: ToolChoice, parallel: bool | None) -> Offer:
    """Say what may be called; of tools, Inspect leaves the one alone that a choice names."""
    offered = (Tool(tool.name, tool.parameters.model_dump(exclude_none=True)) for tool in tools)
    demanded = "any" if isinstance(choice, ToolFunction) else choice
    return Offer(tuple(offered), demanded, parallel is not False)


def _output(model: str, spoken: Spoken, asked: int) -> ModelOutput:
    """Build an output with usage always set: Inspect would go to the network to count tokens."""
    content: list[Any] = []
    if spoken.thought:
        content.append(ContentReasoning(reasoning=spoken.thought))
    if spoken.text or not spoken.calls:
        content.append(ContentText(text=spoken.text))
    calls = [InspectCall(c.id, c.name, dict(c.arguments)) for c in spoken.calls]
    message = ChatMessageAssistant(
        content=content, tool_calls=calls or None, source="generate", model=model
    )
    return ModelOutput(
        model=model,
        choices=[ChatCompletionChoice(message=message, stop_reason=spoken.stop)],
        usage=ModelUsage(
            input_tokens=asked,
            output_tokens=spoken.output_tokens,
            total_tokens=asked + spoken.output_tokens,
            reasoning_tokens=spoken.reasoning_tokens,
        ),
    )
