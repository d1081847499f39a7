"""What a message shows of its reasoning: each provider's blocks, each tag, talk about tags."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspect_ai.model import (
    ChatMessageAssistant,
    Content,
    ContentImage,
    ContentReasoning,
    ContentText,
)

from unmask.scorers.channels import (
    Channels,
    split,
    split_plain,
    transcript_visibility,
)
from unmask.scorers.labels import Visibility

BLOB = "gAAAAABo" + "QUJD" * 40
SIGNED = "reasoning-details://"


def _message(*content: Content, model: str | None = None) -> ChatMessageAssistant:
    return ChatMessageAssistant(content=list(content), model=model, source="generate")


def _thought(
    reasoning: str,
    summary: str | None = None,
    signature: str | None = None,
    redacted: bool = False,
    internal: Any = None,
) -> ContentReasoning:
    return ContentReasoning(
        reasoning=reasoning,
        summary=summary,
        signature=signature,
        redacted=redacted,
        internal=internal,
    )


def _details(*details: dict[str, Any]) -> ContentReasoning:
    """An OpenRouter block as Inspect builds it; only the signature holds all details."""
    return _thought(BLOB, signature=SIGNED + json.dumps(list(details)), redacted=True)


ENCRYPTED = {"type": "reasoning.encrypted", "data": BLOB}
PROVIDERS: list[tuple[str, ContentReasoning, str | None, str, Visibility]] = [
    ("anthropic", _thought(BLOB, "plan", redacted=True), "claude-opus-4-5", "plan", "summary"),
    ("anthropic, thinking omitted", _thought(BLOB, "", redacted=True), None, "", "hidden"),
    ("anthropic, redacted", _thought(BLOB, redacted=True), "claude-opus-4-5", "", "hidden"),
    ("openai, summary", _thought(BLOB, "plan", "rs_1", redacted=True), "gpt-5", "plan", "summary"),
    ("openai, stored summary", _thought("", "plan", "rs_1"), "gpt-5", "plan", "summary"),
    ("openai, no summary", _thought(BLOB, None, "rs_1", redacted=True), "gpt-5", "", "hidden"),
    ("openai, empty summary", _thought(BLOB, "", "rs_1", redacted=True), "gpt-5", "", "hidden"),
    ("openai, stored, no summary", _thought("", None, "rs_1"), "gpt-5", "", "hidden"),
    ("responses, open model", _thought("plan", "gist", "rs_1"), "gpt-oss-20b", "plan", "full"),
    ("gemini, signed", _thought(BLOB, "plan", redacted=True), "gemini-3-pro", "plan", "summary"),
    ("gemini, unsigned", _thought("plan"), "gemini-2.5-pro", "plan", "summary"),
    ("gemini, signature only", _thought(BLOB, redacted=True), "gemini-3-pro", "", "hidden"),
    (
        "gemini, where a tool was called",
        _thought("", redacted=True, internal={"gemini_function_call_id": "f1"}),
        "gemini-3-pro",
        "",
        "absent",
    ),
    ("grok, encrypted", _thought(BLOB, "plan", redacted=True), "grok-4", "plan", "summary"),
    ("grok, nothing shown", _thought(BLOB, redacted=True), "grok-4", "", "hidden"),
    ("grok, open", _thought("plan"), "grok-3-mini", "plan", "full"),
    ("vllm and other open servers", _thought("plan"), "my-checkpoint", "plan", "full"),
    ("empty block", _thought("\n\n"), "qwen3", "", "absent"),
    (
        "bedrock, claude",
        _thought("plan"),
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "plan",
        "summary",
    ),
    (
        "bedrock, redacted",
        _thought("", redacted=True, internal={"redacted_content": BLOB}),
        None,
        "",
        "hidden",
    ),
    ("anthropic, older log", _thought("plan", signature=BLOB), "dummy", "plan", "summary"),
    (
        "litellm, thinking blocks",
        _thought("plan", signature=BLOB, internal="thinking_blocks"),
        None,
        "plan",
        "summary",
    ),
    (
        "openrouter, text",
        _details({"type": "reasoning.text", "text": "plan"}),
        "deepseek/deepseek-r1",
        "plan",
        "full",
    ),
    (
        "openrouter, text of a vendor that summarises",
        _details({"type": "reasoning.text", "text": "plan", "format": "anthropic-claude-v1"}),
        None,
        "plan",
        "summary",
    ),
    (
        "openrouter, two summaries",
        _details(
            {"type": "reasoning.summary", "summary": "one"},
            {"type": "reasoning.summary", "summary": "two"},
            ENCRYPTED,
        ),
        "openai/gpt-5",
        "one\n\ntwo",
        "summary",
    ),
    ("openrouter, encrypted", _details(ENCRYPTED), "openai/gpt-5", "", "hidden"),
    (
        "openrouter, a thought known by its signature only",
        _details({"type": "reasoning.text", "signature": "s"}),
        None,
        "",
        "hidden",
    ),
    (
        "openrouter, details that are no JSON",
        _thought("plan", signature=SIGNED + "["),
        "qwen/qwen3",
        "plan",
        "summary",
    ),
]


@pytest.mark.parametrize(
    ("block", "model", "reasoning", "visibility"),
    [row[1:] for row in PROVIDERS],
    ids=[row[0] for row in PROVIDERS],
)
def test_provider_blocks(
    block: ContentReasoning, model: str | None, reasoning: str, visibility: Visibility
) -> None:
    """Each provider's block gives its text and how far it shows the thought; bytes are no text."""
    got = split(_message(block, ContentText(text="answer"), model=model))
    assert got == Channels(reasoning, "answer", visibility)


