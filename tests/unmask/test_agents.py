"""Agent loops of Inspect's own, on the reference model `tools`: over HTTP as in process."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from inspect_ai import Task, eval, task
from inspect_ai.agent import react
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalSample
from inspect_ai.model import (
    ChatMessageAssistant,
    ChatMessageTool,
    GenerateConfig,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.solver import Solver, generate, use_tools
from inspect_ai.tool import Tool, ToolChoice, ToolError, ToolFunction, tool
from tests.unmask.loopback import KEYS, PROVIDERS, over_http

from unmask.reference.serve import ReferenceServer, serving

QUESTION = "What is the weather, and what is the sum?"


@tool
def weather() -> Tool:
    """Weather, by words."""

    async def execute(city: str, unit: Literal["C", "F"], days: int = 3) -> str:
        """Tell the weather.

        Args:
            city: Where.
            unit: Celsius or Fahrenheit.
            days: How far ahead.
        """
        return f"dull in {city} for {days} days, 11 °{unit}"

    return execute


@tool
def total() -> Tool:
    """Sum, with a list and an object of numbers."""

    async def execute(numbers: list[int], weights: dict[str, float], exact: bool) -> str:
        """Add up.

        Args:
            numbers: What to add.
            weights: What each counts.
            exact: Whether not to round.
        """
        return f"{sum(numbers)} {weights} {exact}"

    return execute


@tool
def broken() -> Tool:
    """Tool that fails."""

    async def execute() -> str:
        """Fail."""
        raise ToolError("the disk is full")

    return execute


def looped() -> list[Solver]:
    """Offer tools, and generate until nothing is called."""
    return [use_tools(weather(), total()), generate()]


def agent() -> Any:
    """ReAct with its `submit` tool."""
    return react(tools=[weather(), total()])


def failing() -> list[Solver]:
    """A loop over a tool that fails."""
    return [use_tools(broken(), weather()), generate()]


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        monkeypatch.setenv(key, "none")


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    """A server that shows reasoning in each format's field."""
    with serving() as started:
        yield started


def run(models: Sequence[Model], solver: Callable[[], Any], logs: Path) -> list[EvalSample]:
    """Run one sample of an agent with each model."""

    @task
    def errand() -> Task:
        return Task(dataset=[Sample(input=QUESTION)], solver=solver(), message_limit=20)

    done: list[EvalSample] = []
    for log in eval(errand(), model=list(models), log_dir=str(logs), display="none"):
        assert log.status == "success" and log.samples is not None, log.error
        done += log.samples
    return done


def calls(message: ChatMessageAssistant) -> list[tuple[str, str, dict[str, Any]]]:
    """Id, tool and arguments of each call."""
    return [(call.id, call.function, call.arguments) for call in message.tool_calls or ()]


def transcript(sample: EvalSample) -> list[Any]:
    """What was said, called and returned, and why the last reply ended."""
    lines: list[Any] = []
    for message in sample.messages:
        # Chat completions put an empty text beside calls, and blocks of text are joined by lines.
        line: list[Any] = [message.role, message.text.strip()]
        if isinstance(message, ChatMessageAssistant):
            line += calls(message)
        if isinstance(message, ChatMessageTool):
            failure = message.error.message if message.error else None
            line += [message.tool_call_id, message.function, failure]
        lines.append(line)
    return [*lines, sample.output.stop_reason]


def wired(provider: str, name: str, server: ReferenceServer) -> Model:
    """A reference model behind one of Inspect's providers."""
    spec = over_http(provider, name, server)
    args = spec.get("args", {})
    return get_model(spec["model"], base_url=spec["base_url"], memoize=False, **args)


@pytest.mark.parametrize("query", ["", "?at_once=1&seed=2"])
@pytest.mark.parametrize("solver", [looped, agent])
def test_agents_over_http_are_those_in_process(
    server: ReferenceServer, solver: Callable[[], Any], query: str, tmp_path: Path
) -> None:
    """Every provider, plain and streamed, gives the transcript that is had in process."""
    args: dict[str, Any] = {"at_once": 1, "seed": 2} if query else {}
    inside = get_model("reference/tools", memoize=False, **args)
    outside = [wired(provider, f"tools{query}", server) for provider in PROVIDERS]
    expected, *observed = run([inside, *outside], solver, tmp_path)
    rounds = [m for m in expected.messages if m.role == "assistant" and m.tool_calls]
    assert len(rounds) == (2 if query else 1)
    for provider, sample in zip(PROVIDERS, observed, strict=True):
        assert transcript(sample) == transcript(expected), provider


def test_an_answer_quotes_what_the_tools_returned(tmp_path: Path) -> None:
    """The last text holds every result, under the name of its tool."""
    (sample,) = run([get_model("reference/tools", memoize=False)], looped, tmp_path)
    results = [m for m in sample.messages if isinstance(m, ChatMessageTool)]
    assert [m.function for m in results] == ["weather", "total"]
    for result in results:
        assert f"- {result.function}: {result.text}" in sample.output.completion
    assert sample.output.stop_reason == "stop"


def test_failed_tools_over_http_are_those_in_process(
    server: ReferenceServer, tmp_path: Path
) -> None:
    """A tool's failure comes back as its result; Inspect writes `Error:` before it in chat."""
    inside = get_model("reference/tools", memoize=False)
    outside = [wired(provider, "tools", server) for provider in PROVIDERS]
    expected, *observed = run([inside, *outside], failing, tmp_path)
    assert "- broken: the disk is full" in expected.output.completion
    for provider, sample in zip(PROVIDERS, observed, strict=True):
        said = sample.output.completion.replace("- broken: Error: ", "- broken: ")
        assert said == expected.output.completion, provider
        assert transcript(sample)[:-2] == transcript(expected)[:-2], provider


@pytest.mark.parametrize(
    ("choice", "parallel", "called"),
    [
        ("auto", None, ["weather", "total"]),
        ("auto", False, ["weather"]),
        ("any", None, ["weather", "total"]),
        (ToolFunction("total"), None, ["total"]),
        ("none", None, []),
    ],
)
def test_what_may_be_called(
    server: ReferenceServer,
    choice: ToolChoice,
    parallel: bool | None,
    called: list[str],
) -> None:
    """A choice of tools, and whether calls may be parallel, reach the model by every provider."""
    config = GenerateConfig(parallel_tool_calls=parallel)

    async def ask(model: Model) -> ModelOutput:
        async with model:
            tools = [weather(), total()]
            return await model.generate(QUESTION, tools=tools, tool_choice=choice, config=config)

    async def ask_all() -> list[ModelOutput]:
        inside = get_model("reference/tools", memoize=False)
        models = [inside, *(wired(provider, "tools", server) for provider in PROVIDERS)]
        return [await ask(model) for model in models]

    expected, *observed = asyncio.run(ask_all())
    assert [c.function for c in expected.message.tool_calls or ()] == called
    assert expected.stop_reason == ("tool_calls" if called else "stop")
    for provider, output in zip(PROVIDERS, observed, strict=True):
        assert calls(output.message) == calls(expected.message), provider
        assert output.stop_reason == expected.stop_reason, provider
