"""A loopback server that speaks real APIs: reference models for any client, gateway or pipeline."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import ValidationError

from unmask.errors import BadInput
from unmask.reference.http import Ending, JsonHandler
from unmask.reference.judge import JudgeFailure
from unmask.reference.talk import Offer, Spoken, Turns, tokens
from unmask.reference.voice import PersonaFailure, Voice, voice, voices
from unmask.reference.wires import chat, messages, models, responses
from unmask.reference.wires.common import (
    Answer,
    Asked,
    Event,
    Json,
    Shown,
    WireError,
    context_full,
    lay_out,
)

LOOPBACK = "127.0.0.1"
COUNT = f"{messages.PATH}/count_tokens"
WIRES: dict[str, ModuleType] = {wire.PATH: wire for wire in (chat, responses, messages)}


@dataclass(frozen=True, slots=True)
class Call:
    """A request for an answer, as `Intercept` sees it."""

    path: str
    model: str
    turns: Turns
    offer: Offer


@dataclass(frozen=True, slots=True)
class Fault:
    """A response sent in place of any answer; it ends as `send_broken` says."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = "whole"


@dataclass(frozen=True, slots=True)
class Bent:
    """An answer that is changed on its way out.

    Attributes:
        whole: Makes the body of an answer in one piece.
        events: Makes the events of a stream.
        ending: How a stream ends; as `Fault`'s.
    """

    whole: Callable[[Json], bytes] = lambda body: json.dumps(body).encode()
    events: Callable[[list[Event]], list[Event]] = list
    ending: Ending = "whole"


Intercept = Callable[[Call], Fault | Bent | Spoken | None]
"""Called before each answer, on the request's own thread: may wait, send something else, or count.
None lets the answer pass."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server answers.

    Attributes:
        shown: How reasoning is shown.
        default: Who answers to a model name that is no reference model's; None makes it an error.
        intercept: See `Intercept`.
        say: Gets a line per request.
    """

    shown: Shown = "field"
    default: str | None = None
    intercept: Intercept | None = None
    say: Callable[[str], None] | None = None


class ReferenceServer(ThreadingHTTPServer):
    """The server; `serving` starts one in a thread of its own.

    Raises:
        BadInput: The default is no reference model, or the address can't be bound.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings: Settings, host: str = LOOPBACK, port: int = 0) -> None:
        if settings.default is not None:
            open_voice(settings.default, None)
        self.settings = settings
        self.numbers = itertools.count(1)
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise BadInput(
                f"can't listen on {host}:{port}: {error.strerror}; choose another --port"
            ) from None

    @property
    def origin(self) -> str:
        """Base URL of Anthropic's SDK."""
        return f"http://{self.server_address[0]!s}:{self.server_port}"

    @property
    def openai_url(self) -> str:
        """Base URL of OpenAI's SDK and of all that speak like it."""
        return f"{self.origin}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(settings: Settings | None = None, port: int = 0) -> Iterator[ReferenceServer]:
    """Serve on the loopback interface until the context ends; port 0 takes a free one."""
    server = ReferenceServer(settings or Settings(), port=port)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def open_voice(model: str, default: str | None) -> Voice:
    """Open the reference model that a model name asks for, e.g. `hacker?rate=0.1&seed=3`.

    A prefix such as `reference/` is allowed.

    Raises:
        BadInput: It is none, and there is no default, or an argument does not fit.
    """
    name, _, query = model.removeprefix("reference/").partition("?")
    if default is not None and name not in voices():
        return open_voice(default, None)
    return voice(name, dict(parse_qsl(query, keep_blank_values=True)))


class _Handler(JsonHandler):
    server: ReferenceServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == models.PATH:
            self.send(200, models.listed(voices(), anthropic=self._anthropic))
        elif path.startswith(f"{models.PATH}/"):
            model = unquote(self.path.removeprefix(f"{models.PATH}/"))
            self._guarded(path, lambda: self.send(200, self._described(model)))
        else:
            self._fail(path, WireError(404, "unknown_path", f"nothing is served at {path}"))

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        self._guarded(path, lambda: self._answer(path))

    def log_message(self, format: str, *args: Any) -> None:
        if self.server.settings.say is not None:
            self.server.settings.say(format % args)

    @property
    def _anthropic(self) -> bool:
        return "anthropic-version" in self.headers

    def _guarded(self, path: str, act: Callable[[], None]) -> None:
        try:
            act()
        except WireError as wrong:
            self._fail(path, wrong)

    def _answer(self, path: str) -> None:
        body = self.body()
        if path == COUNT:
            counted = [body.get(name) for name in ("system", "messages", "tools")]
            said = json.dumps(counted, ensure_ascii=False)
            self.send(200, {"input_tokens": tokens(said)})
            return
        wire = WIRES.get(path)
        if wire is None:
            raise WireError(404, "unknown_path", f"nothing is served at {path}")
        asked = _parsed(wire, body)
        other = self._intercepted(path, asked)
        if isinstance(other, Fault):
            self.send_broken(other.status, other.body, other.headers, other.ending)
            return
        bent = other if isinstance(other, Bent) else Bent()
        spoken = other if isinstance(other, Spoken) else self._spoken(asked)
        answer = Answer(
            asked, spoken, self.server.settings.shown, int(time.time()), next(self.server.numbers)
        )
        if spoken.stop == "model_length":
            raise context_full(answer)
        if asked.stream:
            events = wire.stream(lay_out(answer))
            self.stream(events if other is None else bent.events(list(events)), bent.ending)
        else:
            self.send_bytes(200, bent.whole(wire.whole(lay_out(answer))))

    def _intercepted(self, path: str, asked: Asked) -> Fault | Bent | Spoken | None:
        settings = self.server.settings
        _opened(asked.model, settings.default)
        if settings.intercept is None:
            return None
        return settings.intercept(Call(path, asked.model, asked.turns, asked.offer))

    def _spoken(self, asked: Asked) -> Spoken:
        who = _opened(asked.model, self.server.settings.default)
        try:
            # An epoch is no part of any request: to a server, every call is a first one.
            return who.speak(asked.turns, epoch=1, temperature=asked.temperature, offer=asked.offer)
        except (PersonaFailure, JudgeFailure) as failure:
            raise WireError(500, "failing", str(failure)) from None
        except BadInput as wrong:
            raise WireError(400, "malformed", str(wrong), "tools") from None

    def _described(self, model: str) -> Json:
        _opened(model, self.server.settings.default)
        return models.described(model, anthropic=self._anthropic)

    def _fail(self, path: str, wrong: WireError) -> None:
        wire = WIRES.get(path) or (messages if self._anthropic else chat)
        self.send(wrong.status, wire.error(wrong))


def _parsed(wire: ModuleType, body: Json) -> Asked:
    try:
        asked: Asked = wire.read(body)
    except ValidationError as error:
        # Of the ways to read a field, the one that got furthest into it was meant.
        best = max(error.errors(include_url=False), key=lambda one: len(one["loc"]))
        where = ".".join(str(part) for part in best["loc"])
        said = f"{where or 'the body'}: {best['msg'].removeprefix('Value error, ')}"
        raise WireError(400, "malformed", said, where or None) from None
    return asked


def _opened(model: str, default: str | None) -> Voice:
    try:
        return open_voice(model, default)
    except BadInput as error:
        raise WireError(404, "unknown_model", f"the model `{model}` does not exist: {error}") from (
            None
        )
