"""A loopback server that speaks real APIs: reference models for any client, gateway or pipeline."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import ValidationError

from unmask.errors import BadInput
from unmask.reference.judge import JudgeFailure
from unmask.reference.persona import personas
from unmask.reference.voice import JUDGE, PersonaFailure, Spoken, Voice, tokens, voice
from unmask.reference.wires import chat, messages, responses
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
MAX_BYTES = 32_000_000
"""Longest request body, in bytes."""

MODELS = "/v1/models"
COUNT = f"{messages.PATH}/count_tokens"
WIRES: dict[str, ModuleType] = {wire.PATH: wire for wire in (chat, responses, messages)}


@dataclass(frozen=True, slots=True)
class Call:
    """A request for an answer, as `Intercept` sees it."""

    path: str
    model: str
    turns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A response sent in place of any answer."""

    status: int
    body: bytes


Intercept = Callable[[Call], Fault | Spoken | None]
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
    if default is not None and name != JUDGE and name not in personas():
        return open_voice(default, None)
    return voice(name, dict(parse_qsl(query, keep_blank_values=True)))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "unmask"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: ReferenceServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == MODELS:
            self._send(200, _models(anthropic=self._anthropic))
        elif path.startswith(f"{MODELS}/"):
            model = unquote(self.path.removeprefix(f"{MODELS}/"))
            self._guarded(path, lambda: self._send(200, self._described(model)))
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
        body = self._body()
        if path == COUNT:
            said = json.dumps([body.get("system"), body.get("messages")], ensure_ascii=False)
            self._send(200, {"input_tokens": tokens(said)})
            return
        wire = WIRES.get(path)
        if wire is None:
            raise WireError(404, "unknown_path", f"nothing is served at {path}")
        asked = _parsed(wire, body)
        spoken = self._spoken(path, asked)
        if spoken is None:
            return
        answer = Answer(
            asked, spoken, self.server.settings.shown, int(time.time()), next(self.server.numbers)
        )
        if spoken.stop == "model_length":
            raise context_full(answer)
        if asked.stream:
            self._stream(wire.stream(lay_out(answer)))
        else:
            self._send(200, wire.whole(lay_out(answer)))

    def _spoken(self, path: str, asked: Asked) -> Spoken | None:
        """Answer a request, or None if a fault was sent in place of an answer."""
        settings = self.server.settings
        who = _opened(asked.model, settings.default)
        if settings.intercept is not None:
            other = settings.intercept(Call(path, asked.model, tuple(asked.turns)))
            if isinstance(other, Fault):
                self._send_bytes(other.status, other.body)
                return None
            if other is not None:
                return other
        try:
            # An epoch is no part of any request: to a server, every call is a first one.
            return who.speak(asked.turns, epoch=1, temperature=asked.temperature)
        except (PersonaFailure, JudgeFailure) as failure:
            raise WireError(500, "failing", str(failure)) from None

    def _described(self, model: str) -> Json:
        _opened(model, self.server.settings.default)
        return _model(model, anthropic=self._anthropic)

    def _body(self) -> Json:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.close_connection = True
            raise WireError(411, "malformed", "the request has no Content-Length")
        if int(length) > MAX_BYTES:
            self.close_connection = True
            raise WireError(413, "too_large", f"the request has more than {MAX_BYTES} bytes")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise WireError(400, "malformed", f"the body is not JSON: {error}") from None
        if not isinstance(body, dict):
            raise WireError(400, "malformed", "the body is JSON, but not an object")
        return body

    def _fail(self, path: str, wrong: WireError) -> None:
        wire = WIRES.get(path) or (messages if self._anthropic else chat)
        self._send(wrong.status, wire.error(wrong))

    def _send(self, status: int, value: Json) -> None:
        self._send_bytes(status, json.dumps(value).encode())

    def _send_bytes(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, events: Iterator[Event]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(data)
            frame = f"event: {name}\ndata: {text}\n\n" if name else f"data: {text}\n\n"
            raw = frame.encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(raw), raw))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


def _parsed(wire: ModuleType, body: Json) -> Asked:
    try:
        asked: Asked = wire.read(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise WireError(400, "malformed", f"{where}: {first['msg']}") from None
    return asked


def _opened(model: str, default: str | None) -> Voice:
    try:
        return open_voice(model, default)
    except BadInput as error:
        raise WireError(404, "unknown_model", f"the model `{model}` does not exist: {error}") from (
            None
        )


def _models(*, anthropic: bool) -> Json:
    listed = [_model(name, anthropic=anthropic) for name in (*personas(), JUDGE)]
    if anthropic:
        ends = {"first_id": listed[0]["id"], "last_id": listed[-1]["id"]}
        return {"data": listed, "has_more": False, **ends}
    return {"object": "list", "data": listed}


def _model(name: str, *, anthropic: bool) -> Json:
    if anthropic:
        created = "1970-01-01T00:00:00Z"
        return {"type": "model", "id": name, "display_name": name, "created_at": created}
    return {"id": name, "object": "model", "created": 0, "owned_by": "unmask"}
