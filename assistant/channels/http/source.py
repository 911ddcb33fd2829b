"""A document as a web page: its canonical text in blocks whose offsets can be found again.

Each block is an element with `data-start`, the offset of its first code point; `source.js` turns
the fragment `#c{start}-{end}` into a highlight. Everything from the document is escaped.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from urllib.parse import quote

from assistant.channels.http.frame import framed
from assistant.domain.document import Document, Passage, Status

# Below this many headings a table of contents is longer than the way to scroll.
_CONTENTS_FROM = 4
_PAGE_NUMBER = re.compile(r"(?:^|\()s\. (\d+)\b")  # "s. 4 · Chefforum", "§ 5 (s. 2)"


@dataclass(frozen=True, slots=True)
class _Block:
    """A span of the text without line breaks; `level` 1 (outermost) up for a heading, else 0."""

    start: int
    text: str
    level: int
    tight: bool  # directly below another line, without a blank one between


def source_page(
    document: Document,
    organisation_name: str,
    text: str,
    furniture: Sequence[tuple[int, int]],
    passages: Sequence[Passage],
    today: date,
    original: str = "",
) -> str:
    """The page for one version: particulars, contents, and the text with its headings.

    `original` is the ending of the file it was read from (".pdf"), "" where that is not to be had.

    Blocks are the text's lines, cut further where a passage begins inside one (a slide can be one
    long line); headings are those that the passages' heading paths name. `furniture` spans are
    dimmed; a version that is not in force on `today` says so.
    """
    in_order = sorted(passages, key=lambda passage: passage.start)
    blocks = _blocks(text, in_order, _headings(text, in_order))
    pages = _pages(in_order)
    spans = sorted(furniture)
    body = "\n".join(_block_html(block, spans, pages) for block in blocks)
    contents = _contents([block for block in blocks if block.level])
    return framed(
        document.title,
        f"""<header class="source-head">
<p class="owner">{escape(organisation_name)}</p>
<h1 lang="{escape(document.language)}">{escape(document.title)}</h1>
{_particulars(document, today)}
{_original(document, original)}
<p id="missing-span" class="notice" role="status" hidden data-word="span_missing"></p>
</header>
{contents}
<article id="text" class="source-text" lang="{escape(document.language)}">
{body}
</article>""",
    )


def missing_page() -> str:
    """The page for a document that does not exist or may not be read: the same for both."""
    return framed("Mandat", '<h1 data-word="document_missing">Dokumentet finnes ikke</h1>')


def _headings(text: str, passages: Sequence[Passage]) -> list[tuple[int, int, int]]:
    """(start, end, level) of the headings that open passages, in order.

    A heading stands between the passage before and the end of its own, so one that repeats
    further down is found at each place.
    """
    found: list[tuple[int, int, int]] = []
    previous: tuple[str, ...] = ()
    search_from = 0
    for passage in passages:
        for depth in range(_shared(previous, passage.heading_path), len(passage.heading_path)):
            span = _whole_words(text, passage.heading_path[depth], search_from, passage.end)
            if span:
                found.append((*span, depth + 1))
                search_from = span[1]
        previous, search_from = passage.heading_path, max(search_from, passage.end)
    return found


def _whole_words(text: str, words: str, start: int, end: int) -> tuple[int, int] | None:
    """Where `words` first stand in text[start:end] with white space or an edge on both sides."""
    at = text.find(words, start, end) if words else -1
    while at >= 0:
        after = at + len(words)
        if (at == 0 or text[at - 1].isspace()) and (after == len(text) or text[after].isspace()):
            return at, after
        at = text.find(words, at + 1, end)
    return None


def _blocks(text: str, passages: Sequence[Passage], headings: Sequence[tuple[int, int, int]]) -> list[_Block]:
    cuts = sorted({passage.start for passage in passages} | {at for head in headings for at in head[:2]})
    levels = {start: level for start, _, level in headings}
    blocks: list[_Block] = []
    line_start, follows = 0, False
    for line in text.split("\n"):
        line_end = line_start + len(line)
        inside = cuts[bisect_right(cuts, line_start) : bisect_left(cuts, line_end)]
        for start, end in pairwise([line_start, *inside, line_end]):
            words = text[start:end].strip()
            if words:
                at = start + text[start:end].index(words)
                blocks.append(_Block(at, words, levels.get(at, 0), follows and start == line_start))
        line_start, follows = line_end + 1, bool(line.strip())
    return blocks


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many headings, from the outermost, two paths have in common."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _pages(passages: Sequence[Passage]) -> list[tuple[int, int]]:
    """(start, page) where the locators of a paged document tell that another page begins, in order."""
    places = [(at, said) for each in passages for at, said in ((each.start, each.locator), *each.marks)]
    told = [(at, int(found[1])) for at, said in sorted(places) if (found := _PAGE_NUMBER.search(said))]
    return [each for at, each in enumerate(told) if not at or each[1] != told[at - 1][1]]


def _block_html(block: _Block, furniture: Sequence[tuple[int, int]], pages: Sequence[tuple[int, int]]) -> str:
    tag = f"h{min(block.level + 1, 6)}" if block.level else "p"
    identity = f' id="h{block.start}"' if block.level else ""
    tight = ' class="tight"' if block.tight and not block.level else ""
    on = bisect_right(pages, (block.start, 10**9)) - 1
    page = f' data-page="{pages[on][1]}"' if on >= 0 else ""
    return f'<{tag}{identity}{tight} data-start="{block.start}"{page}>{_dimmed(block, furniture)}</{tag}>'


def _dimmed(block: _Block, furniture: Sequence[tuple[int, int]]) -> str:
    """The block's text, escaped, with the parts in furniture (sorted, disjoint) in spans of their own."""
    parts: list[str] = []
    done, end = block.start, block.start + len(block.text)
    # The span before the first that starts in the block may reach into it.
    for at in range(max(0, bisect_left(furniture, (block.start, 0)) - 1), len(furniture)):
        left, right = max(furniture[at][0], done), min(furniture[at][1], end)
        if furniture[at][0] >= end:
            break
        if left >= right:
            continue
        parts.append(escape(block.text[done - block.start : left - block.start]))
        dimmed = escape(block.text[left - block.start : right - block.start])
        parts.append(f'<span class="furniture">{dimmed}</span>')
        done = right
    parts.append(escape(block.text[done - block.start :]))
    return "".join(parts)