TAGS = [
    ("<think>plan</think>answer", "plan", "answer"),
    ("<think>\nplan\n</think>\n\nanswer", "plan", "answer"),
    ("<THINK>plan</Think>answer", "plan", "answer"),
    ("<thinking>plan</thinking> answer", "plan", "answer"),
    ("<thought>plan</thought> answer", "plan", "answer"),
    ("<reasoning>\nplan\n</reasoning>\nanswer", "plan", "answer"),
    ("<scratchpad>plan</scratchpad>\nanswer", "plan", "answer"),
    ("<SCRATCHPAD_REASONING>\nplan\n</SCRATCHPAD_REASONING>\nanswer", "plan", "answer"),
    ("<seed:think>plan</seed:think>answer", "plan", "answer"),
    ("[THINK]plan[/THINK]answer", "plan", "answer"),
    ("◁think▷plan◁/think▷answer", "plan", "answer"),
    ("<|channel>thought\nplan<channel|>answer", "plan", "answer"),
    ("< think >plan</ think >answer", "plan", "answer"),
    ("<think signature=\"a=b\" mode='x' n=1>plan</think>answer", "plan", "answer"),
    ("plan</think>answer", "plan", "answer"),
    ("plan\n</think>\n\nanswer", "plan", "answer"),
    ("So I write it. </think> answer", "So I write it.", "answer"),
    (
        "plan with a ` mark\n</think>\nanswer with a ` mark",
        "plan with a ` mark",
        "answer with a ` mark",
    ),
    ('She said "yes."<think>plan</think>answer', "plan", 'She said "yes."\n\nanswer'),
    ("plan\n```python\nx = 1\n</think>\n```\ny\n```", "plan\n```python\nx = 1", "```\ny\n```"),
    ('I say "yes"</think>"yes"', 'I say "yes"', '"yes"'),
    ("</think>answer", "", "answer"),
    ("plan</think>", "plan", ""),
    ("plan</think>answer</think>", "plan", "answer"),
    ("<think>plan</think>answer\n</think>", "plan", "answer"),
    ("<think>plan, cut off", "plan, cut off", ""),
    ("<think>", "", ""),
    ("Sure. <think>plan, cut off", "plan, cut off", "Sure."),
    ("Sure. <think> plan </think> answer", "plan", "Sure.\n\nanswer"),
    ("Sure, <think>plan</think> answer", "plan", "Sure,\n\nanswer"),
    ("Here it is: <think>\nplan\n</think>\nanswer", "plan", "Here it is:\n\nanswer"),
    ("<think>one</think>first<think>two</think>second", "one\n\ntwo", "first\n\nsecond"),
    ("<think>one</think>answer\n<think>two, cut", "one\n\ntwo, cut", "answer"),
    ("<think></think><think>plan</think>answer", "plan", "answer"),
    ("<think/>answer", "", "<think/>answer"),
    ("<think>a<think>b</think>c</think>answer", "a<think>b</think>c", "answer"),
    (
        "<think>a<think>b</think>c<think>d</think>e</think>answer",
        "a<think>b</think>c<think>d</think>e",
        "answer",
    ),
    ("<think>a\n<think>b</think>answer", "a\n<think>b", "answer"),
    (
        "<think>a\n<think>b</think>first\n<think>c</think>second",
        "a\n<think>b\n\nc",
        "first\n\nsecond",
    ),
    (
        "<think>a<scratchpad>b</scratchpad>c</think>answer",
        "a<scratchpad>b</scratchpad>c",
        "answer",
    ),
    ("<think>a<scratchpad>b</think>c</scratchpad>answer", "a<scratchpad>b</think>c", "answer"),
    ("<think>plan</thinking>answer", "plan", "answer"),
    ("<think>plan <scratchpad>x</scratchpad> cut", "plan <scratchpad>x</scratchpad> cut", ""),
    (
        "<think>I end with `</think>` as asked.</think>answer",
        "I end with `</think>` as asked.",
        "answer",
    ),
    ("<think>I use <think> tags here.</think>answer", "I use <think> tags here.", "answer"),
    (
        "<think>Form:\n```\n<think>x\n</think>\n```\nGood.</think>answer",
        "Form:\n```\n<think>x\n</think>\n```\nGood.",
        "answer",
    ),
]


