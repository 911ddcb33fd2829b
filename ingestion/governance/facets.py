"""What headings, labels and sentences say of bodies and roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.domain.document import Passage
from assistant.domain.governance import Facet, FacetStatement
from assistant.language.sentences import sentences
from assistant.language.tokens import fold, stop_words
from ingestion.data import load
from ingestion.governance.patterns import (
    actor,
    compiled,
    facet_label,
    facet_told,
    headed_by,
    is_actor,
    is_role,
    is_unnamed,
    unnumbered,
)

_SPAN_CHARS = 600
_LABEL_CHARS = 40
_OPENS = re.compile(rf"(?:(?:den|det|dei?|en|ett?|the)\s)?(?P<actor>{actor()})[\s,]", re.IGNORECASE)
_ANY = re.compile(r"(?:alle|alla|varje|hvert?|kvart?|hver|vart|ethvert|et|ett?|en)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence or labelled line of a passage: its span there, and the label and value when it has one."""

    start: int
    end: int
    text: str
    label: Facet | None = None
    value: str = ""


def facet_statements(
    passages: Sequence[Passage], title: str, rows: Sequence[tuple[int, int]] = ()
) -> Iterator[FacetStatement]:
    """The statements of a document's running text, in order; `rows` are the spans of its tables' rows."""
    titled = _in_title(title)
    for passage in passages:
        if passage.unit in ("row", "title"):
            continue
        lines = list(_lines(passage, rows))
        headed = headed_by(passage.heading_path)
        if not headed and passage.heading_path and len({line.label for line in lines} - {None}) > 1:
            # what has a purpose, members and meetings is a body, whatever it is called
            headed = unnumbered(passage.heading_path[-1])
        for body, told, line in _told(lines, headed or titled, _facet_of(passage.heading_path)):
            if body and not _ANY.match(body):
                yield FacetStatement(
                    unnumbered(body),
                    is_role(body),
                    told,
                    passage.ordinal,
                    passage.start + line.start,
                    passage.start + line.end,
                    line.value,
                )


def _told(lines: Sequence[_Line], headed: str, facet: Facet | None) -> Iterator[tuple[str, Facet, _Line]]:
    """Whose facet each line tells; `headed` and `facet` are what the headings name."""
    under = facet
    for line in lines:
        if line.label is not None and not line.value:
            under = line.label  # a label on a line of its own holds for the lines below it
            continue
        stated = line.label or under
        if stated is not None:
            yield headed, stated, line
        if line.label is not None:
            continue
        # under "Møter" it may also say that one must come, under "Deltar i" when another body meets
        own, whose = facet_told(line.text), _told_of(line.text, headed)
        if own is None and _is_what_it_does(line.text):
            own = Facet.PURPOSE
        if own is not None and (whose, own) != (headed, stated):
            yield whose, own, line


def _lines(passage: Passage, rows: Sequence[tuple[int, int]]) -> Iterator[_Line]:
    """The sentences and labelled lines of a passage, without its own heading and table rows."""
    inside = [(start - passage.start, end - passage.start) for start, end in rows
              if start < passage.end and passage.start < end]  # fmt: skip
    heading = passage.heading_path[-1] if passage.heading_path else ""
    skip = len(heading) if heading and passage.text.startswith(heading) else 0
    past = 0
    for begin, stop in sentences(passage.text[skip:]):
        start, end = skip + begin, skip + stop
        text = passage.text[start:end].strip()
        if start < past or any(first < end and start < last for first, last in inside):
            continue
        if len(text) > _SPAN_CHARS or not re.search(r"\w{2}", text):
            continue
        label, _, value = text.partition(":")
        named = facet_label(label) if len(label) < _LABEL_CHARS else None
        if named is not None and value.strip():
            # all of the line belongs to its label
            line_end = passage.text.find("\n", end)
            whole = passage.text[start : line_end if line_end >= 0 else len(passage.text)].rstrip()
            if len(whole) <= _SPAN_CHARS:
                text, past = whole, start + len(whole)
            yield _Line(start, max(end, past), text, named, text.partition(":")[2].strip())
        else:
            yield _Line(start, end, text, None if text.endswith(".") else named)


def _told_of(text: str, headed: str) -> str:
    """The body or role that a sentence is about: the one it opens with, else the one in the heading."""
    served = _SERVED.search(text)
    if served:
        return served["actor"]
    opens = _OPENS.match(text)
    name = opens["actor"] if opens else ""
    words = name.split()
    if not is_actor(name) or {"av", "af", "til", "till"} & set(words) or is_unnamed(name):
        return headed
    # "Enhetslederen leder en skole": the second word is the verb
    return words[0] if len(words) == 2 and words[1] in ("leder", "leier") and is_actor(words[0]) else name


def _is_what_it_does(text: str) -> bool:
    """Whether a sentence begins with a body's name and tells what it does."""
    opens = _OPENS.match(text)
    if opens is None or is_role(opens["actor"]) or _ANY.match(text):
        return False
    if fold(opens["actor"].split()[0]) in stop_words():
        return False  # "Når nemnda behandler …" is a condition
    return compiled("body_does").match(text[opens.end() :].lstrip()) is not None


_SERVED = re.compile(rf"\bsekretariat(?:et)?\s(?:for|för)\s(?P<actor>{actor()})", re.IGNORECASE)


def _facet_of(path: Sequence[str]) -> Facet | None:
    """The facet that the last heading names, by itself or after whose it is: "Kommunstyrelsens ledamöter"."""
    last = unnumbered(path[-1]) if path else ""
    if not last or is_actor(last):
        return None
    owner = headed_by(path[-1:])
    return facet_label(last[len(owner) :].lstrip("s'").strip() if owner else last)


def _in_title(title: str) -> str:
    """The one body or role that a document is about, "" for none: "Mandat for HR-forum"."""
    match = _titled().fullmatch(title)
    # "Reglement for kommunestyret, formannskapet og utvalgene" is about none of them alone
    several = match and re.match(r"\s?(?:,|og\b|och\b|and\b)", match["more"])
    return match["actor"] if match and not several else ""


@cache
def _titled() -> re.Pattern[str]:
    kinds = load("governance")["about_one"]
    return re.compile(rf"(?:{kinds})\s(?:for|för)\s(?P<actor>{actor()})(?P<more>.*)", re.IGNORECASE)
