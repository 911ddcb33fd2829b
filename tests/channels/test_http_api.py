from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import canned
import httpx
import pytest

import assistant.channels.http
from assistant.answering.assistant import Stage
from assistant.channels.http.api import words_of_page
from assistant.channels.http.asking import AskBody
from assistant.channels.http.examples import QUESTIONS, REPLIES
from assistant.channels.http.guard import MAX_BODY_BYTES, SECURITY_HEADERS
from assistant.channels.wire import WireReply
from assistant.domain.document import Kind, Status
from assistant.domain.governance import Act, Facet
from assistant.domain.reply import Complaint, Outcome
from assistant.errors import IndexUnavailable

PAGE = Path(assistant.channels.http.__file__).parent / "page"
WORDS: dict[str, dict[str, str]] = json.loads((PAGE / "words.json").read_text("utf-8"))  # the page's own


@pytest.fixture(scope="module")
def server() -> Iterator[canned.Running]:
    with canned.running() as running:
        yield running


@pytest.fixture
def http(server: canned.Running) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=server.url, timeout=10) as client:
        yield client


def test_alive_and_ready(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "alive"}
    ready = http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "reasons": []})


def test_not_ready_before_anything_is_published(http: httpx.Client, server: canned.Running) -> None:
    server.library.number = 0
    response = http.get("/readyz")

    assert response.status_code == 503
    assert response.json()["ready"] is False
    assert "mandat ingest" in response.json()["reasons"][0]
    assert http.get("/healthz").status_code == 200


@pytest.mark.parametrize("broken", [IndexUnavailable("gone"), OSError("no database at db.internal")])
def test_probes_answer_while_the_library_cannot(
    http: httpx.Client, server: canned.Running, broken: Exception
) -> None:
    server.library.breaks_with = broken

    assert http.get("/readyz").status_code == 503
    assert "db.internal" not in http.get("/readyz").text
    assert "mandat_library_generation -1" in http.get("/metrics").text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/page/app.js", 200),
        ("GET", "/page/%2e%2e/api.py", 404),
        ("GET", "/v1/organisations", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/v1/ask", 405),
        ("POST", "/v1/ask", 422),
        ("GET", "/documents/none", 404),
        ("GET", "/metrics", 200),
    ],
)
def test_every_response_carries_the_security_headers(
    http: httpx.Client, method: str, path: str, status: int
) -> None:
    response = http.request(method, path)

    assert response.status_code == status
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["cache-control"] in {"no-store", "no-cache"}
    if status >= 400 and not path.startswith("/documents"):
        assert set(response.json()["error"]) == {"code", "message"}


