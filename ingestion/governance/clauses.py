"""Decision rights from sentences: who decides, recommends or may not, and what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.domain.document import Passage
from assistant.domain.governance import Act, DecisionRight, Further, Limit
from assistant.language.sentences import sentences
from ingestion.data import load
from ingestion.governance.continuing import continues
from ingestion.governance.patterns import (
    OPENING,
    actor,
    acts,
    compiled,
    further,
    headed_by,
    is_actor,
    is_name,
    is_unnamed,
    limits,
    some_actor,
)

_SENTENCE_CHARS = 600
_MATTER_CHARS = 300
_FURTHER = re.compile(r"deleger|bare utøves|kun udøves|endast utövas", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:den|det|dei?|en|ett?|ein|eit|the|a)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a verb of a sentence tells; `terms` are the words after the actor that limit the power."""

    actor: str
    act: Act
    matter: str
    terms: str = ""


def clause_rights(
    passages: Sequence[Passage], currency: str, rows: Sequence[tuple[int, int]] = (), adopted_by: str = ""
) -> Iterator[DecisionRight]:
    """What the sentences of running text state; the items of a list belong to its lead-in.

    `rows` are the spans of the document's table rows, which are read elsewhere; `adopted_by` keeps
    what may not be delegated where no heading says whose it is.
    """
    for passage in passages:
        if passage.unit in ("row", "title"):
            continue
        inside = [row for row in rows if row[0] < passage.end and passage.start < row[1]]
        lead: tuple[str, Act] | None = None
        lead_matter, lead_further = "", Further.UNSTATED
        before: DecisionRight | None = None
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
                decider = found.actor if found else _default_holder(text)
                yield DecisionRight(
                    matter=text[:_MATTER_CHARS],
                    decider=decider,
                    act=Act.DECIDES,
                    passage=passage.ordinal,
                    start=passage.start + start,
                    end=passage.start + end,
                    is_default=True,
                )
            if found is None and text.endswith(":") and compiled("undelegated").search(text):
                holder = headed_by(passage.heading_path) or adopted_by
                if holder:
                    found, told = _Told(holder, Act.DECIDES, ""), []
                    lead, lead_matter, lead_further = (holder, Act.DECIDES), "", Further.NO
                    continue
            if found is None and lead is not None and _is_item(text):
                decider, act = lead
                found = _Told(decider, act, f"{lead_matter} {_bare(text)}".strip())
            elif found is not None:
                lead = None
            if found is None:
                if not _is_item(text):
                    lead = None
                continued = before and continues(passage, before, start, end, currency)
                if continued:
                    yield continued
                before = None
                continue
            decider = found.actor
            if is_unnamed(decider):
                decider = headed_by(passage.heading_path) or decider
            if text.endswith(":"):
                lead, lead_matter, lead_further = (decider, found.act), "", further(text)[0]
                continue
            if default:
                continue
            continued = before and continues(passage, before, start, end, currency)
            if continued:
                yield continued
                before = None
                continue
            allowed, to = further(text) if _FURTHER.search(text) else (Further.UNSTATED, "")
            if lead is not None and allowed is Further.UNSTATED:
                allowed = lead_further
            before, ends = None, list[int]()
            named = [
                replace(each, actor=decider) if each.actor == found.actor else each
                for each in (found, *told[1:])
            ]
            for each in named:
                if re.search(r"[^\W\d_]{3}", each.matter):
                    bounds = limits(f"{each.matter} {each.terms}", currency, stated=False)
                    if not bounds and ends and compiled("beyond").match(each.terms):
                        bounds = (Limit(ends[-1], None, currency),)
                    ends += [bound.up_to for bound in bounds if bound.up_to is not None]
                    right = DecisionRight(
                        matter=each.matter[:_MATTER_CHARS],
                        decider=each.actor,
                        act=each.act,
                        passage=passage.ordinal,
                        start=passage.start + start,
                        end=passage.start + end,
                        limits=bounds if each.act is Act.DECIDES else (),
                        conditions=each.terms,
                        further=allowed,
                        further_to=to,
                    )
                    before = before or right
                    yield right


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
        rf"{OPENING}(?P<actor>{actor()})\s.{{0,90}}?\b(?:{load('governance')['power']})\b",
        re.IGNORECASE | re.DOTALL,
    )


