"""A reply as HTML: for a browser that runs no scripts. Everything is escaped."""

from __future__ import annotations

import re
from html import escape

from assistant.channels.presentation import Card, Presentation, Row, Source
from assistant.channels.presentation import words as words_of

_POINTER = re.compile(r"\[(\d+)\]")


def html(shown: Presentation) -> str:
    """The reply as one article, its pointers leading to its sources; options are not in it."""
    said = words_of(shown.language)
    known = {source.number for source in shown.sources}
    parts = [_paragraph("outcome", shown.label)]
    parts += [_marked(line, known) for line in shown.text.splitlines() if line.strip()]
    parts += [
        _paragraph("ask-whom", shown.ask),
        _card(shown.card, said["chain"], known) if shown.card else "",
    ]
    if shown.sources:
        items = "\n".join(_source(source, said["open"]) for source in shown.sources)
        heading = escape(shown.heading)
        parts.append(
            f'<section class="sources"><h2>{heading}</h2>\n<ol class="cards">\n{items}\n</ol></section>'
        )
    parts += [_paragraph("note", remark) for remark in shown.remarks]
    body = "\n".join(part for part in parts if part)
    return f'<article class="answer" lang="{escape(shown.language)}">\n{body}\n</article>'


def _paragraph(kind: str, text: str) -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if text else ""


def _marked(line: str, known: set[int]) -> str:
    def mark(found: re.Match[str]) -> str:
        number = int(found[1])
        return f'<a class="mark" href="#source-{number}">{number}</a>' if number in known else found[0]

    return f'<p class="text">{_POINTER.sub(mark, escape(line))}</p>'


def _source(source: Source, opens: str) -> str:
    link = f'<p><a class="open" href="{escape(source.url)}">{escape(opens)}</a></p>' if source.url else ""
    return (
        f'<li class="card" id="source-{source.number}"><p><span class="number">{source.number}</span> '
        f"{escape(source.line)}</p><blockquote><p>{escape(source.quote)}</p></blockquote>{link}</li>"
    )


def _card(card: Card, way: str, known: set[int]) -> str:
    rows = "\n".join(
        f"<div><dt>{escape(row.label)}</dt><dd>{_told(row, row.text, known)}</dd></div>" for row in card.rows
    )
    chain = "\n".join(
        f"<li><strong>{escape(step.label)}</strong> {_told(step, step.text, known)}</li>"
        for step in card.chain
    )
    if chain:
        chain = f'<h3>{escape(way)}</h3><ol class="chain">{chain}</ol>'
    return (
        f'<section class="fact-card"><h2>{escape(card.label)}</h2>\n'
        f'<p class="fact-title">{escape(card.title)}</p>\n'
        f'<dl class="facts">{rows}</dl>{chain}</section>'
    )


def _told(row: Row, text: str, known: set[int]) -> str:
    """What a row tells, with the way to its source: a pointer to one of the reply's, else its address."""
    said = escape(text)
    if row.source in known:
        return f'{said}&nbsp;<a class="mark" href="#source-{row.source}">{row.source}</a>'
    return f'{said} <a class="where" href="{escape(row.url)}">→</a>' if row.url else said