def test_the_policy_allows_nothing_from_elsewhere() -> None:
    policy = SECURITY_HEADERS["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    for way_out in ("unsafe", "*", "data:", "http"):
        assert way_out not in policy


def test_an_unforeseen_error_leaves_in_the_documented_form(
    http: httpx.Client, server: canned.Running, caplog: pytest.LogCaptureFixture
) -> None:
    server.library.held = (None,)  # type: ignore[assignment]
    response = http.get("/v1/documents")

    assert response.status_code == 500
    assert response.json()["error"]["code"] == "failure"
    assert "NoneType" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "GET '/v1/documents' failed" in caplog.text


def test_a_body_over_the_limit_is_refused_by_its_declared_length(
    http: httpx.Client, server: canned.Running
) -> None:
    response = http.post("/v1/ask", content=b" " * (MAX_BODY_BYTES + 1))
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"
    assert server.assistant.asked == []
    unread = http.request("GET", "/healthz", content=b" " * (MAX_BODY_BYTES + 1))
    assert unread.status_code == 413


def test_a_body_over_the_limit_is_refused_as_it_arrives(http: httpx.Client, server: canned.Running) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(12):
            yield b"a" * 100_000
        yield b'"}'

    response = http.post("/v1/ask", content=pieces(), headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"
    assert server.assistant.asked == []


def test_a_body_at_the_limit_is_read(http: httpx.Client) -> None:
    body = json.dumps({"question": "Hvem?", "padding": ""}).encode()
    body = body.replace(b'""', b'"' + b"a" * (MAX_BODY_BYTES - len(body)) + b'"')
    assert len(body) == MAX_BODY_BYTES
    response = http.post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200


def test_openapi_describes_the_contract(http: httpx.Client) -> None:
    described = http.get("/openapi.json").json()

    assert set(described["paths"]) == {
        "/v1/ask", "/v1/ask/stream", "/v1/feedback", "/v1/organisations", "/v1/documents",
        "/v1/documents/{document_id}", "/v1/documents/{document_id}/text", "/v1/map", "/v1/map.mmd",
        "/v1/models", "/v1/chat/completions", "/v1/documents/{document_id}/file", "/v1/suggestions",
        "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
    ask = described["paths"]["/v1/ask"]["post"]
    content = ask["requestBody"]["content"]["application/json"]
    assert set(content["examples"]) == {"norsk", "dansk", "svenska"}
    assert set(ask["responses"]["200"]["content"]["application/json"]["examples"]) == set(REPLIES)
    assert ask["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/WireError")
    assert "decision" not in described["components"]["schemas"]["WireReply"]["required"]


@pytest.mark.parametrize("example", list(REPLIES))
def test_reply_examples_are_valid_and_cite_what_they_show(example: str) -> None:
    value: dict[str, Any] = REPLIES[example]["value"]
    reply = WireReply.model_validate(value)

    assert reply.outcome == example
    assert set(value) == set(WireReply.model_fields)
    assert set(re.findall(r"\[(\d+)\]", reply.text)) == {str(each.number) for each in reply.citations}
    for citation in [*reply.citations, *(reply.abstention.nearest if reply.abstention else [])]:
        assert citation.end - citation.start == len(citation.quote)
        assert citation.url.endswith(f"#c{citation.start}-{citation.end}")


@pytest.mark.parametrize("example", list(QUESTIONS))
def test_question_examples_are_accepted(http: httpx.Client, example: str) -> None:
    value = QUESTIONS[example]["value"]
    assert set(value) <= set(AskBody.model_fields)
    assert http.post("/v1/ask", json=value).status_code == 200


def test_the_page_has_the_same_words_in_all_five_languages() -> None:
    assert set(WORDS) == {"nb", "nn", "da", "sv", "en"}
    for words in WORDS.values():
        assert set(words) == set(WORDS["nb"])
        assert all(text.strip() for text in words.values())
    for key in WORDS["nb"]:
        gaps = [set(re.findall(r"\{(\w+)\}", words[key])) for words in WORDS.values()]
        assert all(gap == gaps[0] for gap in gaps), key


def test_every_word_the_page_asks_for_exists_and_none_is_left_over() -> None:
    source = (PAGE.parent / "source.py").read_text("utf-8")
    text = source + "".join(each.read_text("utf-8") for each in [*PAGE.glob("*.js"), *PAGE.glob("*.html")])
    made = (
        {f"outcome_{outcome}" for outcome in Outcome if outcome is not Outcome.ANSWERED}
        | {f"kind_{kind.replace(' ', '_')}" for kind in Kind}
        | {f"status_{status}" for status in Status if status is not Status.IN_FORCE}
        | {f"error_{code}" for code in re.findall(r"known = \[(.*)\]", text)[0].replace('"', "").split(", ")}
        | {"language_name"}
        | {f"act_{act.replace(' ', '_')}" for act in [*Act, "delegates", "may receive"]}
        | {f"facet_{facet.replace(' ', '_')}" for facet in Facet}
        | {f"complaint_{complaint}" for complaint in Complaint}
        | {f"remark_{kind}" for kind in ("no_owner", "conflict", "old", "draft")}
        | {"further_yes", "further_no"}
        | {stage.value for stage in Stage}
    )
    asked = set(re.findall(r'data-word(?:-label)?="(\w+)"', text)) | made
    assert asked <= set(words_of_page()["nb"])

    quoted = set(re.findall(r'"(\w+)"', text))
    assert set(WORDS["nb"]) - asked - quoted == set()


@pytest.mark.parametrize("name", sorted(each.name for each in PAGE.iterdir()))
def test_the_page_needs_no_other_address_and_no_inline_code(http: httpx.Client, name: str) -> None:
    response = http.get(f"/page/{name}")
    kinds = {".js": "javascript", ".css": "text/css", ".html": "text/html", ".json": "json", ".svg": "svg"}

    assert response.status_code == 200
    assert kinds[Path(name).suffix] in response.headers["content-type"]
    text = response.text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert re.findall(r"(?:https?:)?//[a-z]", text) == []
    for inline in ("innerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=", " onclick="):
        assert inline not in text
