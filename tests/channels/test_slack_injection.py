"""Text of documents, people and models cannot mention, link, ping or lose a citation: sixty tries."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt

from assistant.channels.presentation import Card, Presentation, Row, Source
from assistant.channels.slack.blocks import Message, plain_message, render
from assistant.channels.slack.parts import Chosen
from assistant.channels.slack.streaming import pieces
from assistant.channels.slack.values import Place
from assistant.channels.slack.views import InPlace, Known, home_view, settings_view, source_view, why_view
from assistant.channels.wire import WireOption
from assistant.domain.document import Organisation
from assistant.domain.reply import Outcome

OURS = "https://mandat.example.org/documents/a?version=1#c1-2"

PAYLOADS = [
    "<!channel>", "<!here>", "<!everyone>", "<!channel|alle>", "<!here|her>", "<! channel>",
    "<@U012AB3CD>", "<@U012AB3CD|ola>", "<@W012AB3CD>", "<#C024BE7LR>", "<#C024BE7LR|drift>",
    "<!subteam^SAZ94GDB8>", "<!subteam^SAZ94GDB8|@ledelsen>", "<!date^1392734382^{date}^https://evil.example|x>",
    "<https://evil.example>", "<https://evil.example|Åpne dokumentet>", "<http://evil.example|[1]>",
    "<mailto:a@evil.example|skriv>", "<tel:+4712345678|ring>", "<slack://user?team=T1&id=U1|her>",
    "<javascript:alert(1)|x>", "< https://evil.example >", "<https://evil.example\n|x>", "<<!channel>>",
    "<<https://evil.example|x>|y>", "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "&#60;!channel&#62;",
    "&#x3C;!here&#x3E;", "&lt;https://evil.example|x&gt;", "https://evil.example", "http://evil.example/a?b=c&d",
    "www.evil.example", "evil.example/path", "ola@evil.example", "mailto:ola@evil.example", "ftp://evil.example",
    "HTTPS://EVIL.EXAMPLE", "[klikk](https://evil.example)", "![bilde](https://evil.example/x.png)",
    "[klikk][1]\n\n[1]: https://evil.example", "[1]: https://evil.example", "[1](https://evil.example)",
    "<a href='https://evil.example'>x</a>", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>",
    "*fet* _kursiv_ ~strek~ `kode`", "```\n<!channel>\n```", "> sitat <!here>", "# overskrift <@U012AB3CD>",
    "@channel @here @everyone", "#general", ":bomb: :wave:", "\\<!channel\\>", "\\\\<!channel>", "\u200b<!channel>\u202e",
    "<!channel\u200b>", "］(https://evil.example)", "| a | b |\n|---|---|\n| <!here> | x |", "<!channel>" * 12,
]  # fmt: skip


def shown(hostile: str) -> Presentation:
    """A reply in which everything that is not ours is hostile."""
    source = Source(1, f"{hostile} · {hostile}".replace("\n", " "), f"før {hostile} etter", OURS, False)
    rows = (Row(hostile, hostile, 1, OURS), Row("", hostile))
    return Presentation(
        exchange_id="x1",
        outcome=Outcome.ANSWERED,
        language="nb",
        label=hostile,
        text=f"{hostile} [1] {hostile}\n– {hostile} [1]",
        ask=hostile,
        remarks=(hostile,),
        heading="Kilder",
        sources=(source, Source(2, "Uten adresse", hostile, "", False)),
        options=(),
        card=Card("decision", hostile, hostile, rows, rows),
    )


def parts(of: Any) -> Iterator[dict[str, Any]]:
    """Every object inside."""
    if isinstance(of, dict):
        yield of
        of = list(of.values())
    if isinstance(of, (list, tuple)):
        for each in of:
            yield from parts(each)


def assert_harmless(of: Any) -> None:
    """By the rules of Slack's markup, and only our own address is a link."""
    for part in parts(of):
        kind = part.get("type")
        if kind == "mrkdwn":
            assert part["verbatim"] is True
            assert re.findall(r"<([^<>]*)>?", part["text"]) == [
                f"{OURS}|Åpne dokumentet" for _ in range(part["text"].count("<"))
            ]
        elif kind == "plain_text":
            assert part["emoji"] is False
        elif kind == "link":
            assert part["url"] == OURS
        else:
            assert kind not in (
                "user",
                "usergroup",
                "channel",
                "broadcast",
                "emoji",
                "date",
                "color",
                "markdown",
            )
            assert "url" not in part or part["url"] == OURS


def assert_message(message: Message) -> None:
    assert "<" not in message.text
    assert html.unescape(message.text)
    assert_harmless(message.blocks)


@pytest.mark.parametrize("hostile", PAYLOADS)
def test_a_message_has_no_pings_no_foreign_links_and_every_citation(hostile: str) -> None:
    message = render(shown(hostile), shareable=True)
    assert_message(message)
    written = [part["text"] for part in parts(message.blocks) if part.get("type") == "text"]
    assert f"før {hostile} etter" in written
    assert hostile in written
    lines = [part["text"] for part in parts(message.blocks) if part.get("type") == "mrkdwn"]
    assert [line[:3] for line in lines if re.match(r"\[\d\] ", line)] == ["[1]", "[2]"]
    assert sum(f"<{OURS}|" in line for line in lines) == 1


@pytest.mark.parametrize("hostile", PAYLOADS)
def test_options_windows_and_pages_have_none_either(hostile: str) -> None:
    reply = shown(hostile)
    asked = Presentation(
        "x1",
        Outcome.CLARIFY,
        "nb",
        "",
        hostile,
        "",
        (),
        "",
        (),
        (WireOption(label=hostile, organisation="a"),),
        None,
    )
    town = Organisation("a", hostile, "no", "nb")
    place = Place("C1", "1", "U1", "nb", about=hostile)
    assert_message(render(asked))
    assert_message(plain_message(hostile))
    assert_harmless(home_view([Known(hostile, 1)], [town], [hostile], Chosen("a", "nb"), "nb"))
    assert_harmless(settings_view(place, [town], Chosen(), "nb"))
    assert_harmless(why_view(place))
    assert_harmless(source_view(InPlace(reply.sources[0], hostile, hostile, hostile), "nb"))


@pytest.mark.parametrize("hostile", PAYLOADS)
def test_what_is_streamed_is_text_and_nothing_else(hostile: str) -> None:
    streamed = "".join(pieces(shown(hostile)))
    assert "<" not in streamed
    assert not re.search(
        r"(?i)\b(?:https?|ftp|mailto):(?!\\)|\bwww\.(?!\\)",
        streamed.replace("\\:", ":\\").replace("\\.", ".\\"),
    )
    for token in parts(
        json.loads(json.dumps([each.as_dict() for each in MarkdownIt("commonmark").parse(streamed)]))
    ):
        assert token.get("type") not in ("link_open", "image", "html_inline", "html_block")
    assert streamed.count("\\[1\\]") >= 2


def test_there_are_sixty() -> None:
    assert len(set(PAYLOADS)) >= 60