def _read(text: str) -> list[_Told]:
    """What a sentence tells, once for each of its verbs; empty where none has an actor."""
    if not some_actor().search(text):
        return []
    denied = _empowered().match(text)
    if denied is not None and _is_named(denied["actor"]):
        act = Act.MAY_NOT if denied["not"] else Act.DECIDES
        return [_Told(_bare_name(denied["actor"]), act, denied["matter"].strip(" .:;,"))]
    opens = _opening().match(text)
    for act in acts():
        if not _verb(act).search(text):
            continue
        for pattern in _patterns(act):
            match = pattern.search(text)
            if match is None or not _is_named(match["actor"]):
                continue
            if act is Act.IS_CONSULTED and match[0].startswith(",") and opens and _is_named(opens["actor"]):
                continue  # "HR-sjefen leder HR, rådgir ledere og …": whom it advises
            name = _bare_name(match["actor"])
            found = match.groupdict()
            refused = found.get("not") or found.get("also") or found.get("after")
            if found.get("rest") is not None:
                told = _shared(
                    _Told(name, Act.MAY_NOT if refused else act, found["matter"].strip(" .:;,")),
                    found["rest"],
                )
                return told if act is Act.DECIDES and not refused else told[:1]
            # the verb is part of the matter: "ansetter enhetsledere i sin sektor"
            space = " " if found["matter"][:1].isalpha() else ""
            matter = f"{found.get('verb') or ''}{space}{found['matter']}".strip(" .:;,")
            but = _but().search(matter)
            matter = matter[: but.start()] if but else matter
            return [
                _Told(name, Act.MAY_NOT if refused else act, matter),
                *(_Told(name, also, more) for also, more in _conjoined(matter)),
                *([_Told(name, Act.MAY_NOT, but["matter"])] if but else []),
            ]
    for pattern, act in _plain():
        match = pattern.search(text)
        if match is not None and _is_named(match["actor"]):
            return [_Told(_bare_name(match["actor"]), act, match["matter"].strip(" .:;,"))]
    if opens is None or not _is_named(opens["actor"]):
        return []
    # "Formannskapet er kommunens forhandlingsutvalg og fastsetter kommunedirektørens lønn"
    return [_Told(opens["actor"], also, more) for also, more in _conjoined(text[opens.end() :])]


def _is_named(name: str) -> bool:
    return is_actor(name) and is_name(name)


def _bare_name(name: str) -> str:
    """A name without its article, and without a verb that reads like a post: "Borgmesteren leder"."""
    words = _ARTICLE.sub("", name).split(" ")
    if len(words) == 2 and words[1] in ("leder", "leier") and is_actor(words[0]):
        return words[0]
    return " ".join(words)


def _shared(first: _Told, rest: str) -> list[_Told]:
    """A passive's actors with what each may: "av lederen opp til 5 000 kr og av direktøren for mer"."""
    others = list(_also_by().finditer(rest))
    told = [replace(first, terms=rest[: others[0].start() if others else len(rest)].strip(" .:;,"))]
    for at, match in enumerate(others):
        end = others[at + 1].start() if at + 1 < len(others) else len(rest)
        if _is_named(match["actor"]):
            terms = f"{match['above'] or ''} {rest[match.end() : end]}".strip(" .:;,")
            told.append(replace(first, actor=_bare_name(match["actor"]), terms=terms))
    return told


