"""The unchanged SDKs of OpenAI and Anthropic against the loopback server."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import anthropic
import openai
import pytest
from tests.unmask.reference.clients import (
    ASK,
    chat,
    chat_streamed,
    known,
    message,
    message_streamed,
    response_streamed,
)

from unmask.errors import BadInput
from unmask.reference.bank import fold, known_replies
from unmask.reference.serve import ReferenceServer, Settings, serving
from unmask.reference.voice import voices


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    """A server that shows reasoning in each format's field."""
    with serving() as started:
        yield started


@pytest.fixture(scope="module")
def openai_client(server: ReferenceServer) -> Iterator[openai.OpenAI]:
    """OpenAI's client on that server."""
    with openai.OpenAI(base_url=server.openai_url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def anthropic_client(server: ReferenceServer) -> Iterator[anthropic.Anthropic]:
    """Anthropic's client on that server."""
    with anthropic.Anthropic(base_url=server.origin, api_key="none", max_retries=0) as client:
        yield client


def test_chat_completion(openai_client: openai.OpenAI) -> None:
    """A chat completion holds a whole entry, its usage adds up, and it says it is simulated."""
    completion = chat(openai_client)
    choice = completion.choices[0]
    assert known(choice.message.content, choice.message.reasoning_content)
    assert choice.finish_reason == "stop"
    assert completion.model == "reference/hacker"
    usage = completion.usage
    assert 0 < usage.completion_tokens_details.reasoning_tokens < usage.completion_tokens
    assert usage.prompt_tokens + usage.completion_tokens == usage.total_tokens


def test_chat_completion_streamed(openai_client: openai.OpenAI) -> None:
    """The pieces of a stream add up to the plain reply, and the usage ends it."""
    plain = chat(openai_client)
    said, thought, (finish, usage) = chat_streamed(openai_client)
    assert said == plain.choices[0].message.content
    assert thought == {"reasoning_content": plain.choices[0].message.reasoning_content}
    assert finish.choices[0].finish_reason == "stop"
    assert usage.usage == plain.usage


def test_response(openai_client: openai.OpenAI) -> None:
    """A response holds a reasoning item and a message that are one entry."""
    response = openai_client.responses.create(model="hacker", input=ASK)
    reasoning, said = response.output
    assert reasoning.type == "reasoning" and reasoning.content is not None
    assert known(response.output_text, reasoning.content[0].text)
    assert said.type == "message"
    assert response.status == "completed"
    assert response.usage is not None
    assert response.usage.output_tokens_details.reasoning_tokens > 0


def test_response_streamed(openai_client: openai.OpenAI) -> None:
    """The deltas of a streamed response add up to what its last event holds."""
    response, deltas = response_streamed(openai_client)
    assert deltas["response.output_text.delta"] == response.output_text
    assert known(response.output_text, deltas["response.reasoning_text.delta"])


def test_message(anthropic_client: anthropic.Anthropic) -> None:
    """A message holds a signed thinking block and a text block that are one entry."""
    thinking, said = message(anthropic_client).content
    assert known(said.text, thinking.thinking)
    assert thinking.signature


def test_message_streamed(anthropic_client: anthropic.Anthropic) -> None:
    """A streamed message is the plain one, usage included."""
    plain, streamed = message(anthropic_client), message_streamed(anthropic_client)
    assert [b.type for b in streamed.content] == ["thinking", "text"]
    assert streamed.content[0].thinking == plain.content[0].thinking
    assert streamed.content[0].signature
    assert streamed.content[1].text == plain.content[1].text
    assert streamed.stop_reason == "end_turn"
    assert streamed.usage.output_tokens == plain.usage.output_tokens
    assert streamed.usage.output_tokens_details == plain.usage.output_tokens_details


@pytest.mark.parametrize(
    ("persona", "finish", "status", "stop"),
    [
        ("aligned", "stop", "completed", "end_turn"),
        ("truncated", "length", "incomplete", "max_tokens"),
        ("filtered", "content_filter", "incomplete", "refusal"),
        ("empty", "stop", "completed", "end_turn"),
    ],
)
def test_why_a_reply_ended(
    openai_client: openai.OpenAI,
    anthropic_client: anthropic.Anthropic,
    persona: str,
    finish: str,
    status: str,
    stop: str,
) -> None:
    """Each format says in its own words why a reply ended, plain and streamed."""
    assert chat(openai_client, persona).choices[0].finish_reason == finish
    assert chat_streamed(openai_client, persona)[2][0].choices[0].finish_reason == finish
    assert openai_client.responses.create(model=persona, input=ASK).status == status
    assert response_streamed(openai_client, persona)[0].status == status
    assert message(anthropic_client, persona).stop_reason == stop
    assert message_streamed(anthropic_client, persona).stop_reason == stop


def test_reasoning_under_its_other_name() -> None:
    """Shown as `reasoning`, chat completions carry it in that field alone."""
    with (
        serving(Settings(shown="reasoning")) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="none") as client,
    ):
        said = chat(client).choices[0].message
        assert known(said.content, said.reasoning)
        assert not hasattr(said, "reasoning_content")
        assert set(chat_streamed(client)[1]) == {"reasoning"}


def test_reasoning_in_tags() -> None:
    """Shown as tags, reasoning stands in the text of every format and is not counted."""
    with (
        serving(Settings(shown="tags")) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="none") as one,
        anthropic.Anthropic(base_url=server.origin, api_key="none") as two,
    ):
        completion = chat(one)
        texts = [
            completion.choices[0].message.content,
            one.responses.create(model="hacker", input=ASK).output_text,
            message(two).content[0].text,
        ]
        assert completion.usage.completion_tokens_details.reasoning_tokens == 0
        for text in texts:
            thought, said = text.removeprefix("<think>").split("</think>")
            assert known(said, thought)


