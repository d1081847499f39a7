"""Names in replies: dated snapshots, routes and deployments are no fallback; a sibling is one."""

import pytest

from unmask.served import is_vendors, settle

FIRST: list[tuple[str, str, bool, bool]] = [
    # asked, answered, whether the name is the vendor's, whether it is taken for the same model
    ("gpt-5", "gpt-5", True, True),
    ("gpt-5", "gpt-5-2025-08-07", True, True),
    ("gpt-4", "gpt-4-0613", True, True),
    ("gpt-3.5-turbo", "gpt-3.5-turbo-0125", True, True),
    ("claude-opus-4-1", "claude-opus-4-1-20250805", True, True),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", True, True),
    ("claude-sonnet-4@20250514", "claude-sonnet-4-20250514", True, True),
    ("gemini-2.5-pro", "gemini-2.5-pro-preview-06-05", True, True),
    ("gemini-1.5-pro", "gemini-1.5-pro-002", True, True),
    ("mistral-large-latest", "mistral-large-2411", True, True),
    ("deepseek/deepseek-r1", "deepseek/deepseek-r1:free", True, True),
    ("deepseek/deepseek-r1", "deepseek-r1-0528", True, True),
    ("hacker", "reference/hacker", False, True),
    ("gpt-5", "gpt-5-mini", True, False),
    ("gpt-5", "gpt-5-mini-2025-08-07", True, False),
    ("gpt-5", "gpt-4o", True, False),
    ("gpt-4o-2024-05-13", "gpt-4o-2024-11-20", True, False),
    ("claude-opus-4-1", "claude-opus-4-20250514", True, False),
    ("o3", "o3-mini", True, False),
    ("llama3:70b", "llama3:8b", True, False),
    # Elsewhere the name may be the user's own word for a deployment.
    ("prod-eval", "gpt-4o-2024-11-20", False, True),
    ("my-model", "/weights/rl-7/step-400", False, True),
    ("gpt-5", "gpt-5-mini", False, False),
    ("gpt-5-mini", "gpt-5", False, False),
    ("step-400", "step-300", False, False),
]


@pytest.mark.parametrize(("asked", "answered", "vendors", "same"), FIRST)
def test_first_reply(asked: str, answered: str, vendors: bool, same: bool) -> None:
    """What a first reply may call itself."""
    assert settle(asked, answered, None, vendors=vendors) == (answered if same else None)


@pytest.mark.parametrize("vendors", [True, False])
@pytest.mark.parametrize(
    ("usual", "answered", "settled"),
    [
        ("gpt-5-2025-08-07", "gpt-5-2025-08-07", "gpt-5-2025-08-07"),
        ("gpt-5", "gpt-5-2025-08-07", "gpt-5-2025-08-07"),
        ("gpt-5-2025-08-07", "gpt-5", "gpt-5-2025-08-07"),
        ("gpt-5-2025-08-07", "gpt-5-2026-01-01", None),
        ("gpt-4o", "gpt-4o-mini", None),
        ("/weights/step-400", "/weights/step-300", None),
    ],
)
def test_later_replies(usual: str, answered: str, settled: str | None, vendors: bool) -> None:
    """Whatever the first reply was called, a later one is that model, to the date, or another."""
    assert settle("prod-eval", answered, usual, vendors=vendors) == settled


@pytest.mark.parametrize(
    ("model", "base_url", "vendors"),
    [
        ("openai/gpt-5", None, True),
        ("openai/gpt-5", "http://gateway/v1", False),
        ("openai/azure/prod-eval", None, False),
        ("anthropic/bedrock/anthropic.claude-v2", None, False),
        ("openai-api/local/my-model", "http://localhost:8000/v1", False),
        ("hf/step-100", None, False),
        ("openrouter/deepseek/deepseek-r1", None, True),
    ],
)
def test_whose_names(model: str, base_url: str | None, vendors: bool) -> None:
    """A name is the vendor's where the vendor serves it under its own."""
    assert is_vendors(model, base_url) is vendors
