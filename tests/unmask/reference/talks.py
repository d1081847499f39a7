"""A conversation with tools, in each API's format and as it is to be understood."""

from typing import Any

from unmask.reference.talk import ToolCall, Turn

ASK = "Weather in Oslo and Bergen?"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "maximum": 5}},
    "required": ["city", "days"],
}
OTHER: dict[str, Any] = {"type": "object", "properties": {}}
TOOLS = {"weather": SCHEMA, "clock": OTHER}

CHAT_TOOLS: Any = [
    {"type": "function", "function": {"name": name, "parameters": schema}}
    for name, schema in TOOLS.items()
]
RESPONSES_TOOLS: Any = [
    {"type": "function", "name": name, "parameters": schema, "strict": False}
    for name, schema in TOOLS.items()
]
MESSAGES_TOOLS: Any = [{"name": name, "input_schema": schema} for name, schema in TOOLS.items()]

CALLS = (
    ToolCall("call_1", "weather", {"city": "Oslo – «by» \U0001f327", "days": 2}),
    ToolCall("call_2", "clock", {}),
)


def user(text: str = ASK) -> list[dict[str, Any]]:
    """A conversation of one question, in any format."""
    return [{"role": "user", "content": text}]


CHAT_TALK: Any = [
    {"role": "developer", "content": "Be brief."},
    *user(),
    {
        "role": "assistant",
        "content": "One moment.",
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.json},
            }
            for call in CALLS
        ],
    },
    {"role": "tool", "tool_call_id": "call_2", "content": "noon"},
    {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "rain"}]},
    {"role": "user", "content": "And?"},
]
RESPONSES_TALK: Any = [
    {"role": "developer", "content": "Be brief."},
    *user(),
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
    {"role": "assistant", "content": [{"type": "output_text", "text": "One moment."}]},
    *(
        {"type": "function_call", "call_id": c.id, "name": c.name, "arguments": c.json}
        for c in CALLS
    ),
    {"type": "function_call_output", "call_id": "call_2", "output": "noon"},
    {
        "type": "function_call_output",
        "call_id": "call_1",
        "output": [{"type": "input_text", "text": "rain"}],
    },
    {"role": "user", "content": "And?"},
]
MESSAGES_TALK: Any = [
    *user(),
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Two calls.", "signature": "x"},
            {"type": "text", "text": "One moment."},
            *(
                {"type": "tool_use", "id": c.id, "name": c.name, "input": c.arguments}
                for c in CALLS
            ),
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "call_2", "content": "noon"},
            {
                "type": "tool_result",
                "tool_use_id": "call_1",
                "content": [{"type": "text", "text": "rain"}],
            },
            {"type": "text", "text": "And?"},
        ],
    },
]
TALK = (
    Turn("system", "Be brief."),
    Turn("user", ASK),
    Turn("assistant", "One moment.", CALLS),
    Turn("tool", "noon", call_id="call_2"),
    Turn("tool", "rain", call_id="call_1"),
    Turn("user", "And?"),
)
"""One conversation, in each format and as it is to be understood."""
