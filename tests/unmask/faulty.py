"""Every way in which a provider fails that we know of, over three formats, plain and streamed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tests.unmask.loopback import over_http
from tests.unmask.pipeline import battery, run, table

from unmask.evals.catalog import find_eval, scenarios_of
from unmask.reference.http import Ending
from unmask.reference.persona import recognise
from unmask.reference.serve import Bent, Call, Fault, Settings, serving
from unmask.reference.talk import Spoken, ToolCall
from unmask.reference.wires.common import Event, Json

Layer = Literal["HTTP", "JSON", "meaning", "stream"]
Wire = Literal["chat", "responses", "messages"]
Sends = Callable[[Wire], Fault | Bent | Spoken]

ALIGNED, ERROR = frozenset({"aligned"}), frozenset({"error"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way to fail.

    Attributes:
        name: What the provider does.
        layer: Where it goes wrong.
        sends: What is sent in place of an answer, by format.
        gets: What the sample may come to: a label, or the reason why there is none.
        times: How many calls of a sample it befalls; all of them by default.
        wires: The formats that it exists in.
    """

    name: str
    layer: Layer
    sends: Sends
    gets: frozenset[str] = ERROR
    times: int = 10_000
    wires: tuple[Wire, ...] = ("chat", "responses", "messages")

    @property
    def once(self) -> bool:
        """Whether it passes by itself."""
        return self.times < 10


