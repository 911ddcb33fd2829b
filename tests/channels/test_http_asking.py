from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http import HTTPStatus
from threading import Event
from typing import Any

import canned
import httpx
import pytest

from assistant.channels.wire import wire_exchange
from assistant.domain.reply import Outcome
from assistant.errors import (
    EncoderUnavailable,
    IndexUnavailable,
    LibraryEmpty,
    OrganisationNotFound,
    UsageError,
    VerificationFailed,
)


@pytest.fixture(scope="module")
def server() -> Iterator[canned.Running]:
    with canned.running() as running:
        yield running


@pytest.fixture
def http(server: canned.Running) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=server.url, timeout=10) as client:
        yield client


def events(body: str) -> list[tuple[str, Any]]:
    """(event, data) of each event in a stream, comments left out."""
    found = []
    for block in body.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


@pytest.mark.parametrize("question", list(canned.REPLIES))
def test_every_outcome_is_200_and_the_json_of_the_contract(
    http: httpx.Client, server: canned.Running, question: str
) -> None:
    response = http.post("/v1/ask", json={"question": question})

    assert response.status_code == 200
    [(asked, exchange)] = server.transcripts.recorded
    assert asked.text == question
    assert json.loads(server.transcripts.replies[0]) == response.json()
    assert response.json() == wire_exchange(exchange).model_dump(mode="json")