@cache
def _but() -> re.Pattern[str]:
    """What a sentence takes back: "Rådet kan stanse et prosjekt, men kan ikke bevilge penger"."""
    words = load("governance")
    return re.compile(
        rf",?\s(?:men|och|og|but)\s(?:{words['modal']})\s(?:{words['negation']})\s"
        r"(?P<matter>(?!(?:vid[ae]re)?deleger)\w+(?<!s)(?<!ast)\b.*)",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _also_by() -> re.Pattern[str]:
    words = load("governance")
    return re.compile(
        rf"(?:,\s|,?\s(?:og|och|and|men|eller)\s)(?:(?P<above>{words['beyond']}|{words['beyond_that']})\s)?"
        rf"(?:{words['by']})\s(?P<actor>{actor()})",
        re.IGNORECASE,
    )


@cache
def _empowered() -> re.Pattern[str]:
    """A power given or denied in so many words: "Utvalget har ikke myndighet til å opprette stillinger"."""
    words = load("governance")
    return re.compile(
        rf"{OPENING}(?P<actor>{actor()})\s{words['empowered']}\s{words['empowered_to']}\s(?P<matter>.+)",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _plain() -> tuple[tuple[re.Pattern[str], Act], ...]:
    """What tells of a power without a verb of decision, and which act it is."""
    words = load("governance")
    flags = re.IGNORECASE | re.DOTALL
    needs = rf"{OPENING}(?P<matter>.{{3,200}}?)\s(?:{words['requires']})\s"
    active = words["acts"]["decides"]["active"]
    who = rf"{OPENING}(?P<actor>{actor()})\s"
    owner = r"(?P<actor>(?:[\w-]+-,? (?:og |och )?)*[\w-]+?)s\s"
    return (
        # "Overtid ut over dette krever godkjenning fra enhetslederen"
        (re.compile(rf"{needs}{words['approval']}\s{words['approval_by']}\s(?P<actor>{actor()})", flags),
         Act.DECIDES),
        # "Ændringer kræver Økonomiudvalgets godkendelse"
        (re.compile(rf"{needs}{owner}{words['approval']}\b", flags), Act.DECIDES),
        # "Uenighet bringes inn for kommunedirektøren, som avgjør endelig"
        (re.compile(rf"{OPENING}(?P<matter>.{{3,200}}?)\s(?:for|til|till|av|af)\s(?P<actor>{actor()}),"
                    rf"\s(?:som|der)\s(?:selv\s|sjølv\s|själv\s)?(?:{active})\b", flags), Act.DECIDES),
        (re.compile(rf"{who}(?P<matter>{words['may_not_do']}.*)", flags), Act.MAY_NOT),
        (re.compile(rf"{who}(?P<matter>{words['may_do']}.*)", flags), Act.DECIDES),
    )  # fmt: skip


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
    return re.compile(rf"{OPENING}(?P<actor>{actor()})\s", re.IGNORECASE)


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
        rf"{OPENING}(?P<first>\w+\s)??{who}\s(?:(?:(?!(?:er|är)\b)\w+\s){{0,2}}?)?"
        rf"(?:(?:{modal})\s)?{denied}{self}"
        rf"(?P<verb>{verbs['active']}|{verbs['infinitive']})\b"
        rf"(?:\s(?P<after>{negation})\b)?(?P<matter>.*)"
    )
    # "I hastesaker kan formannskapet vedta …", "… skal departementet straks oppnevne …"
    turned = (
        rf"\b(?:{modal})\s{who}\s{denied}{self}{denied.replace('not', 'also')}"
        rf"(?P<verb>{verbs['infinitive']})\b(?P<matter>.*)"
    )
    # not "saker som avgjøres av …": there the matter is not all that stands before the verb
    relative = "".join(rf"(?<!\b{word})" for word in load("governance")["relative"].split("|"))
    passive = (
        rf"{OPENING}(?P<matter>.{{3,200}}?){relative}\s(?:(?:{modal})\s{denied})?(?:{verbs['passive']})\b.{{0,60}}?\b(?:{by})\s"
        rf"(?P<actor>{actor()})(?P<rest>.*)"
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
