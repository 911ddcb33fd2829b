"""Decision rights from sentences: who decides, recommends or may not, and what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.domain.document import Passage
from assistant.domain.governance import Act, DecisionRight, Further
from assistant.language.sentences import sentences
from ingestion.data import load
from ingestion.governance.patterns import (
    actor,
    acts,
    compiled,
    further,
    headed_by,
    is_actor,
    is_unnamed,
    limits,
    some_actor,
)

_SENTENCE_CHARS = 600
_MATTER_CHARS = 300
_FURTHER = re.compile(r"deleger|bare utøves|kun udøves|endast utövas", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:den|det|dei?|en|ett?|ein|eit|the|a)\s", re.IGNORECASE)
_OPENING = (
    r"^(?:[-–•*]\s*|(?:stk|ledd)\.?\s?\d+\.?\s+|\(\d+\)\s*|\d+[.)]\s+|[a-zæøåäö][.)]\s+|§+\s*[\d-]+\.?\s+)*"
)


def clause_rights(
    passages: Sequence[Passage], currency: str, rows: Sequence[tuple[int, int]] = ()
) -> Iterator[DecisionRight]:
    """What the sentences of running text state; the items of a list belong to its lead-in.

    `rows` are the spans of the document's table rows, which are read elsewhere.
    """
    for passage in passages:
        if passage.unit in ("row", "title"):
            continue
        inside = [row for row in rows if row[0] < passage.end and passage.start < row[1]]
        lead: tuple[str, Act] | None = None
        lead_matter, lead_further = "", Further.UNSTATED
        for start, end in _spans(passage.text):
            text = passage.text[start:end].strip()
            if len(text) > _SENTENCE_CHARS:
                continue
            if any(begin < passage.start + end and passage.start + start < stop for begin, stop in inside):
                continue
            told = _read(text)
            found = told[0] if told else None
            default = found and compiled("default_rule").search(text)
            if default or (found is None and _default_holder(text)):
                decider = found[0] if found else _default_holder(text)
                yield DecisionRight(
                    matter=text[:_MATTER_CHARS],
                    decider=decider,
                    act=Act.DECIDES,
                    passage=passage.ordinal,
                    start=passage.start + start,
                    end=passage.start + end,
                    is_default=True,
                )
            if found is None and lead is not None and _is_item(text):
                decider, act = lead
                found = (decider, act, f"{lead_matter} {_bare(text)}".strip())
            elif found is not None:
                lead = None
            if found is None:
                if not _is_item(text):
                    lead = None
                continue
            decider, lead_act, first = found
            if is_unnamed(decider):
                decider = headed_by(passage.heading_path) or decider
            if text.endswith(":"):
                lead, lead_matter, lead_further = (decider, lead_act), "", further(text)[0]
                continue
            if default:
                continue
            allowed, to = further(text) if _FURTHER.search(text) else (Further.UNSTATED, "")
            if lead is not None and allowed is Further.UNSTATED:
                allowed = lead_further
            for _, act, matter in ((decider, lead_act, first), *told[1:]):
                if re.search(r"[^\W\d_]{3}", matter):
                    yield DecisionRight(
                        matter=matter[:_MATTER_CHARS],
                        decider=decider,
                        act=act,
                        passage=passage.ordinal,
                        start=passage.start + start,
                        end=passage.start + end,
                        limits=limits(matter, currency, stated=False) if act is Act.DECIDES else (),
                        further=allowed,
                        further_to=to,
                    )


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text; lines that no full stop ends are items of a list, each by itself."""
    for start, end in sentences(text):
        at = start
        for line in text[start:end].splitlines(keepends=True):
            if line.strip():
                yield at, at + len(line.rstrip())
            at += len(line)


def _default_holder(text: str) -> str:
    """Who has the power in matters that are not listed, where a sentence says so, else ""."""
    if not compiled("default_rule").search(text):
        return ""
    match = _holds_power().match(text)
    return match["actor"] if match and is_actor(match["actor"]) else ""


@cache
def _holds_power() -> re.Pattern[str]:
    return re.compile(
        rf"{_OPENING}(?P<actor>{actor()})\s.{{0,90}}?\b(?:{load('governance')['power']})\b",
        re.IGNORECASE | re.DOTALL,
    )


