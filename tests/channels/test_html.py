"""The reply without scripts: everything of it is there, and what documents say stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import canned
import httpx
import pytest

from assistant.channels.html import html
from assistant.channels.presentation import present
from assistant.channels.wire import wire_exchange
from assistant.domain.reply import Answer, Exchange

TAGS = {
    "article", "p", "a", "section", "h2", "h3", "ol", "li", "span", "blockquote", "dl", "div", "dt", "dd", "strong",
}  # fmt: skip


class Parts(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [str(value) for name, value in attrs if name == "href"]


@pytest.fixture(scope="module")
def server() -> Iterator[canned.Running]:
    with canned.running() as running:
        yield running


@pytest.mark.parametrize("text", canned.REPLIES)
def test_everything_of_a_reply_is_there_and_nothing_else(text: str) -> None:
    wire = wire_exchange(Exchange("x1", canned.REPLIES[text], "extractive", {}, ("Svart uten vektorsøk.",)))
    shown = present(wire, "https://mandat.example.org")
    made = html(shown)
    parts = Parts(made)
    assert parts.tags <= TAGS
    assert all(link.startswith(("#source-", "https://mandat.example.org/documents/")) for link in parts.links)
    words = unescape(re.sub(r"<[^>]+>", "", made))
    assert all(source.quote in words and source.line in words for source in shown.sources)
    assert all(line.split(" [")[0] in words for line in shown.text.splitlines())
    assert "Svart uten vektorsøk." in words
    for number in {int(found) for found in re.findall(r"\[(\d+)\]", shown.text)}:
        cited = any(source.number == number for source in shown.sources)
        assert (f'href="#source-{number}"' in made) == cited


def test_a_form_gets_a_page_and_an_option_asks_again(server: canned.Running) -> None:
    server.reset()
    question = next(text for text, reply in canned.REPLIES.items() if not isinstance(reply, Answer))
    with httpx.Client(base_url=server.url) as http:
        page = http.post("/v1/ask/page", data={"question": "Vem bestämmer?", "organisation": ""})
        assert page.headers["content-type"].startswith("text/html")
        assert "<script" not in page.text
        assert '<button class="option" name="organisation" value="nordvik">' in page.text
        http.post("/v1/ask/page", data={"question": question, "organisation": "nordvik"})
        hostile = http.post("/v1/ask/page", data={"question": canned.HOSTILE}).text
        assert "onerror=alert(1)>" not in hostile
        assert http.post("/v1/ask/page", data={"question": "x" * 20_001}).status_code == 422
        assert http.post("/v1/ask/page", content=b"\xff\xfe").status_code == 422
    asked = [(each.text, each.organisation, each.channel) for each in server.assistant.asked]
    assert asked[:2] == [("Vem bestämmer?", "", "web"), (question, "nordvik", "web")]
