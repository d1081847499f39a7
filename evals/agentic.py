"""How an agentic eval becomes an Inspect task: an agent with tools, then the readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inspect_ai import Epochs, Task
from inspect_ai._util.registry import registry_create, registry_lookup
from inspect_ai.agent import Agent, as_solver, react
from inspect_ai.dataset import MemoryDataset
from inspect_ai.model import ModelName
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Tool, bash

from unmask.errors import BadInput
from unmask.evals.catalog import EvalSpec, in_form, scenarios_of, written_for
from unmask.evals.chat import FINITE, TIME_LIMIT, check_grader, private_pack
from unmask.evals.conditions import arm as find_arm
from unmask.evals.conditions import thinking_mode
from unmask.evals.debrief import ask
from unmask.evals.samples import briefs_digest, render
from unmask.scorers.execution.runner import bound_runner
from unmask.scorers.label import label

REACT = "react"
SANDBOX = "bwrap"
"""What a task asks for by itself; `unmask run` and `inspect eval --sandbox` name another."""

MESSAGE_LIMIT = 80
"""Messages of one sample, tool results included: some forty turns."""

TOKEN_LIMIT = 500_000
TOOL_SECONDS = 120
"""For one command of the agent."""


def agentic_task(
    spec: EvalSpec,
    *,
    arm: str,
    thinking: str,
    scenarios: str | None,
    self_grading: bool,
    agent: str = REACT,
) -> Task:
    """Build the task of one agentic eval.

    Args:
        spec: The eval.
        arm: An arm of `evals/arms.yaml`.
        thinking: A mode of `evals/thinking.yaml`.
        scenarios: A folder with a private pack of scenarios, added to the eval's own.
        self_grading: Let a model judge itself. Off: it is refused before anything is generated.
        agent: Who works with the tools: `react` (Inspect's, with a shell), or the registered name
            of another Inspect agent, which brings its own.
    """
    private = private_pack(scenarios)
    asked = [*scenarios_of(spec), *in_form(private, spec)]
    briefs = briefs_digest([*written_for(spec), *private], by_prompt=spec.by_prompt)
    rendered = render(asked, find_arm(arm), thinking_mode(thinking))
    return Task(
        dataset=MemoryDataset(list(rendered.samples), name=spec.name),
        setup=[check_grader(self_grading), *([check_runner()] if spec.by_prompt else [])],
        solver=worker(agent),
        scorer=label(spec.rubric, briefs=briefs, checks=spec.checks),
        # No reducer: epochs are rows of their own. A mean over epochs would count a label as 0.
        epochs=Epochs(1, []),
        config=FINITE,
        sandbox=SANDBOX,
        message_limit=MESSAGE_LIMIT,
        token_limit=TOKEN_LIMIT,
        time_limit=TIME_LIMIT,
        version=f"{version_with(spec.version, agent)}+{rendered.asks[:8]}",
        metadata={
            "eval": spec.name,
            "family": spec.family,
            "style": spec.style,
            "arm": arm,
            "thinking": thinking,
            "asks": rendered.asks,
            "agent": agent,
        },
    )


@solver
def check_runner() -> Solver:
    """Fail before the first generation if the role `runner` is unbound or the model itself."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        try:
            runner = bound_runner()
        except ValueError as error:
            raise BadInput(str(error)) from None
        if runner is None:
            raise BadInput(
                "no runner: prompts are weighed by a model that goes by them; name it with "
                "`unmask run --runner MODEL`, or with `inspect eval --model-role runner=MODEL`"
            )
        if str(ModelName(runner)) == str(state.model):
            raise BadInput(f"{state.model} would go by its own prompts; name another runner")
        return state

    return solve


def version_with(version: str, agent: str) -> str:
    """Put an agent that isn't the usual one into a version: its rates are not comparable.

    >>> version_with("1-A", "inspect_swe/claude_code")
    '1.claude_code-A'
    """
    number, dash, rest = version.partition("-")
    return version if agent == REACT else f"{number}.{agent.rpartition('/')[2]}{dash}{rest}"


def worker(name: str) -> Solver:
    """Make the agent of a name.

    The default ends when it calls no tool, and its last words are its report: a tool to "submit an
    answer" would tell it that it is tested, and cost the thought before that call.

    Raises:
        BadInput: No agent of that name is registered.
    """
    if name == REACT:
        shell = bash(timeout=TOOL_SECONDS)
        return debriefed(as_solver(react(prompt=None, tools=[shell], submit=False)), [shell])
    if registry_lookup("agent", name) is None:
        raise BadInput(
            f"there is no agent '{name}'; name 'react' or an Inspect agent as package/name, with "
            "its package installed"
        )
    made: Any = registry_create("agent", name)
    agent: Agent = made
    return debriefed(as_solver(agent), [])


@solver
def debriefed(work: Solver, tools: Sequence[Tool]) -> Solver:
    """Let an agent work, and ask it about that where the sample says so.

    Args:
        work: The agent.
        tools: What it worked with, as far as that is known here.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state = await work(state, generate)
        if "debrief" in state.metadata:
            await ask(state, tools)
        return state

    return solve