def _read(text: str) -> list[tuple[str, Act, str]]:
    """The actor, the act and the matter of a sentence, once for each of its verbs; empty for none."""
    if not some_actor().search(text):
        return []
    for act in acts():
        if not _verb(act).search(text):
            continue
        for pattern in _patterns(act):
            match = pattern.search(text)
            if match is None:
                continue
            name = re.sub(
                r"^(?:den|det|dei?|en|ett?|ein|eit|the|a)\s", "", match["actor"], flags=re.IGNORECASE
            )
            if not is_actor(name):
                continue
            found = match.groupdict()
            denied = found.get("not") or found.get("also") or found.get("after")
            # the verb is part of the matter: "ansetter enhetsledere i sin sektor"
            matter = f"{found.get('verb') or ''}{found['matter']}".strip(" .:;,")
            told = [(name, Act.MAY_NOT if denied else act, matter)]
            return told + [(name, also, more) for also, more in _conjoined(matter)]
    opens = _opening().match(text)
    if opens is None or not is_actor(opens["actor"]):
        return []
    # "Formannskapet er kommunens forhandlingsutvalg og fastsetter kommunedirektørens lønn"
    return [(opens["actor"], also, more) for also, more in _conjoined(text[opens.end() :])]


def _conjoined(text: str) -> list[tuple[Act, str]]:
    """What the second and later verbs of a sentence say, after "og"."""
    found = []
    for match in _and_verb().finditer(text):
        act = next(act for act in acts() if match[act.name])
        denied = match["not"] or match["after"]
        found.append((Act.MAY_NOT if denied else act, text[match.start("first") :].strip(" .:;,")))
    return found


@cache
def _verb(act: Act) -> re.Pattern[str]:
    """Any verb of an act: only sentences with one are read for it."""
    return re.compile(rf"\b(?:{'|'.join(load('governance')['acts'][act.value].values())})\b", re.IGNORECASE)


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(rf"{_OPENING}(?P<actor>{actor()})\s", re.IGNORECASE)


@cache
def _and_verb() -> re.Pattern[str]:
    words = load("governance")
    verbs = "|".join(f"(?P<{act.name}>{words['acts'][act.value]['active']})" for act in acts())
    return re.compile(
        rf"\b(?:og|och|and|samt)\s(?:(?:{words['modal']})\s)?(?:(?P<not>{words['negation']})\s)?"
        rf"(?P<first>{verbs})\b(?:\s(?P<after>{words['negation']})\b)?",
        re.IGNORECASE,
    )


@cache
def _patterns(act: Act) -> tuple[re.Pattern[str], ...]:
    words = load("governance")
    verbs = words["acts"][act.value]
    modal, negation, by = words["modal"], words["negation"], words["by"]
    joined = r"(?:,\s|\s(?:og|eller|och|samt|and|or)\s)"
    who = rf"(?P<actor>{actor()})(?:{joined}{actor()}){{0,3}}"
    self = r"(?:(?:selv|sjølv|själv|også|også kun|bare|kun|alene|straks|alltid)\s)?"
    denied = rf"(?:(?P<not>{negation})\s)?"
    # "Formannskapet avgjør …", "Enhetsleder kan ikke inngå …"
    straight = (
        rf"{_OPENING}(?P<first>\w+\s)??{who}\s(?:(?:\w+\s){{0,2}}?)?"
        rf"(?:(?:{modal})\s)?{denied}{self}"
        rf"(?P<verb>{verbs['active']}|{verbs['infinitive']})\b"
        rf"(?:\s(?P<after>{negation})\b)?(?P<matter>.*)"
    )
    # "I hastesaker kan formannskapet vedta …", "… skal departementet straks oppnevne …"
    turned = (
        rf"\b(?:{modal})\s{who}\s{denied}{self}{denied.replace('not', 'also')}"
        rf"(?P<verb>{verbs['infinitive']})\b(?P<matter>.*)"
    )
    passive = (
        rf"{_OPENING}(?P<matter>.{{3,200}}?)\s(?:(?:{modal})\s)?(?:{verbs['passive']})\b.{{0,60}}?\b(?:{by})\s"
        rf"(?P<actor>{actor()})"
    )
    # "Er utvalget valgt ved direkte valg, velger utvalget selv en leder"
    fronted = (
        rf",\s(?P<verb>{verbs['active']})\s{who}\s(?P<not>{negation}\s)?"
        r"(?:selv|sjølv|själv|også)?(?P<matter>.*)"
    )
    return tuple(re.compile(each, re.IGNORECASE | re.DOTALL) for each in (straight, turned, passive, fronted))


def _is_item(text: str) -> bool:
    return re.match(r"[-–•*]\s|[a-zæøåäö\d]{1,2}[.)]\s|[a-zæøåäö]", text) is not None


def _bare(text: str) -> str:
    return re.sub(r"^(?:[-–•*]\s|[a-zæøåäö\d]{1,2}[.)]\s)", "", text).strip(" ,;.")