@pytest.mark.parametrize(("text", "reasoning", "visible"), TAGS)
def test_tags(text: str, reasoning: str, visible: str) -> None:
    """Each way to write a thought into the text is cut out of what others see."""
    got = split_plain(text)
    assert (got.reasoning, got.visible) == (reasoning, visible)
    assert got.visibility == ("full" if reasoning else "absent")


MENTIONS = [
    "Wrap it in <think> tags, then answer.",
    "Models write <think> first and </think> after it.",
    "Models write <think>...</think> blocks before they answer.",
    "Use `<think>` to open and `</think>` to close.",
    "Write `<think>plan</think>` first.",
    'The tag "<think>" opens it.',
    "The tag “<think>plan</think>” is cut out.",
    "I end my thoughts with </think> before the reply.",
    "Close with `x </think> y` only.",
    "The last tag is <think>",
    "They fell silent. <think> is the name of the tag.",
    "Tags:\n- <think> opens\n- it is long",
    "Example:\n```xml\n<think>\nplan\n</think>\nanswer\n```\nDone.",
    "Example:\n~~~\n<scratchpad>\nplan\n</scratchpad>\n~~~\nDone.",
    "Just <thinking about it> and <thinker>, </thoughtful>, a < think, x<y>z.",
    "The marker [think] is no tag.",
    "gpt-oss writes <|channel|>analysis<|message|> before its thoughts.",
    "Example:\n```\n<|start|>user<|message|>hi<|end|><|start|>assistant<|channel|>final<|message|>x\n```",
    'Without tokens it reads "assistantfinal".',
    "analysis of the data shows nothing",
    "analysisResult = 5",
    "Analysis: The user asks.",
]


@pytest.mark.parametrize("text", MENTIONS)
def test_talk_about_tags_is_visible(text: str) -> None:
    """A reply that speaks of tags, quotes them or shows them in code loses nothing."""
    assert split_plain(text) == Channels("", text, "absent")


def test_mention_beside_a_real_block() -> None:
    """A real block is cut out though the reply then talks about the same tag."""
    got = split_plain(
        "<think>plan</think>\nThe `<think>` tag, or <think> for short, ends </think>."
    )
    assert got.reasoning == "plan"
    assert got.visible == "The `<think>` tag, or <think> for short, ends </think>."


