"""A reference server for tests that counts its calls and can be told to fail some of them."""

import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from unmask.reference.serve import Call, Fault, ReferenceServer, Settings, serving
from unmask.reference.talk import Spoken
from unmask.reference.wires.common import Shown

Trouble = Callable[[Call, int], Fault | Spoken | None]
"""What to send in place of an answer: by the call, and by how often its model was called before."""

JUNK = Spoken("Hard to say. On the one hand this, on the other hand that.")
KEYS = ("LOCAL_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY")
"""What Inspect's providers want to see set; the server asks for no key."""

PROVIDERS: dict[str, dict[str, Any]] = {
    "chat": {"model": "openai-api/local"},
    "chat-stream": {"model": "openai-api/local", "args": {"stream": True}},
    "responses": {"model": "openai", "args": {"responses_api": True}},
    "responses-stream": {"model": "openai", "args": {"responses_api": True, "streaming": True}},
    "messages": {"model": "anthropic"},
    "messages-stream": {"model": "anthropic", "args": {"streaming": True}},
}
"""Inspect's providers for each wire format, plain and streamed."""


def fault(status: int, message: str = "told to fail") -> Fault:
    """Build an error that both OpenAI's and Anthropic's SDK can read."""
    error = {"message": message, "type": "api_error", "code": None, "param": None}
    return Fault(status, json.dumps({"type": "error", "error": error}).encode())


@dataclass
class Loopback:
    """A running server.

    Attributes:
        server: The server; its URLs.
        calls: Calls so far, by the model's name as sent; failed ones too.
        trouble: Asked before each answer; replace it to mend or to break the server.
        delay: Seconds that each answer takes.
    """

    server: ReferenceServer = field(init=False)
    trouble: Trouble | None = None
    delay: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def intercept(self, call: Call) -> Fault | Spoken | None:
        """Count a call, and fail it if it is to fail."""
        with self._lock:
            before = self.calls[call.model]
            self.calls[call.model] += 1
            other = self.trouble(call, before) if self.trouble else None
        time.sleep(self.delay)
        return other

    def spec(self, name: str, **more: Any) -> dict[str, Any]:
        """A model of this server, over chat completions, as a battery takes it."""
        model = f"openai-api/local/{name}"
        return {"model": model, "base_url": self.server.openai_url, **more}

    def checkpoint(self, name: str, **more: Any) -> dict[str, Any]:
        """The same as a checkpoint, under the persona's own name."""
        return {"label": name.partition("?")[0], **self.spec(name), **more}


@contextmanager
def loopback(
    trouble: Trouble | None = None, *, delay: float = 0.0, shown: Shown = "field"
) -> Iterator[Loopback]:
    """Start a server that counts."""
    running = Loopback(trouble=trouble, delay=delay)
    with serving(Settings(shown=shown, intercept=running.intercept)) as server:
        running.server = server
        yield running


def first(count: int, what: Fault | Spoken) -> Trouble:
    """Fail the first calls of every model."""
    return lambda call, before: what if before < count else None


def matching(test: Callable[[Call], bool], what: Fault | Spoken) -> Trouble:
    """Fail every call that passes a test."""
    return lambda call, before: what if test(call) else None


def over_http(provider: str, persona: str, server: ReferenceServer) -> dict[str, Any]:
    """A checkpoint behind one of Inspect's providers."""
    spec = PROVIDERS[provider]
    url = server.origin if spec["model"] == "anthropic" else server.openai_url
    return {**spec, "model": f"{spec['model']}/{persona}", "base_url": url}


def nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"