def _contents(headings: Sequence[_Block]) -> str:
    if len(headings) < _CONTENTS_FROM:
        return ""
    items = "\n".join(
        f'<li class="level-{min(heading.level, 4)}">'
        f'<a href="#h{heading.start}">{escape(heading.text)}</a></li>'
        for heading in headings
    )
    return (
        '<details class="contents"><summary data-word="contents">Innhold</summary>\n'
        f"<ul>\n{items}\n</ul></details>"
    )


def _particulars(document: Document, today: date) -> str:
    rows = [
        ("kind", f'<span data-word="kind_{document.kind.replace(" ", "_")}">{document.kind}</span>'),
        ("version", escape(document.version)),
    ]
    if document.valid_from or document.valid_to:
        rows.append(("validity", _validity(document.valid_from, document.valid_to)))
    if document.owner:
        rows.append(("owner", escape(document.owner)))
    cells = "\n".join(
        f'<div><dt data-word="{word}">{word}</dt><dd>{value}</dd></div>' for word, value in rows
    )
    return f'{_warning(document, today)}<dl class="particulars">\n{cells}\n</dl>'


def _original(document: Document, ending: str) -> str:
    """The way to the file itself; a PDF opens at the quote's page, which `source.js` adds."""
    if not ending:
        return ""
    address = f"/v1/documents/{quote(document.id, safe='')}/file?version={quote(document.version, safe='')}"
    kind, word = ("pdf", "open_pdf") if ending == ".pdf" else ("file", "save_file")
    return (
        f'<p class="original"><a class="original-{kind}" href="{escape(address)}" target="_blank" '
        f'rel="noopener" data-word="{word}">{ending}</a></p>'
    )


def _warning(document: Document, today: date) -> str:
    """What a reader must know before relying on this version; "" when it is in force."""
    if document.status is not Status.IN_FORCE:
        word = f"status_{document.status}"
    elif (document.valid_from and today < document.valid_from) or (
        document.valid_to and document.valid_to <= today
    ):
        word = "not_in_force"
    else:
        return ""
    return f'<p class="notice" data-word="{word}">{document.status}</p>\n'


def _validity(valid_from: date | None, valid_to: date | None) -> str:
    """First and last day in force; `source.js` writes them the way the reader's language does."""
    parts = [f'<time datetime="{valid_from}">{valid_from}</time>' if valid_from else ""]
    if valid_to:
        last = valid_to - timedelta(days=1)
        parts.append(f'<time datetime="{last}">{last}</time>')
    else:
        parts.append("")
    return " – ".join(parts).strip()
