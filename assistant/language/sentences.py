"""Where sentences and list items begin and end in municipal and legal text.

The rules are for how such text is written: "§ 31, stk. 2, nr. 3, jf. § 18" is one sentence, a
section's or subsection's number belongs to the sentence it numbers, an ordinal or a date ends
nothing, a list inside a statute's sentence ("1) … 2) …") stays in it, and a line break is only a
line break. Abbreviations are data (`data/abbreviations`).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from assistant.language.bullets import PLAIN, Span, bullets
from assistant.language.folding import fold
from assistant.language.tokens import stop_words
from assistant.language.wordlists import read_words

_BLANK_LINE = re.compile(r"\n[ \t\r]*(?:\n\s*)+")
_ITEM = re.compile(
    rf"\s*(?:[-–—*{PLAIN}]\s|[{PLAIN}]|#|\d{{1,3}}[.)]\s|[a-zæøåäö]\)\s|§\s*\d|(?:stk|nr|kap)\.\s*\d+[.\s])",
    re.IGNORECASE,
)
_LEADING_MARK = re.compile(rf"(?:\s+|[-–—*]\s+|#+\s+|[{PLAIN}]\s*)+")
_END = re.compile(r"(?<![.!?…])[.!?…]++[)\]\"»”’']*+(?=\s)")
_OPENING = "«\"“”‘'([*_"
_NEXT_ITEM = re.compile(r"(?:\d{1,3}|[a-zæøåäö])\)\s")
_NUMBERING = re.compile(
    r"(?:(?:§§?\s*)?\d+(?:[-–.]\d+)*(?:\s?[a-zæøåäö])?\s?\."
    r"|(?:stk|nr|kap|kapittel|kapitel|kapitlet|avdelning|del|artikkel|artikel|punkt|pkt)\.?\s+(?:\d+|[IVX]+)"
    r"(?:\s?[a-zæøå])?\."
    r"|[a-zæøåäö]\.)",
    re.IGNORECASE,
)
# A heading in capitals run into the text: "SAMSPIL MED ORGANISATIONEN Direktionen er …"
_CAPITALS = re.compile(r"(?<!\S)[A-ZÆØÅÄÖ]{2,}(?:[,:]?[ -]+[A-ZÆØÅÄÖ]{2,}(?![a-zæøåäö]))*+:?(?!\S)")
_TITLE_CASE = re.compile(r"\s+[A-ZÆØÅÄÖ][a-zæøåäö]")
# A small word with a capital after a word without one: the line break between items was lost
_LOST_BREAK = re.compile(
    r"(?P<before>(?<!\S)[a-zæøåäöé][\w/-]*|[a-zæøåäö]{3}\))\s+(?P<word>[A-ZÆØÅÄÖ][a-zæøåäö]+)(?=\s)"
)
_NEVER_LOST = frozenset({"de", "dem", "deres", "ni", "er"})  # polite pronouns have a capital
CAPITALS = 8  # letters: shorter ones are abbreviations
YEAR = 4  # digits
ROOM = 0.8  # of the longest line: a next word that would have fitted says the break was meant


def sentences(text: str) -> list[Span]:
    """Spans [start, end) of the sentences and items in order, trimmed of space and of bullet marks."""
    found: list[Span] = []
    for start, end in _paragraphs(text):
        pieces = bullets(text[start:end]) or [(0, end - start)]
        for left, right in pieces:
            for begin, stop in _run_together(text, start + left, start + right):
                found.extend(_split(text, begin, stop))
    return found


def _paragraphs(text: str) -> list[Span]:
    """Spans between breaks that are boundaries whatever the words: blank lines, items, meant line breaks."""
    spans: list[Span] = []
    at = 0
    for blank in [*_BLANK_LINE.finditer(text), None]:
        end = blank.start() if blank else len(text)
        spans.extend(_lines_joined(text, at, end))
        at = blank.end() if blank else end
    return spans


def _lines_joined(text: str, start: int, end: int) -> list[Span]:
    """The lines of one block of text, those that only wrap joined to one span."""
    lines: list[Span] = []
    at = start
    for line in text[start:end].split("\n"):
        if line.strip():
            lines.append((at, at + len(line.rstrip())))
        at += len(line) + 1
    if not lines:
        return []
    width = max(right - left for left, right in lines)
    all_begin = len(lines) > 2 and all(_begins(text[left:right]) for left, right in lines)
    spans = [lines[0]]
    for left, right in lines[1:]:
        before = text[spans[-1][0] : spans[-1][1]]
        previous = before.rsplit("\n", 1)[-1]
        if all_begin or _is_break(previous, text[left:right], width):
            spans.append((left, right))
        else:
            spans[-1] = (spans[-1][0], right)
    return spans


def _is_break(line: str, following: str, width: int) -> bool:
    if _ITEM.match(following) or line.lstrip().startswith("#") or line.endswith((":", "!", "?")):
        return True
    if " | " in line and " | " in following:
        return True
    first = following.split(maxsplit=1)[0]
    return _begins(following) and len(line) + 1 + len(first) < ROOM * width


def _begins(line: str) -> bool:
    opened = line.lstrip().lstrip(_OPENING)
    return bool(_ITEM.match(line)) or opened[:1].isupper() or opened[:1].isdigit()


def _run_together(text: str, start: int, end: int) -> list[Span]:
    """Headings and items that lost the break between them, taken apart."""
    edges = {start, end}
    for match in _LOST_BREAK.finditer(text, start, end):
        before, word = fold(match["before"]), fold(match["word"])
        if before not in stop_words() and word in stop_words() and word not in _NEVER_LOST:
            edges.add(match.start("word"))
    for heading in _CAPITALS.finditer(text, start, end):
        capitals = sum(letter.isupper() for letter in heading.group())
        if capitals >= CAPITALS and _TITLE_CASE.match(text, heading.end(), end):
            edges |= set(heading.span())
    return list(pairwise(sorted(edges)))


def _split(text: str, start: int, end: int) -> list[Span]:
    spans: list[Span] = []
    begin = _skip_mark(text, start, end)
    for mark in _END.finditer(text, begin, end):
        if mark.start() >= begin and _ends_sentence(text, begin, mark, end):
            spans.append((begin, mark.end()))
            begin = _skip_mark(text, mark.end(), end)
    spans.append((begin, end))
    return [span for span in (_trim(text, *span) for span in spans) if _says_something(text[slice(*span)])]


def _ends_sentence(text: str, begin: int, mark: re.Match[str], end: int) -> bool:
    following = text[mark.end() : min(end, mark.end() + 40)].lstrip()
    first = following.lstrip(_OPENING)[:1]
    if not (first.isupper() or first.isdigit() or first == "§" or _NEXT_ITEM.match(following)):
        return False
    if mark.group().startswith("…") or mark.group().startswith(".."):
        return first.isupper()  # dots that lead to a page number end nothing
    if not mark.group().startswith("."):
        return True
    if _NUMBERING.fullmatch(text, begin, mark.start() + 1):
        return False
    words = text[max(begin, mark.start() - 40) : mark.start()].split()
    word = words[-1].lstrip(_OPENING + "-–") if words else ""
    lower = word.lower()
    if lower in _closing():
        return not (first.isdigit() or first == "§")
    if (
        lower in _within()
        or (len(word) == 1 and word.isupper())
        or re.fullmatch(r"(?:[A-ZÆØÅ]\.)+[A-ZÆØÅ]", word)
    ):
        return False
    # "kl. 12. 15" goes on; after a year a number begins a sentence
    return not (first.isdigit() and word.isdigit() and len(word) < YEAR)


@cache
def _within() -> frozenset[str]:
    return frozenset(read_words("abbreviations/within.txt"))


@cache
def _closing() -> frozenset[str]:
    return frozenset(read_words("abbreviations/closing.txt"))


def _skip_mark(text: str, start: int, end: int) -> int:
    mark = _LEADING_MARK.match(text, start, end)
    return mark.end() if mark else start


def _trim(text: str, start: int, end: int) -> Span:
    return start, start + len(text[start:end].rstrip())


def _says_something(sentence: str) -> bool:
    return any(letter.isalnum() for letter in sentence)
