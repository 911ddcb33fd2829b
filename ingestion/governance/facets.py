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
    OPENING,
    actor,
    compiled,
    facet_label,
    facet_told,
    headed_by,
    is_actor,
    is_name,
    is_role,
    is_unnamed,
    named_above,
    power_told,
    unnumbered,
)

_SPAN_CHARS = 600
_LABEL_CHARS = 40
_NO_TASK = (Facet.MEMBERS, Facet.MEETS, Facet.DEPUTY, Facet.APPOINTED_BY, Facet.REPORTS_TO)
_STEP = re.compile(r"\d+[.)]\s")  # of a procedure: what is done once
_LIST_BREAK = 2  # line breaks between a lead-in and its list
_OTHER = re.compile(r"[A-ZÆØÅÄÖ][\w/-]*(?:[ -][\w/-]+){0,3}")
_ANY = re.compile(r"(?:alle|alla|varje|hvert?|kvart?|hver|vart|ethvert|et|ett?|en)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence or labelled line of a passage: its span there, and the label and value when it has one.

    `is_other` marks a line with a label that names no facet: what it says is of the label's matter.
    `goes_on` marks one that no blank line parts from the line before.
    """

    start: int
    end: int
    text: str
    label: Facet | None = None
    value: str = ""
    is_other: bool = False
    goes_on: bool = False


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
        if not headed and len({line.label for line in lines} - {None}) > 1:
            # what has a purpose, members and meetings is a body, whatever it is called
            headed = named_above(passage.heading_path)
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
    under, is_label = facet, False
    listed: tuple[str, Facet] | None = None
    for line in lines:
        if listed is not None and line.goes_on and line.label is None and not line.is_other:
            yield (*listed, line)
            continue
        listed = None
        if line.label is not None and not line.value:
            under, is_label = line.label, True  # a label on a line of its own holds for the lines below it
            continue
        if line.is_other:
            under, is_label = facet, False
            continue
        stated = line.label or under
        if stated is not None and (line.label or is_label or _fits(stated, line.text, headed)):
            yield headed, as_role(stated, headed, line.text, is_labelled=line.label is not None), line
        if line.label is not None:
            continue
        # under "Møter" it may also say that one must come, under "Deltar i" when another body meets
        own = facet_told(line.text)
        if own is None and _is_what_it_does(line.text):
            own = Facet.PURPOSE
        bodies = _told_of(line.text, own, headed)
        for whose in bodies:
            told = as_role(own, whose, line.text) if own is not None else None
            if told is not None and (whose, told) != (headed, stated):
                yield whose, told, line
        if line.text.endswith(":"):
            opened = _opened(line.text) or headed
            if own is Facet.MEMBERS:
                listed = (bodies[0], own) if bodies else None
            elif opened and compiled("lead_in").search(line.text):
                listed = opened, Facet.ANSWERS_FOR if is_role(opened) else Facet.PURPOSE


def as_role(facet: Facet, subject: str, text: str, *, is_labelled: bool = False) -> Facet:
    """A facet as it is of one person's post: "Leder" tells whom it leads, its tasks what it answers for.

    "Fullmakter: ingen" tells where a power stops, whosever it is.
    """
    if facet is Facet.DECIDES and compiled("denies").search(text):
        return Facet.STOPS
    if not is_role(subject):
        return facet
    if facet is Facet.CHAIR:
        return Facet.LEADS
    if facet is Facet.PURPOSE and (not is_labelled or compiled("tasks").match(text)):
        return Facet.ANSWERS_FOR
    return facet


def _fits(facet: Facet, text: str, headed: str) -> bool:
    """Whether a sentence under a heading that names a facet tells that facet of what the headings name."""
    if not text.endswith("."):
        return True
    bare = _bare(text)
    if facet.value in load("governance")["fits"] and compiled("fits", facet.value).search(bare) is None:
        return False
    own = facet_told(text)
    if own is None or own is facet:
        return True
    opened = _opened(text)
    if facet is Facet.MEMBERS:
        return own not in (Facet.CHAIR, Facet.MEETS) and (not opened or alike(opened, headed))
    return facet is not Facet.PURPOSE or own not in _NO_TASK


def alike(name: str, other: str) -> bool:
    """Whether two names are forms of one: "Utvalget" and "Utvalg"."""
    first, second = fold(name), fold(other)
    short = min(len(first), len(second))
    return first[: max(short - 2, 4)] == second[: max(short - 2, 4)]


def _lines(passage: Passage, rows: Sequence[tuple[int, int]]) -> Iterator[_Line]:
    """The sentences and labelled lines of a passage, without its own heading and table rows."""
    inside = [(start - passage.start, end - passage.start) for start, end in rows
              if start < passage.end and passage.start < end]  # fmt: skip
    heading = passage.heading_path[-1] if passage.heading_path else ""
    skip = len(heading) if heading and passage.text.startswith(heading) else 0
    past = last = 0
    for begin, stop in sentences(passage.text[skip:]):
        start, end = skip + begin, skip + stop
        text = passage.text[start:end].strip()
        if start < past or any(first < end and start < last for first, last in inside):
            continue
        if len(text) > _SPAN_CHARS or not re.search(r"\w{2}", text):
            continue
        goes_on = "\n\n" not in passage.text[last:start] or (
            passage.text[last:start].count("\n") <= _LIST_BREAK and passage.text[:last].endswith(":")
        )
        label, _, value = text.partition(":")
        named = facet_label(label) if len(label) < _LABEL_CHARS else None
        is_other = (
            named is None and bool(value) and _OTHER.fullmatch(label) is not None and not is_actor(label)
        )
        if is_other:
            named = power_told(value.strip())
            is_other = named is None
        if (named is not None or is_other) and value.strip():
            # all of the line belongs to its label
            line_end = passage.text.find("\n", end)
            whole = passage.text[start : line_end if line_end >= 0 else len(passage.text)].rstrip()
            if len(whole) <= _SPAN_CHARS:
                text, past = whole, start + len(whole)
            last = max(end, past)
            yield _Line(start, last, text, named, text.partition(":")[2].strip(), is_other)
        else:
            yield _Line(start, end, text, None if text.endswith(".") else named, goes_on=goes_on)
            last = end


def _bare(text: str) -> str:
    """A sentence without its numbering."""
    return re.sub(OPENING, "", text, flags=re.IGNORECASE)


def _is_item(text: str) -> bool:
    """Whether it begins with a small letter: an item of a list, whose subject stands above it."""
    return _bare(text)[:1].islower()


def _opened(text: str) -> str:
    """The post or body that a sentence opens with, "" for none or one that is not named in full."""
    opens = _opens().match(text)
    name = opens["actor"] if opens else ""
    words = name.split()
    if (
        not is_actor(name)
        or not is_name(name)
        or {"av", "af", "til", "till"} & set(words)
        or is_unnamed(name)
    ):
        return ""
    if _is_item(text) or (facet_label(name) is not None and is_role(name)):
        return ""  # "rådgiver byrådet" of a list; "Medlemmer er …"
    # "Enhetslederen leder en skole": the second word is the verb
    return words[0] if len(words) == 2 and words[1] in ("leder", "leier") and is_actor(words[0]) else name


def _told_of(text: str, facet: Facet | None, headed: str) -> tuple[str, ...]:
    """The bodies or roles that a sentence tells a facet of: those it names, else the one in the heading."""
    opened = _opened(text)
    body = headed if headed and not is_role(headed) else ""
    if facet is Facet.SECRETARIAT:
        served = _SERVED.search(text)
        if served:
            return (served["actor"],)
        if body or (opened and not is_role(opened)):
            return (body or opened,)
        return ()
    if facet is Facet.MEETS and is_role(opened):
        return (body,) if body else ()
    if facet is Facet.MEMBERS:
        within = _WITHIN.match(text)
        if within:
            return (body,) if is_unnamed(within["actor"]) and body else (within["actor"],)
        if not opened or is_role(opened):
            return (body,) if body else ()
        return (opened,)
    if facet is Facet.CHAIR and (not opened or is_role(opened)):
        if _is_item(text):
            return ()  # it does not say who leads
        led = _led(text)
        if led:
            return tuple(body if is_unnamed(each) else each for each in led if body or not is_unnamed(each))
        if compiled("is_leading").search(text):
            return (opened or headed,)  # "Fagchefen leder et fagområde"
        return (body,) if body else ()
    if facet is Facet.DEPUTY:
        stands_for = _stands_for().search(text)
        if stands_for and is_name(stands_for["actor"]):
            return (stands_for["actor"],)
    return (opened or headed,)


def _led(text: str) -> list[str]:
    """The bodies that a sentence says somebody chairs: "… leder kommunestyret og formannskapet"."""
    owned = compiled("chair_owned").search(text)
    if owned is not None:
        return [owned["owner"]] if is_actor(owned["owner"]) and not is_role(owned["owner"]) else []
    match = _chair_of().search(text)
    if match is None:
        short = _chair_of_short().search(text)
        return [short["short"]] if short else []
    names = [name for name in (match["actor"], match["second"]) if name]
    return [name for name in names if is_actor(name) and is_name(name) and not is_role(name)]


@cache
def _chair_of() -> re.Pattern[str]:
    name = actor()
    held = r"(?:(?:møtene|møta|møderne|møtet|mødet|arbeidet|arbejdet)\s(?:i|for)\s)?"
    return re.compile(
        rf"{load('governance')['chair_of']}\s{held}(?P<actor>{name})(?:\s(?:og|och)\s(?P<second>{name}))?",
        re.IGNORECASE,
    )


@cache
def _chair_of_short() -> re.Pattern[str]:
    """ "… är ordförande i FSG"."""
    return re.compile(rf"(?i:{load('governance')['chair_of']})\s(?P<short>[A-ZÆØÅÄÖ][A-ZÆØÅÄÖ-]{{1,7}})\b")


@cache
def _stands_for() -> re.Pattern[str]:
    return re.compile(rf"{load('governance')['deputy_of']}(?P<actor>{actor()})", re.IGNORECASE)


def _is_what_it_does(text: str) -> bool:
    """Whether a sentence begins with a body's name and tells what it does."""
    opens = _opens().match(text)
    if opens is None or is_role(opens["actor"]) or _ANY.match(text) or _STEP.match(text):
        return False
    if fold(opens["actor"].split()[0]) in stop_words():
        return False  # "Når nemnda behandler …" is a condition
    return compiled("body_does").match(text[opens.end() :].lstrip()) is not None


_SERVED = re.compile(
    rf"\b(?:sekretariat(?:et)?|sekretær|sekreterare)\s(?:for|för|i)\s(?P<actor>{actor()})", re.IGNORECASE
)
_WITHIN = re.compile(
    rf"(?:i|in)\s(?P<actor>{actor()})\s(?:ingår|inngår|indgår|sitter|sidder|sit|deltar|deltager|deltek)",
    re.IGNORECASE,
)


@cache
def _opens() -> re.Pattern[str]:
    return re.compile(
        rf"{OPENING}(?:(?:den|det|dei?|en|ett?|the)\s)?(?P<actor>{actor()})[\s,]", re.IGNORECASE
    )


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
