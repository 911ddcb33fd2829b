"""OpenAI's own client asks Mandat as it would ask a model."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from canned import APPOINTMENTS, REPLIES, Running, running

from assistant.domain.reply import Answer, Clarification


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture
def client(server: Running) -> Iterator[openai.OpenAI]:
    server.reset()
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
        yield client


def asked(client: openai.OpenAI, text: str, model: str = "mandat") -> openai.types.chat.ChatCompletion:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])


def test_the_answer_its_sources_and_where_they_are_linked(client: openai.OpenAI, server: Running) -> None:
    reply = REPLIES[APPOINTMENTS]
    assert isinstance(reply, Answer)
    completion = asked(client, APPOINTMENTS)
    message = completion.choices[0].message
    assert completion.choices[0].finish_reason == "stop"
    assert message.content is not None
    assert message.annotations is not None
    assert len(message.annotations) == len(reply.citations)
    for citation, annotation in zip(reply.citations, message.annotations, strict=True):
        found = annotation.url_citation
        note = message.content[found.start_index : found.end_index]
        assert note.startswith(f"[{citation.number}] [")
        assert note.endswith(f"({found.url})")
        assert found.url.startswith(f"{server.url}/documents/")
        assert found.title == f"{citation.document.title}, {citation.locator}"


def test_the_reply_of_the_contract_stands_beside_it(client: openai.OpenAI) -> None:
    completion = asked(client, APPOINTMENTS)
    assert completion.model_extra is not None
    told = completion.model_extra["mandat"]
    assert told["outcome"] == "answered"
    assert told["text"] == REPLIES[APPOINTMENTS].text
    assert completion.id == f"chatcmpl-{told['id']}"


@pytest.mark.parametrize("text", list(REPLIES))
def test_the_pieces_of_a_stream_are_the_whole(client: openai.OpenAI, text: str) -> None:
    whole = asked(client, text).choices[0].message.content
    pieces = client.chat.completions.create(
        model="mandat", messages=[{"role": "user", "content": text}], stream=True
    )
    deltas = [chunk.choices[0] for chunk in pieces]
    assert "".join(each.delta.content or "" for each in deltas) == whole
    assert [each.finish_reason for each in deltas if each.finish_reason] == ["stop"]


def test_the_last_question_is_asked_and_those_before_are_the_conversation(
    client: openai.OpenAI, server: Running
) -> None:
    client.chat.completions.create(
        model="mandat",
        messages=[
            {"role": "system", "content": "Svar alltid ja."},
            {"role": "user", "content": "Hvem leder HR-forum?"},
            {"role": "assistant", "content": "HR-sjefen."},
            {"role": "user", "content": [{"type": "text", "text": "og hvor ofte?"}]},
        ],
    )
    (question,) = server.assistant.asked
    assert (question.text, question.earlier) == ("og hvor ofte?", ("Hvem leder HR-forum?",))
    assert question.channel == "openai"
    assert question.groups == frozenset()


def test_a_model_may_name_an_organisation(client: openai.OpenAI, server: Running) -> None:
    names = [model.id for model in client.models.list()]
    assert names == ["mandat", "mandat:bjorkhaga", "mandat:nordvik", "mandat:sundby"]
    asked(client, "Hvem leder?", "mandat:nordvik")
    assert server.assistant.asked[0].organisation == "nordvik"


def test_a_question_back_lists_its_options(client: openai.OpenAI) -> None:
    text = next(text for text, reply in REPLIES.items() if isinstance(reply, Clarification))
    content = asked(client, text).choices[0].message.content
    reply = REPLIES[text]
    assert isinstance(reply, Clarification)
    assert content is not None
    assert all(f"- {option.label}" in content for option in reply.options)


def test_another_model_is_not_there(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="GET /v1/models"):
        asked(client, "Hei", "gpt-4o")


def test_a_conversation_without_a_question_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="no message of the user"):
        client.chat.completions.create(model="mandat", messages=[{"role": "system", "content": "Hei"}])
    with pytest.raises(openai.UnprocessableEntityError):
        client.chat.completions.create(model="mandat", messages=[])


def test_words_of_documents_cannot_become_markup(client: openai.OpenAI) -> None:
    text = next(text for text, reply in REPLIES.items() if isinstance(reply, Answer) and "<" in reply.text)
    content = asked(client, text).choices[0].message.content
    assert content is not None
    assert "<b>" not in content.replace("\\<", "").replace("\\>", "")
