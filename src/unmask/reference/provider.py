"""The Inspect model provider `reference/NAME`: personas and their judge, offline and seeded."""

from __future__ import annotations

from typing import Any

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
    modelapi,
)
from inspect_ai.model._cache import epoch as current_epoch
from inspect_ai.tool import ToolChoice, ToolInfo

from unmask.reference.voice import Spoken, tokens, voice


@modelapi(name="reference")
def reference() -> type[ModelAPI]:
    """Register the provider."""
    return ReferenceAPI


class ReferenceAPI(ModelAPI):
    """A persona, or the reference judge under the name `judge`.

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
        turns = [(message.role, message.text) for message in input]
        spoken = self.voice.speak(turns, epoch=current_epoch.get(1), temperature=config.temperature)
        asked = sum(tokens(text) for _, text in turns)
        return _output(f"reference/{self.model_name}", spoken, asked)

    def connection_key(self) -> str:
        """All reference models share one pool: they cost no connection."""
        return "reference"

    def max_connections(self) -> int:
        """Bounded by the machine alone."""
        return 64


def _output(model: str, spoken: Spoken, asked: int) -> ModelOutput:
    """Build an output with usage always set: Inspect would go to the network to count tokens."""
    content: list[Any] = [ContentText(text=spoken.text)]
    if spoken.thought:
        content.insert(0, ContentReasoning(reasoning=spoken.thought))
    message = ChatMessageAssistant(content=content, source="generate", model=model)
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