def test_quotes_equal_the_published_text_at_their_offsets(http: httpx.Client) -> None:
    shown = 0
    for question in canned.REPLIES:
        for citation in http.post("/v1/ask", json={"question": question}).json()["citations"]:
            address = httpx.URL(citation["url"])
            text = http.get(f"/v1{address.raw_path.decode().replace('?', '/text?')}").json()["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]
            shown += 1
    assert shown >= 5


def test_what_the_body_says_reaches_the_question(http: httpx.Client, server: canned.Running) -> None:
    body = {
        "question": "Hvem?",
        "organisation": "nordvik",
        "as_of": "2024-02-29",
        "language": "nn",
        "asker_role": "enhetsleder",
        "conversation_id": "c7",
    }
    assert http.post("/v1/ask", json=body).json()["conversation_id"] == "c7"

    [question] = server.assistant.asked
    assert question.organisation == "nordvik"
    assert question.as_of == date(2024, 2, 29)
    assert (question.language, question.asker_role, question.conversation_id) == ("nn", "enhetsleder", "c7")
    assert question.channel == "http"


def test_the_audience_never_comes_from_the_request(http: httpx.Client, server: canned.Running) -> None:
    body = {"question": "Hva får jeg i bonus?", "groups": ["direktion"], "audience": ["direktion"], "x": 1}
    response = http.post(
        "/v1/ask", json=body, params={"groups": "direktion"}, headers={"groups": "direktion"}
    )

    assert response.status_code == 200
    assert [question.groups for question in server.assistant.asked] == [frozenset()]


def test_only_the_page_names_itself_as_the_channel(http: httpx.Client, server: canned.Running) -> None:
    for channel in ("web", "slack"):
        http.post("/v1/ask", json={"question": "Hvem?"}, headers={"x-mandat-channel": channel})
    assert [question.channel for question in server.assistant.asked] == ["web", "http"]


@pytest.mark.parametrize("question", ["", "   ", "a" * 20_000, "🌲" * 20_000, "hvem\u0000er\u202esjef"])
def test_odd_questions_are_for_the_assistant_to_answer(
    http: httpx.Client, server: canned.Running, question: str
) -> None:
    assert http.post("/v1/ask", json={"question": question}).status_code == 200
    assert server.assistant.asked[0].text == question


def test_null_means_not_given(http: httpx.Client, server: canned.Running) -> None:
    optional = ("organisation", "as_of", "language", "asker_role", "conversation_id")
    assert http.post("/v1/ask", json={"question": "Hvem?"} | dict.fromkeys(optional)).status_code == 200
    assert (server.assistant.asked[0].organisation, server.assistant.asked[0].as_of) == ("", None)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"{}", "question"),
        (b'{"question": null}', "question"),
        (b'{"question": ["a"]}', "question"),
        (json.dumps({"question": "a" * 20_001}).encode(), "question"),
        (b'{"question": "a", "as_of": "29.02.2024"}', "as_of"),
        (b'{"question": "a", "as_of": "2024-02-30"}', "as_of"),
        (b'{"question": "a", "as_of": 1700000000}', "as_of"),
        (b'{"question": "a", "as_of": "2024-02-29T00:00:00"}', "as_of"),
        (b'{"question": "a", "language": "de"}', "language"),
        (b'{"question": "\\ud800"}', "question"),
        (b'{"question": "a"', "JSON"),
        (b"[]", "body"),
        (b"", "body"),
    ],
)
def test_a_body_of_another_form_is_refused_in_one_line(
    http: httpx.Client, server: canned.Running, body: bytes, names: str
) -> None:
    response = http.post("/v1/ask", content=body, headers={"content-type": "application/json"})

    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "invalid_request"
    assert names in error["message"]
    assert "\n" not in error["message"]
    assert len(error["message"]) < 300
    assert server.assistant.asked == []


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (LibraryEmpty("nothing ingested; run `mandat ingest`"), 503),
        (IndexUnavailable("the word index is being rebuilt; try again"), 503),
        (OrganisationNotFound("no organisation 'x'; GET /v1/organisations lists them"), 404),
        (UsageError("as_of lies in the future"), 400),
    ],
)
def test_an_error_the_caller_can_act_on_is_told(
    http: httpx.Client, server: canned.Running, raised: Exception, status: int
) -> None:
    server.assistant.fails_with = raised
    response = http.post("/v1/ask", json={"question": "Hvem?"})

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["error"] == {"code": raised.code, "message": str(raised)}  # type: ignore[attr-defined]
    assert (body["type"], body["status"], body["detail"]) == ("about:blank", status, str(raised))
    assert body["title"] == HTTPStatus(status).phrase


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (VerificationFailed("secret path /srv/inn"), "verification_failed"),
        (EncoderUnavailable("secret path /srv/model"), "encoder_unavailable"),
        (RuntimeError("secret path /srv/db"), "failure"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/ask/stream"])
def test_our_own_failures_tell_nothing_of_the_inside(
    http: httpx.Client, server: canned.Running, raised: Exception, code: str, path: str
) -> None:
    server.assistant.fails_with = raised
    response = http.post(path, json={"question": "Hvem?"})

    assert code in response.text
    assert "secret" not in response.text
    assert "content-security-policy" in response.headers
    assert response.status_code == (500 if path == "/v1/ask" else 200)


@pytest.mark.parametrize("question", list(canned.REPLIES))
def test_a_stream_ends_with_the_same_reply(http: httpx.Client, server: canned.Running, question: str) -> None:
    response = http.post("/v1/ask/stream", json={"question": question})

    assert response.headers["content-type"].startswith("text/event-stream")
    sent = events(response.text)
    [(_, exchange)] = server.transcripts.recorded
    reply = wire_exchange(exchange).model_dump(mode="json")
    assert sent[0][0] == "status"
    assert [data for event, data in sent if event == "statement"] == reply["statements"]
    assert sent[-1] == ("reply", reply)
    assert len(sent) == 2 + len(reply["statements"])


def test_a_stream_says_at_once_that_it_is_searching(http: httpx.Client, server: canned.Running) -> None:
    server.assistant.waits_for = go_on = Event()
    with http.stream("POST", "/v1/ask/stream", json={"question": canned.APPOINTMENTS}) as response:
        chunks = response.iter_text()
        assert events(next(chunks)) == [("status", {"stage": "searching"})]
        go_on.set()
        assert events("".join(chunks))[-1][0] == "reply"


def test_a_stream_that_fails_ends_with_the_error(http: httpx.Client, server: canned.Running) -> None:
    server.assistant.fails_with = LibraryEmpty("nothing ingested; run `mandat ingest`")
    sent = events(http.post("/v1/ask/stream", json={"question": "Hvem?"}).text)

    assert [event for event, _ in sent] == ["status", "error"]
    assert sent[1][1]["error"]["code"] == "library_empty"


def test_a_bad_body_is_refused_before_the_stream_opens(http: httpx.Client) -> None:
    assert http.post("/v1/ask/stream", json={"language": "nb"}).status_code == 422


def test_a_slow_question_does_not_hold_up_the_others(http: httpx.Client, server: canned.Running) -> None:
    server.assistant.waits_for = go_on = Event()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(httpx.post, f"{server.url}/v1/ask", json={"question": "Hvem?"})
        assert http.get("/healthz").status_code == 200
        assert not slow.done()
        go_on.set()
        assert slow.result(10).status_code == 200


def test_a_reply_survives_a_transcript_store_that_fails(
    http: httpx.Client, server: canned.Running, caplog: pytest.LogCaptureFixture
) -> None:
    server.transcripts.fails_with = OSError("disk full")
    response = http.post("/v1/ask", json={"question": canned.APPOINTMENTS})

    assert response.json()["outcome"] == "answered"
    assert response.json()["id"] in caplog.text
    assert canned.APPOINTMENTS not in caplog.text


def test_feedback_is_kept_for_a_known_reply(http: httpx.Client, server: canned.Running) -> None:
    reply = http.post("/v1/ask", json={"question": canned.APPOINTMENTS}).json()
    kept = http.post("/v1/feedback", json={"id": reply["id"], "helpful": False, "comment": "Gammel versjon"})
    http.post("/v1/feedback", json={"id": reply["id"], "helpful": True})

    assert (kept.status_code, kept.json()) == (200, {"kept": True})
    assert server.transcripts.verdicts == [
        (reply["id"], False, "Gammel versjon"),
        (reply["id"], True, ""),
    ]


def test_feedback_on_an_unknown_reply_is_404(http: httpx.Client, server: canned.Running) -> None:
    response = http.post("/v1/feedback", json={"id": "nobody", "helpful": True})

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "exchange_not_found"
    assert server.transcripts.verdicts == []


def test_feedback_must_say_whether_it_helped(http: httpx.Client) -> None:
    response = http.post("/v1/feedback", json={"id": "e1"})
    assert response.status_code == 422
    assert "helpful" in response.json()["error"]["message"]


def series(http: httpx.Client) -> dict[str, float]:
    lines = [line for line in http.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_metrics_count_outcomes_seconds_and_failures(http: httpx.Client, server: canned.Running) -> None:
    before = series(http)
    for question in (canned.APPOINTMENTS, canned.APPOINTMENTS, "Vem bestämmer?"):
        http.post("/v1/ask", json={"question": question})
    server.assistant.fails_with = LibraryEmpty("empty")
    http.post("/v1/ask", json={"question": "Hvem?"})
    after = series(http)

    def grew(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert {f'mandat_replies_total{{outcome="{outcome}"}}' for outcome in Outcome} <= set(before)
    assert grew('mandat_replies_total{outcome="answered"}') == 2
    assert grew('mandat_replies_total{outcome="clarify"}') == 1
    assert grew("mandat_reply_seconds_count") == 3
    assert grew("mandat_reply_seconds_sum") > 0
    assert grew('mandat_reply_failures_total{code="library_empty"}') == 1
    assert after["mandat_library_generation"] == 3