def error(status: int, message: str, code: str | None = None, **headers: str) -> Sends:
    """Send an error that the SDKs of both kinds can read."""
    told = {"message": message, "type": code or "api_error", "code": code, "param": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda wire: Fault(status, json.dumps({"type": "error", "error": told}).encode(), named)


def page(status: int) -> Sends:
    """Send what a gateway says in HTML."""
    body = b"<html><body><h1>The page you want is resting</h1></body></html>"
    return lambda wire: Fault(status, body, {"Content-Type": "text/html"})


def raw(body: bytes, ending: Ending = "whole") -> Sends:
    """Send these bytes as a reply that went well."""
    return lambda wire: Fault(200, body, {}, ending)


def broken(ending: Ending) -> Sends:
    """Send a reply that ends before its time."""
    return lambda wire: Fault(
        200, b'{"id": "x", "object": "chat.completion", "choices": [', {}, ending
    )


def changed(**by_wire: Callable[[Json], Json | None]) -> Sends:
    """Change the body of a good answer."""

    def send(wire: Wire) -> Bent:
        def whole(body: Json) -> bytes:
            return json.dumps(by_wire[wire](body) or body).encode()

        return Bent(whole)

    return send


def events(change: Callable[[list[Event]], list[Event]], ending: Ending = "whole") -> Sends:
    """Change the events of a good stream."""
    return lambda wire: Bent(events=change, ending=ending)


def said(text: str, stop: Any = "stop") -> Sends:
    """Say something else, in a format without a fault."""
    return lambda wire: Spoken(text, stop=stop)


def put(path: str, value: object) -> Callable[[Json], None]:
    """Set one place of a body; `0` is the first of a list."""

    def change(body: Json) -> None:
        *way, last = path.split(".")
        at: Any = body
        for step in way:
            at = at[int(step)] if step.lstrip("-").isdigit() else at[step]
        at[int(last) if last.lstrip("-").isdigit() else last] = value

    return change


def drop(key: str) -> Callable[[Json], Json]:
    """Leave out a key of a body."""
    return lambda body: {name: value for name, value in body.items() if name != key}


BODY = ("choices", "output", "content")
TEXT: dict[str, str] = {
    "chat": "choices.0.message.content",
    "responses": "output.-1.content.0.text",
    "messages": "content.-1.text",
}


def everywhere(make: Callable[[str, str], Callable[[Json], Json | None]]) -> Sends:
    """Change the same in each format: given the key of its content and the path of its text."""
    keys = dict(zip(("chat", "responses", "messages"), BODY, strict=True))
    return changed(**{wire: make(keys[wire], TEXT[wire]) for wire in keys})


def _cut(count: int) -> Callable[[list[Event]], list[Event]]:
    return lambda sent: sent[:count]


def _half(sent: list[Event]) -> list[Event]:
    return sent[: len(sent) // 2]


def _without_end(sent: list[Event]) -> list[Event]:
    """Leave out what says that, and why, a stream ended."""
    ends = ("message_stop", "message_delta", "response.completed", "response.incomplete")
    kept = [(name, data) for name, data in sent if name not in ends and data != "[DONE]"]
    return [each for each in kept if not _finishes(each[1])]


def _finishes(data: Json | str) -> bool:
    choices = data.get("choices") if isinstance(data, dict) else None
    return bool(choices) and (choices or [{}])[0].get("finish_reason") is not None


def _garbage(sent: list[Event]) -> list[Event]:
    return [*sent[:3], (sent[0][0], '{"id": "x", "choi'), *sent[3:]]


def _error_inside(sent: list[Event]) -> list[Event]:
    told = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    return [*_half(sent), ("error", told)]


def _again(trouble: Trouble) -> Trouble:
    return replace(trouble, name=f"{trouble.name}, once", gets=ALIGNED, times=1)


LATER = error(429, "slow down")
HTTP = (
    Trouble("429", "HTTP", LATER),
    Trouble(
        "429 with Retry-After: 1, once",
        "HTTP",
        error(429, "slow down", Retry_After="1"),
        ALIGNED,
        1,
    ),
    Trouble("429 with Retry-After: 3600", "HTTP", error(429, "slow down", Retry_After="3600")),
    Trouble("429, quota used up", "HTTP", error(429, "no quota", "insufficient_quota")),
    Trouble("500", "HTTP", error(500, "something broke")),
    Trouble("502 with a page of HTML", "HTTP", page(502)),
    Trouble("503 with a page of HTML", "HTTP", page(503)),
    Trouble("504", "HTTP", error(504, "upstream timed out")),
    Trouble("529, overloaded", "HTTP", error(529, "Overloaded", "overloaded_error")),
    Trouble("408", "HTTP", error(408, "request timed out")),
    Trouble("409", "HTTP", error(409, "conflict")),
    Trouble("400, for no reason", "HTTP", error(400, "bad request")),
    Trouble(
        "400, content policy",
        "HTTP",
        error(400, "content management policy", "content_filter"),
        frozenset({"filtered", "error"}),
    ),
    Trouble(
        "400, context too long",
        "HTTP",
        error(400, "prompt is too long: maximum context length", "context_length_exceeded"),
        frozenset({"context", "error"}),
    ),
    Trouble("401", "HTTP", error(401, "no such key", "invalid_api_key")),
    Trouble("403", "HTTP", error(403, "not allowed")),
    Trouble(
        "404, no such model", "HTTP", error(404, "the model does not exist", "model_not_found")
    ),
    Trouble("413", "HTTP", error(413, "too large"), frozenset({"error", "context"})),
    Trouble("422", "HTTP", error(422, "can't be processed")),
    Trouble("200 with a page of HTML", "HTTP", page(200)),
    Trouble("connection reset", "HTTP", broken("reset")),
    Trouble("no answer at all", "HTTP", broken("hang")),
    Trouble("a byte every half second", "HTTP", broken("drip")),
    Trouble("body cut short", "HTTP", broken("cut")),
)
JSON = (
    Trouble("empty body", "JSON", raw(b"")),
    Trouble("malformed JSON", "JSON", raw(b'{"id": "x", "choices": [{')),
    Trouble("null", "JSON", raw(b"null")),
    Trouble("a string", "JSON", raw(b'"an answer"')),
    Trouble("a list", "JSON", raw(b"[]")),
    Trouble("an empty object", "JSON", raw(b"{}")),
    Trouble(
        "an error object under status 200",
        "JSON",
        raw(b'{"error": {"message": "upstream failed"}}'),
    ),
    Trouble("no content", "JSON", everywhere(lambda key, text: drop(key))),
    Trouble("content is null", "JSON", everywhere(lambda key, text: put(key, None))),
    Trouble(
        "content is an empty list",
        "JSON",
        everywhere(lambda key, text: put(key, [])),
        frozenset({"error", "no_reply"}),
    ),
    Trouble("content is a number", "JSON", everywhere(lambda key, text: put(key, 7))),
    Trouble(
        "message is null", "JSON", changed(chat=put("choices.0.message", None)), wires=("chat",)
    ),
    Trouble(
        "text is null",
        "JSON",
        everywhere(lambda key, text: put(text, None)),
        frozenset({"error", "no_reply"}),
    ),
    Trouble(
        "text is a number",
        "JSON",
        everywhere(lambda key, text: put(text, 7)),
        frozenset({"error", "grader_invalid", "grader_error"}),
    ),
    Trouble(
        "usage counts words",
        "JSON",
        everywhere(
            lambda key, text: put(
                "usage", {"prompt_tokens": "few", "input_tokens": "few", "output_tokens": "many"}
            )
        ),
        frozenset({"error", "aligned"}),
    ),
    Trouble(
        "no usage",
        "JSON",
        everywhere(lambda key, text: drop("usage")),
        frozenset({"error", "aligned"}),
    ),
)
CALL = ToolCall("call_1", "bash", {"command": "ls"})
MEANING = (
    Trouble("empty text", "meaning", said(""), frozenset({"no_reply"})),
    Trouble("white space", "meaning", said("  \n\n "), frozenset({"no_reply"})),
    Trouble(
        "cut at the token limit",
        "meaning",
        said("I would, first of all,", "max_tokens"),
        frozenset({"truncated"}),
    ),
    Trouble("filtered", "meaning", said("", "content_filter"), frozenset({"filtered"})),
    Trouble(
        "filtered after some words",
        "meaning",
        said("I would", "content_filter"),
        frozenset({"filtered"}),
    ),
    Trouble(
        "a refusal in a field of its own",
        "meaning",
        changed(
            chat=lambda body: put(
                "choices.0.message",
                {"role": "assistant", "content": None, "refusal": "I can't help with that."},
            )(body),
            responses=lambda body: put(
                "output.-1.content", [{"type": "refusal", "refusal": "I can't help with that."}]
            )(body),
            messages=put("stop_reason", "refusal"),
        ),
        frozenset({"filtered", "no_reply", "grader_invalid", "grader_error", "refused", "error"}),
    ),
    Trouble(
        "an unknown reason to stop",
        "meaning",
        changed(
            chat=put("choices.0.finish_reason", "tired"),
            messages=put("stop_reason", "tired"),
        ),
        frozenset({"truncated", "error"}),
        wires=("chat", "messages"),
    ),
    Trouble(
        "no reason to stop",
        "meaning",
        changed(
            chat=put("choices.0.finish_reason", None),
            messages=put("stop_reason", None),
        ),
        frozenset({"truncated", "error"}),
        wires=("chat", "messages"),
    ),
    Trouble(
        "a tool call where no tool is offered",
        "meaning",
        lambda wire: Spoken("", stop="tool_calls", calls=(CALL,)),
        frozenset({"no_reply", "error", "truncated"}),
    ),
    Trouble(
        "thoughts and no reply",
        "meaning",
        lambda wire: Spoken("", "I wonder.", reasoning_tokens=3),
        frozenset({"no_reply"}),
    ),
    Trouble(
        "an unclosed thought", "meaning", said("<think>I wonder what they"), frozenset({"no_reply"})
    ),
    Trouble(
        "3 MB of text",
        "meaning",
        lambda wire: Spoken("all of it again " * 200_000),
        frozenset({"grader_invalid", "limit", "error", "truncated"}),
    ),
    Trouble(
        "NUL and half of a surrogate pair",
        "meaning",
        lambda wire: Spoken("I\x00would \ud800 not."),
        frozenset({"grader_invalid", "grader_error", "error"}),
    ),
)
STREAM = (
    Trouble(
        "nothing in it",
        "stream",
        events(lambda sent: []),
        frozenset({"error", "no_reply", "truncated"}),
    ),
    Trouble(
        "closed after two events",
        "stream",
        events(_cut(2), "cut"),
        frozenset({"error", "no_reply", "truncated"}),
    ),
    Trouble(
        "closed in the middle", "stream", events(_half, "cut"), frozenset({"error", "truncated"})
    ),
    Trouble(
        "reset in the middle", "stream", events(_half, "reset"), frozenset({"error", "truncated"})
    ),
    Trouble(
        "silent from the middle on",
        "stream",
        events(_half, "hang"),
        frozenset({"error", "truncated"}),
    ),
    Trouble(
        "no event that ends it", "stream", events(_without_end), frozenset({"error", "truncated"})
    ),
    Trouble(
        "ended as usual after half of the text",
        "stream",
        events(_half),
        frozenset({"error", "truncated"}),
    ),
    Trouble("an event that is no JSON", "stream", events(_garbage)),
    Trouble("an error in the middle", "stream", events(_error_inside)),
)
PASSING = (
    "429",
    "500",
    "503 with a page of HTML",
    "529, overloaded",
    "connection reset",
    "no answer at all",
    "body cut short",
    "empty body",
    "malformed JSON",
    "no content",
)
PLAIN = (*HTTP, *JSON, *MEANING, *(_again(each) for each in (*HTTP, *JSON) if each.name in PASSING))
STREAMED = (
    *STREAM,
    *(
        _again(each)
        for each in STREAM
        if each.name in ("reset in the middle", "an error in the middle")
    ),
)
"""Faults of a stream alone; a stream can fail in most other ways, too, before it begins."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the samples of one scenario.

    Attributes:
        trouble: What their provider did.
        got: Their labels, or the reasons why they have none.
        calls: The most calls that one of them made.
    """

    trouble: Trouble
    got: frozenset[str]
    calls: int


def suffer(provider: str, troubles: Sequence[Trouble], folder: Path) -> list[Outcome]:
    """Run a battery in which each scenario's provider has a trouble of its own, all at once.

    Args:
        provider: One of `loopback.PROVIDERS`.
        troubles: At most as many as `goals` has scenarios.
        folder: Where the logs go.
    """
    wire: Wire = provider.partition("-")[0]  # type: ignore[assignment]
    mine = [each for each in troubles if wire in each.wires]
    known = scenarios_of(find_eval("goals"))
    asked = [each.id for each in known if each.role == "test"][: len(mine)]
    due = dict(zip(asked, mine, strict=True))
    limit = 1 + [each.id for each in known].index(asked[-1])
    calls: Counter[tuple[str, str]] = Counter()

    def intercept(call: Call) -> Fault | Bent | Spoken | None:
        question = recognise([(turn.role, turn.text) for turn in call.turns])
        scenario = question.scenario.removeprefix("goals/")
        before = calls[scenario, question.item]
        calls[scenario, question.item] += 1
        trouble = due.get(scenario)
        return trouble.sends(wire) if trouble and before < trouble.times else None

    with serving(Settings(intercept=intercept)) as server:
        checkpoint = {"label": "faulty", **over_http(provider, "aligned", server)}
        if provider == "messages":
            # Left to itself it streams, or refuses not to: a body in one piece can't be tried.
            checkpoint |= {"args": {"streaming": False}, "config": {"max_tokens": 2000}}
        run(battery([checkpoint], limit=limit, limits=LIMITS), folder)
    rows = table(folder)
    outcomes = []
    for scenario, trouble in due.items():
        seen = rows[rows["scenario"] == scenario]
        got = frozenset(seen["label"].dropna()) | frozenset(seen["missing"].dropna())
        most = max((n for (which, _), n in calls.items() if which == scenario), default=0)
        outcomes.append(Outcome(trouble, got, most))
    return outcomes


LIMITS = {
    "max_retries": 2,
    "timeout": 120,
    "attempt_timeout": 5,
    "retry_after": 5,
    "max_connections": 100,
}
"""A provider's failures, told quickly."""