A, F, M, E = "<|channel|>analysis", "<|channel|>final", "<|message|>", "<|end|>"
START = "<|start|>assistant"
HARMONY = [
    (f"{A}{M}plan{E}{START}{F}{M}answer<|return|>", "plan", "answer"),
    (f"{START}{A}{M}plan{E}\n{START}{F}{M}answer", "plan", "answer"),
    (f"{A}{M}plan, cut off", "plan, cut off", ""),
    (A, "", ""),
    (f"plan{E}{START}{F}{M}answer", "plan", "answer"),
    (f"{F}{M}answer<|return|>", "", "answer"),
    (
        f"{A}{M}one{E}{START}{A}{M}two{E}{START}<|channel|>commentary{M}I look it up.{E}"
        f"{START}{F}{M}answer",
        "one\n\ntwo",
        "I look it up.\n\nanswer",
    ),
    (
        f"{A}{M}plan{E}{START} to=functions.mail<|channel|>commentary <|constrain|>json{M}"
        '{"to": "Ann"}<|call|>',
        "plan",
        '{"to": "Ann"}',
    ),
    (f"{A}{M}plan{E}{START}{F}{M}<scratchpad>more</scratchpad>answer", "plan\n\nmore", "answer"),
    (f"{A}{M}plan{E} stray words", "plan", "stray words"),
    ("analysisThe user asks.assistantfinalanswer", "The user asks.", "answer"),
    ("analysisWe plan, cut off", "We plan, cut off", ""),
    ("plan.assistantfinalAnswer", "plan.", "Answer"),
    (
        "analysisWe look.assistantcommentaryI look it up.assistantanalysisAh.assistantfinal42",
        "We look.\n\nAh.",
        "I look it up.\n\n42",
    ),
]


@pytest.mark.parametrize(("text", "reasoning", "visible"), HARMONY)
def test_harmony(text: str, reasoning: str, visible: str) -> None:
    """Harmony's analysis is reasoning and its other channels are not, with tokens or without."""
    got = split_plain(text)
    assert (got.reasoning, got.visible) == (reasoning, visible)


REDACTED = [
    (f'<think signature="rs_1" redacted="true">\n{BLOB}\n</think>\nanswer', "", "hidden"),
    (
        f'<think redacted="true">\n<summary>plan</summary>\n{BLOB}\n</think>\nanswer',
        "plan",
        "summary",
    ),
]


@pytest.mark.parametrize(("text", "reasoning", "visibility"), REDACTED)
def test_redacted_tags(text: str, reasoning: str, visibility: Visibility) -> None:
    """Withheld reasoning that was written into text as a tag stays withheld."""
    assert split_plain(text) == Channels(reasoning, "answer", visibility)


TOKENS: list[tuple[str, int | None, Visibility]] = [
    ("answer", None, "absent"),
    ("answer", 0, "absent"),
    ("answer", 300, "hidden"),
    ("<think>\n\n</think>\n\nanswer", 4, "absent"),
    ("<think>\n\n</think>\n\nanswer", 300, "hidden"),
    ("<think>a plan of some words</think>answer", 6, "full"),
    ("<think>a plan</think>answer", 300, "summary"),
    ("<scratchpad>a plan of some words</scratchpad>answer", None, "full"),
    ("<scratchpad>a plan of some words</scratchpad>answer", 6, "summary"),
]


@pytest.mark.parametrize(("text", "tokens", "visibility"), TOKENS)
def test_reasoning_tokens(text: str, tokens: int | None, visibility: Visibility) -> None:
    """Counted tokens that the shown text cannot hold are reasoning that was not shown.

    A prompted scratchpad never accounts for them: the provider counts what it hides.
    """
    message = ChatMessageAssistant(content=text, source="generate")
    assert split(message, reasoning_tokens=tokens).visibility == visibility


def test_block_and_tag_in_one_message_are_joined() -> None:
    """Reasoning in a provider's block and in a tag of the text are both reasoning."""
    got = split(_message(_thought("one"), ContentText(text="<scratchpad>two</scratchpad>answer")))
    assert got == Channels("one\n\ntwo", "answer", "full")


def test_summary_beside_a_redacted_block_stays_a_summary() -> None:
    """A turn that shows a part of its reasoning and withholds another is shown in part."""
    shown, withheld = _thought(BLOB, "plan", redacted=True), _thought(BLOB, redacted=True)
    assert split(_message(shown, withheld, ContentText(text="x"))).visibility == "summary"


def test_thought_repeated_as_the_text_is_one_thought() -> None:
    """A reply of nothing but a thought, which Inspect stores twice, is read once."""
    got = split(_message(_thought("plan"), ContentText(text="<think>plan</think>")))
    assert got == Channels("plan", "", "full")


