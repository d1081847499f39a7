"""The reference voice that calls tools, without any wire."""

from typing import Any

import pytest

from unmask.errors import BadInput
from unmask.reference.caller import Caller
from unmask.reference.talk import Offer, Spoken, Tool, Turn
from unmask.reference.voice import voice

TOOLS = tuple(
    Tool(name, {"properties": {"of": {"type": "string"}}, "required": ["of"]}) for name in "abc"
)
OFFER = Offer(TOOLS)


def speak(turns: list[Turn], offer: Offer = OFFER, **args: Any) -> Spoken:
    """Ask the voice."""
    return voice("tools", args).speak(turns, epoch=1, temperature=None, offer=offer)


def names(spoken: Spoken) -> list[str]:
    """Tools called."""
    return [call.name for call in spoken.calls]


def heard(spoken: Spoken, **results: str) -> list[Turn]:
    """An answer with calls, and what the tools return."""
    back = [Turn("tool", results.get(c.name, "done"), call_id=c.id) for c in spoken.calls]
    return [Turn("assistant", spoken.text, spoken.calls), *back]


def loop(
    turns: list[Turn], offer: Offer = OFFER, **args: Any
) -> tuple[list[list[str]], list[Turn]]:
    """Run tools until none is called: the calls by answer, and the conversation."""
    made = []
    while (spoken := speak(turns, offer, **args)).calls:
        made.append(names(spoken))
        turns = [*turns, *heard(spoken)]
    return made, [*turns, Turn("assistant", spoken.text)]


@pytest.mark.parametrize(
    ("args", "offer", "made"),
    [
        ({}, OFFER, [["a", "b", "c"]]),
        ({"at_once": 2}, OFFER, [["a", "b"], ["c"]]),
        ({"at_once": "1"}, OFFER, [["a"], ["b"], ["c"]]),
        ({}, Offer(TOOLS, parallel=False), [["a"], ["b"], ["c"]]),
        ({"at_once": 2}, Offer(TOOLS, parallel=False), [["a"], ["b"], ["c"]]),
        ({}, Offer(TOOLS, "none"), []),
        ({}, Offer(), []),
    ],
)
def test_each_tool_is_called_once(
    args: dict[str, Any], offer: Offer, made: list[list[str]]
) -> None:
    """Each tool on offer is called once, as many in one answer as may be, and then it ends."""
    assert loop([Turn("user", "Go.")], offer, **args)[0] == made


def test_each_question_gets_its_calls() -> None:
    """A next question begins another round, with ids that were not used before."""
    turns = [Turn("user", "Go.")]
    for _ in range(3):
        made, turns = loop(turns)
        assert made == [["a", "b", "c"]]
        turns = [*turns, Turn("user", "Again.")]
    ids = [call.id for turn in turns for call in turn.calls]
    assert len(set(ids)) == len(ids) == 9


def test_words_between_results_begin_no_round() -> None:
    """A reminder that a scaffold puts beside results does not make it call for ever."""
    first = speak([Turn("user", "Go.")])
    turns = [Turn("user", "Go."), *heard(first), Turn("user", "Remember the rules.")]
    assert speak(turns).calls == ()


def test_a_demand_is_met_again() -> None:
    """Where a call is demanded, there is one even if every tool was called."""
    turns = [Turn("user", "Go."), *heard(speak([Turn("user", "Go.")]))]
    assert names(speak(turns, Offer(TOOLS[1:2], "any"))) == ["b"]
    assert names(speak(turns, Offer(TOOLS, "any"))) == ["a", "b", "c"]


def test_the_answer_quotes_the_results() -> None:
    """The last answer holds each result under its tool's name, in the order they came."""
    first = speak([Turn("user", "Go.")])
    turns = [Turn("user", "Go."), *heard(first, a="17", b="two\nlines", c="")]
    last = speak(turns)
    assert last.text == "The tools returned:\n- a: 17\n- b: two\nlines\n- c: "
    assert last.stop == "stop"


def test_results_of_unknown_calls_are_quoted_too() -> None:
    """A call that the conversation no longer holds leaves its result a nameless line."""
    said = speak([Turn("user", "Go."), Turn("tool", "17", call_id="gone")], Offer())
    assert said.text == "The tools returned:\n- ?: 17"


def test_arguments_are_seeded() -> None:
    """Arguments are the same for the same seed whatever was said, and differ by seed and tool."""
    one, other = speak([Turn("user", "Go.")]), speak([Turn("user", "Stop.")])
    assert [c.arguments for c in one.calls] == [c.arguments for c in other.calls]
    assert {c.id for c in one.calls}.isdisjoint(c.id for c in other.calls)
    assert len({c.arguments["of"] for c in one.calls}) == 3
    assert speak([Turn("user", "Go.")], seed=1).calls[0].arguments != one.calls[0].arguments


def test_a_seed_is_whole_and_at_once_positive() -> None:
    """Arguments of the voice that do not fit are refused by name."""
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"at_once": 0}, "at_once of reference/tools must be 1 or more, not 0"),
        ({"at_once": "many"}, "at_once of a reference model must be a whole number"),
        ({"rate": 0.5}, r"take \['at_once', 'seed'\], not \['rate'\]"),
    ]
    for args, says in wrong:
        with pytest.raises(BadInput, match=says):
            voice("tools", args)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "string"}, "must be an object by its schema"),
        ({"required": ["x"], "properties": {"x": {"type": "no"}}}, "no JSON schema"),
    ],
)
def test_a_tool_that_can_not_be_called_is_named(schema: dict[str, Any], says: str) -> None:
    """A schema without arguments to be had is an error with the tool's name, never a call."""
    with pytest.raises(BadInput, match=f"tool odd.*{says}"):
        Caller().speak(
            [Turn("user", "Go.")], epoch=1, temperature=None, offer=Offer((Tool("odd", schema),))
        )
