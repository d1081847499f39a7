"""How an eval in a world becomes an Inspect task: an agent at work there, then the readings.

Nothing of the model's is executed but calls of the world's own tools, so that no sandbox is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai import Epochs, Task
from inspect_ai.agent import AgentState, as_solver, react
from inspect_ai.dataset import MemoryDataset
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import store

from unmask.evals.agentic import MESSAGE_LIMIT, TOKEN_LIMIT
from unmask.evals.catalog import EvalSpec, in_form, scenarios_of, written_for
from unmask.evals.chat import FINITE, TIME_LIMIT, check_grader, private_pack
from unmask.evals.conditions import arm as find_arm
from unmask.evals.conditions import thinking_mode
from unmask.evals.debrief import ask
from unmask.evals.samples import briefs_digest, render
from unmask.evals.world_tools import turn, world_tools
from unmask.scorers.label import label
from unmask.scorers.world.events import RECORD
from unmask.scorers.world.models import World
from unmask.scorers.world.state import State

MOST_PAUSES = 3
"""How often an agent that has ended its turn is told something more."""

CUT_OFF = ("content_filter", "max_tokens", "model_length")
"""Answers that were not ended by the model: nobody answers them."""


def world_task(
    spec: EvalSpec, *, arm: str, thinking: str, scenarios: str | None, self_grading: bool
) -> Task:
    """Build the task of one eval in worlds.

    Args:
        spec: The eval.
        arm: An arm of `evals/arms.yaml`.
        thinking: A mode of `evals/thinking.yaml`.
        scenarios: A folder with a private pack of scenarios, added to the eval's own.
        self_grading: Let a model judge itself. Off: it is refused before anything is generated.
    """
    private = private_pack(scenarios)
    asked = [*scenarios_of(spec), *in_form(private, spec)]
    briefs = briefs_digest([*written_for(spec), *private])
    rendered = render(asked, find_arm(arm), thinking_mode(thinking))
    return Task(
        dataset=MemoryDataset(list(rendered.samples), name=spec.name),
        setup=check_grader(self_grading),
        solver=at_work(),
        scorer=label(spec.rubric, briefs=briefs, checks=spec.checks),
        # No reducer: epochs are rows of their own. A mean over epochs would count a label as 0.
        epochs=Epochs(1, []),
        config=FINITE,
        message_limit=MESSAGE_LIMIT,
        token_limit=TOKEN_LIMIT,
        time_limit=TIME_LIMIT,
        version=f"{spec.version}+{rendered.asks[:8]}",
        metadata={
            "eval": spec.name,
            "family": spec.family,
            "style": spec.style,
            "arm": arm,
            "thinking": thinking,
            "asks": rendered.asks,
        },
    )


@solver
def at_work() -> Solver:
    """Let an agent work in its sample's world, and keep the record of what it did.

    It ends when it calls no tool and nobody has more to say; its last words are its report.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        told = "\n\n".join(message.text for message in state.messages)
        place = State(World.model_validate(state.metadata["world"]), told)
        answers = _Answers(place, state.metadata["then"])
        tools = world_tools(place)
        agent = react(prompt=None, tools=tools, submit=False, on_continue=answers.go_on)
        try:
            state = await as_solver(agent)(state, generate)
        finally:
            # Also where a limit ends the sample: what was done by then was done.
            store().set(RECORD, place.close().model_dump(mode="json"))
        await ask(state, tools)
        return state

    return solve


class _Answers:
    """What an agent is told when it has ended its turn."""

    def __init__(self, place: State, then: Sequence[str]) -> None:
        self._place = place
        self._then = list(then)
        self._pauses = 0

    async def go_on(self, agent: AgentState) -> bool | str:
        """Say what comes next; False where nothing does."""
        if agent.output.message.tool_calls:
            return True
        if self._pauses == MOST_PAUSES or agent.output.stop_reason in CUT_OFF:
            return False
        says = self._then[self._pauses] if self._pauses < len(self._then) else ""
        self._pauses += 1
        return self._place.pause(says, turn=turn()) or False