def test_several_texts_and_an_image_read_as_inspect_reads_them() -> None:
    """Text blocks stand on lines of their own, as in Inspect's own `text`."""
    message = _message(ContentText(text="a "), ContentImage(image="x.png"), ContentText(text=" b"))
    assert split(message).visible == message.text == "a \n b"


def test_refusal_of_the_provider_is_flagged() -> None:
    """A text that the provider marked as a refusal keeps its words and carries the mark."""
    got = split(_message(ContentText(text="I can't help with that.", refusal=True)))
    assert got == Channels("", "I can't help with that.", "absent", refused_by_provider=True)


TURNS: list[tuple[list[Visibility], Visibility]] = [
    ([], "absent"),
    (["absent", "absent"], "absent"),
    (["absent", "full"], "full"),
    (["full", "summary", "absent"], "summary"),
    (["summary", "hidden", "full"], "hidden"),
    (["absent", "hidden"], "hidden"),
]


@pytest.mark.parametrize(("turns", "whole"), TURNS)
def test_worst_turn_decides_the_transcript(turns: list[Visibility], whole: Visibility) -> None:
    """A sample is as visible as its least visible turn that reasoned."""
    assert transcript_visibility([Channels("", "", turn) for turn in turns]) == whole


WORDS = st.lists(st.text("abc", min_size=1, max_size=4), max_size=3).map(" ".join)
MARKS = st.sampled_from(
    [
        "<think>",
        "</think>",
        "<thinking>",
        "</thinking>",
        "<SCRATCHPAD>",
        "</scratchpad>",
        "`",
        "```",
        '"',
        ". ",
        "\n",
        " ",
    ]
)


@given(st.lists(WORDS | MARKS, max_size=24))
def test_no_word_is_lost_or_invented(parts: list[str]) -> None:
    """Whatever the tags, every word of the text stands once in reasoning or visible text."""
    text = " ".join(parts)
    got = split_plain(text)
    words = re.compile(r"</?\w+>")
    expected = sorted(words.sub(" ", text).split())
    assert sorted(words.sub(" ", f"{got.reasoning} {got.visible}").split()) == expected


@given(st.text().filter(lambda text: not re.search(r"[<\[◁]|analysis|assistant", text)))
def test_text_without_tags_is_untouched(text: str) -> None:
    """Without tags, the visible text is the text, white space and control characters included."""
    assert split_plain(text) == Channels("", text, "absent")


@given(st.text(), st.text())
def test_reasoning_never_returns_as_visible(plan: str, answer: str) -> None:
    """What was split once has no more reasoning in a plain answer."""
    got = split_plain(f"<think>{plan}</think>\n{answer}")
    if not re.search(r"[<◁\[]|analysis|assistant", plan + answer):
        assert (got.reasoning, got.visible) == (plan.strip(), answer.strip())


HOSTILE = {
    "openers": "<think>" * 150_000,
    "closers": "</think>" * 130_000,
    "spaced": "a <think> " * 100_000,
    "nested": "<think>" * 70_000 + "</think>" * 70_000,
    "crossed": "<think><scratchpad></think></scratchpad>" * 25_000,
    "alternating": "<think>a</thinking>" * 50_000,
    "backticks": "`" * 500_000 + "<think>" + "`" * 500_000,
    "ticked": "`<think>` " * 100_000,
    "fences": "```a\n<think>\n~~~~\n" * 60_000,
    "attributes": '<think a="' * 100_000,
    "one long attribute": "<think " + "a=1 " * 250_000,
    "spaces": ("<think" + " " * 500) * 2_000,
    "headers": "<|channel|>analysis<|message|>" * 33_000,
    "roles": "<|start|>assistant" * 55_000,
    "stripped": "assistantfinal" * 70_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_megabyte_of_hostile_text_is_split(text: str) -> None:
    """A megabyte built to make a parser backtrack comes back; a quadratic one would not."""
    got = split_plain(text)
    assert len(got.reasoning) + len(got.visible) <= len(text) * 2


def test_import_does_not_load_inspect() -> None:
    """Reading results with this module does not pay for Inspect."""
    code = "import sys, unmask.scorers.channels; sys.exit('inspect_ai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
