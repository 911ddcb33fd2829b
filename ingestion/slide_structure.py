"""Title and items of a slide that was saved from the web as one line."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.folding import fold
from assistant.language.tokens import stop_words
from ingestion.reading.reading import Block, BlockKind

_TITLE_CHARS = 90
_LABEL_CHARS = 40  # the boxes of a figure hold less than this
CAPITAL = "A-ZÆØÅÄÖÉ"
SMALL = "a-zæøåäöéü"
GLYPH = re.compile(r"[\uf000-\uf0ff•▪●◦‣]")
_BULLET = re.compile(
    rf"(?P<l>(?<=\s)l(?=\s?[{CAPITAL}0-9]))|(?P<glyph>[\uf000-\uf0ff•▪●◦‣])"
    rf"|(?P<o>(?<=\s)o(?=\s[{CAPITAL}]))|(?P<dash>(?<=\s)[–-](?=\s))"
)
_LEVELS = {"l": 0, "glyph": 1, "o": 2, "dash": 2}
_DASH = re.compile(r"(?<=\s)[–-]\s")
# a capital after a small letter, or an abbreviation that a sentence begins with: "… for rådmann KS anbefaler"
RUN_ON = re.compile(
    rf"(?<=[{SMALL}0-9)”»:])\s+(?=[{CAPITAL}][{SMALL}]|[{CAPITAL}]{{2,5}}\s[{SMALL}]|[IÅ]\s[{SMALL}])"
)
CAPITALS = re.compile(
    rf"(?:(?<=^)|(?<=\s))([{CAPITAL}][{CAPITAL}0-9/ –-]{{10,80}}[{CAPITAL}])"
    rf"\s+(?=[{CAPITAL}][{SMALL}]|[IÅ]\s)"
)
_CAPITALS_LAST = re.compile(rf"(?<=[{SMALL}.?!)]\s)[{CAPITAL}][{CAPITAL} –-]{{6,60}}[{CAPITAL}]$")
_QUOTATION = re.compile(r"[«“”\"»].*[»”“\"«]\.?", re.DOTALL)

_Cut = tuple[int, int, int]  # end of the part before, start of the part after, level of that part


def slide_blocks(text: str, block: Block, with_glyphs: bool) -> list[Block]:
    """The slide's title (a HEADING, if it has one) and its items, in order.

    `with_glyphs`: the deck shows its bullets as marks, so that single letters may be marks too.
    """
    body = text[block.start : block.end]
    cuts = _at_bullets(body) if with_glyphs else []
    last = _CAPITALS_LAST.search(body)
    if last:
        cuts.append((last.start(), last.start(), 0))
    elif not cuts:
        cuts = _at_capitals(body)
    parts: list[Block] = []
    start, level = 0, 0
    for end, after, next_level in [*sorted(cuts), (len(body), len(body), 0)]:
        part = trimmed(text, block, block.start + start, block.start + end)
        if part is not None:
            parts.append(replace(part, kind=BlockKind.ITEM, level=level))
        start, level = after, next_level
    if not parts:
        return [block]
    if last and len(parts) == 2:
        inner = [(end, after, 0) for end, after, _ in _at_capitals(body[: last.start()])]
        parts = [*_between(text, block, inner, last.start()), parts[-1]]
    title = len(parts) - 1 if last else _title(text, block, parts)
    if title >= 0:
        parts[title] = replace(parts[title], kind=BlockKind.HEADING, level=2)
    return parts


def _between(text: str, block: Block, cuts: list[_Cut], end: int) -> list[Block]:
    parts: list[Block] = []
    start = 0
    for before, after, _ in [*cuts, (end, end, 0)]:
        part = trimmed(text, block, block.start + start, block.start + before)
        if part is not None:
            parts.append(replace(part, kind=BlockKind.ITEM))
        start = after
    return parts


def _at_bullets(body: str) -> list[_Cut]:
    marks = list(_BULLET.finditer(body))
    has_glyphs = GLYPH.search(body) is not None
    # beside other marks, and alone, a dash is part of the words: "Organisasjonen - prinsippskisse"
    if not has_glyphs and len(marks) < 2:
        return []
    return [
        (match.start(), match.end(), _LEVELS[str(match.lastgroup)])
        for match in marks
        if match.lastgroup != "dash" or not has_glyphs
    ]


def _at_capitals(body: str) -> list[_Cut]:
    """Cuts in a slide without marks: capitals, dashes, and the ends of sentences."""
    shouted = CAPITALS.match(body)
    cuts: list[_Cut] = [(shouted.end(1), shouted.end(), 0)] if shouted else []
    dashes = list(_DASH.finditer(body))
    if len(dashes) > 1:
        cuts += [(match.start(), match.end(), 0) for match in dashes]
    cuts += [
        (match.start(), match.end(), 0) for match in RUN_ON.finditer(body) if begins_anew(body, match.start())
    ]
    cuts += [(match.end(), match.end(), 0) for match in re.finditer(r"[?!.](?=\s)", body)]
    return sorted(cuts)


def begins_anew(body: str, at: int) -> bool:
    """Whether something new may begin after the word that ends at `at`: not after "for" or "og"."""
    words = body[:at].rsplit(maxsplit=1)
    return bool(words) and fold(words[-1]) not in stop_words()


def _title(text: str, block: Block, parts: list[Block]) -> int:
    """Index of the part that is the slide's title, -1 when it has none."""
    if _QUOTATION.fullmatch(text[block.start : block.end]):
        return -1
    dashed = [at for at, part in enumerate(parts) if re.search(r"\w [–-] \w", text[part.start : part.end])]
    if len(parts) > 2 and len(dashed) == 1 and all(part.end - part.start < _LABEL_CHARS for part in parts):
        return dashed[0]  # a figure: its boxes' words come in any order, "X – a sketch" is its title
    first = parts[0]
    fits = first.end - first.start <= _TITLE_CHARS and text[first.end - 1] not in ".,;"
    return 0 if fits and first.start == block.start else -1


def trimmed(text: str, block: Block, start: int, end: int) -> Block | None:
    """`block` narrowed to [start, end) without blanks at its ends; None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return replace(block, start=start, end=end) if start < end else None
