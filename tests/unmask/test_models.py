"""Opening models: servers of one's own need no key, and a missing key is named."""

import pytest

from unmask.battery import Limits, ModelSpec
from unmask.errors import BadInput
from unmask.models import open_model


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a base URL and no key in the environment, an OpenAI-compatible server is opened."""
    monkeypatch.delenv("ENDPOINT_API_KEY", raising=False)
    spec = ModelSpec(model="openai-api/endpoint/m", base_url="http://127.0.0.1:9/v1")
    assert open_model(spec, "checkpoint 'm'", Limits()).api.api_key == "none"


def test_a_key_that_is_there_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment wins."""
    monkeypatch.setenv("ENDPOINT_API_KEY", "sk-of-a-test")
    spec = ModelSpec(model="openai-api/endpoint/m", base_url="http://127.0.0.1:9/v1")
    assert open_model(spec, "checkpoint 'm'", Limits()).api.api_key == "sk-of-a-test"


def test_a_missing_key_is_named_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which variable a vendor's provider looks for."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(BadInput, match="ANTHROPIC_API_KEY") as error:
        open_model(ModelSpec(model="anthropic/claude-x"), "grader", Limits())
    assert "\n" not in str(error.value)