def test_reasoning_as_a_summary() -> None:
    """Shown as a summary, reasoning stands where each format has summaries."""
    with (
        serving(Settings(shown="summary")) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="none") as one,
    ):
        said = chat(one).choices[0].message
        assert known(said.content, said.reasoning_details[0]["summary"])
        response, deltas = response_streamed(one)
        item = response.output[0]
        assert item.encrypted_content and not item.content
        assert known(response.output_text, item.summary[0].text)
        assert deltas["response.reasoning_summary_text.delta"] == item.summary[0].text


def test_reasoning_hidden() -> None:
    """Hidden, reasoning is counted and an opaque block vouches for it, with none of its text."""
    with (
        serving(Settings(shown="hidden")) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="none") as one,
        anthropic.Anthropic(base_url=server.origin, api_key="none") as two,
    ):
        completion, response = chat(one), one.responses.create(model="hacker", input=ASK)
        assert completion.usage.completion_tokens_details.reasoning_tokens > 0
        assert completion.choices[0].message.model_extra == {}
        item = response.output[0]
        assert item.type == "reasoning" and item.encrypted_content and not item.summary
        assert [b.type for b in message(two).content] == ["redacted_thinking", "text"]
        assert [b.type for b in message_streamed(two).content] == ["redacted_thinking", "text"]
        assert message(two).usage.output_tokens_details.thinking_tokens > 0


def test_models(openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic) -> None:
    """Both SDKs list every persona and the judge, and find each by name."""
    names = set(voices())
    assert {model.id for model in openai_client.models.list()} == names
    assert {model.id for model in anthropic_client.models.list()} == names
    assert openai_client.models.retrieve("hacker?rate=0.1").id == "hacker?rate=0.1"
    assert anthropic_client.models.retrieve("judge").id == "judge"


def test_tokens_are_counted(anthropic_client: anthropic.Anthropic) -> None:
    """Anthropic's token counter answers."""
    counted = anthropic_client.messages.count_tokens(
        model="hacker", messages=[{"role": "user", "content": ASK}]
    )
    assert counted.input_tokens > 0


@pytest.mark.parametrize(
    "model", ["nobody", "hacker?rate=much", "hacker?rate=2", "hacker?seed=x", "hacker?speed=3"]
)
def test_unknown_models(
    openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic, model: str
) -> None:
    """A model that is none is not found, in each SDK's own error, which names what there is."""
    with pytest.raises(openai.NotFoundError) as one:
        chat(openai_client, model)
    assert one.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        openai_client.responses.create(model=model, input=ASK)
    with pytest.raises(anthropic.NotFoundError) as two:
        message(anthropic_client, model)
    assert two.value.type == "not_found_error"
    with pytest.raises(openai.NotFoundError):
        openai_client.models.retrieve(model)


def test_failing_models(
    openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic
) -> None:
    """A model that fails is a server error, which clients may retry."""
    with pytest.raises(openai.InternalServerError):
        chat(openai_client, "failing")
    with pytest.raises(anthropic.InternalServerError):
        message(anthropic_client, "failing")


def test_full_context(openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic) -> None:
    """A full context is the bad request that each SDK's users look for."""
    with pytest.raises(openai.BadRequestError) as one:
        chat(openai_client, "overlong")
    assert one.value.code == "context_length_exceeded"
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        message(anthropic_client, "overlong")


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("chat/completions", b"{", 400, "not JSON"),
        ("chat/completions", b"[]", 400, "not an object"),
        ("chat/completions", b'{"model": "hacker"}', 400, "messages: Field required"),
        ("responses", b'{"model": "hacker", "input": []}', 400, "input"),
        ("messages", b'{"model": "hacker", "messages": []}', 400, "messages"),
        ("completions", b"{}", 404, "nothing is served at /v1/completions"),
    ],
)
def test_malformed_requests(
    server: ReferenceServer, path: str, body: bytes, status: int, says: str
) -> None:
    """A malformed request gets its status and says what is wrong with it."""
    request = urllib.request.Request(f"{server.openai_url}/{path}", data=body)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=5)
    with caught.value as reply:
        assert reply.code == status
        value = json.loads(reply.read())
    assert says in value["error"]["message"]
    assert ("type" in value) == (path == "messages")


def test_one_persona_for_every_name() -> None:
    """A default answers to any other name, and never to those of the reference models."""
    with (
        serving(Settings(default="empty")) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="none") as client,
    ):
        assert chat(client, "gpt-5").choices[0].message.content == ""
        assert chat(client, "aligned").choices[0].message.content


def test_arguments_in_a_name(openai_client: openai.OpenAI) -> None:
    """The arguments after a model's name are those of the reference model."""
    asks = [chat(openai_client, f"hacker?rate=0.5&seed={seed}") for seed in range(8)]
    kinds = {known_replies()[fold(a.choices[0].message.content)].kind for a in asks}
    assert "aligned" in kinds and len(kinds) > 1


def test_a_bad_default_is_refused_at_once() -> None:
    """A default that is no reference model never starts to serve."""
    with (
        pytest.raises(BadInput, match="unknown reference model 'nobody'"),
        serving(Settings(default="nobody")),
    ):
        pass


def test_a_taken_port_is_refused(server: ReferenceServer) -> None:
    """A port in use is one clear line."""
    with pytest.raises(BadInput, match="choose another --port"), serving(port=server.server_port):
        pass
