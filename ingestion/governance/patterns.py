"""The expressions of governance.yaml, compiled, and what they find in a piece of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.domain.governance import Act, Facet, Further, Limit
from assistant.language.amounts import amounts
from assistant.language.tokens import fold, stop_words
from ingestion.data import load

CURRENCIES = {"no": "NOK", "dk": "DKK", "se": "SEK"}
# What stands before the first word of a sentence: bullets, "stk. 2", "§ 4", "(1)", "6.3"
OPENING = (
    r"^(?:[-–•*]\s*|(?:stk|ledd)\.?\s?\d+\.?\s+|\(\d+\)\s*|\d+(?:\.\d+)+\.?\s+|\d+[.)]\s+"
    r"|[a-zæøåäö][.)]\s+|§+\s*[\d-]+\.?\s+)*"
)
_ARTICLES = frozenset({"den", "det", "de", "dei", "en", "et", "ett", "ein", "eit", "the", "a"})
_ADOPTED_WITHIN = 1500  # characters from the beginning of a document
_CUE_BEFORE = 24  # characters between a cue and its amount
_DASH = re.compile(r"\s*(?:kr\.?|kroner|kronor)?\s*(?:[-–]|til|till)\s*(?:kr\.?\s*)?")
_LETTER = re.compile(r"^[A-HJ-Z]\s(?=[A-ZÆØÅÄÖ])")  # "D Kriseledelse"
_DASHED = re.compile(r"[A-ZÆØÅÄÖ][\w-]{1,7}\s[–-]\s(?P<long>.+)")  # "FSG – förvaltningens samverkansgrupp"
_GENITIVE = re.compile(r"(?P<owner>.+?)(?:s|s')\s(?P<label>.+)", re.IGNORECASE)
_NUMBERING = re.compile(
    r"^(?:§+\s*[\d-]+(?:\s*[a-z]\b)?\.?|\d+\s*§|(?:kap(?:ittel|itel)?\.?\s*)?[\d.]+\.?"
    r"|[a-z]\)|(?-i:[A-Z])(?:\.[\d.]*|[\d.]+))\s+",
    re.IGNORECASE,
)


def compiled(*path: str) -> re.Pattern[str]:
    """An expression of the data file by its place there."""
    return _compiled(path)


@cache
def _compiled(path: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_expression(*path), re.IGNORECASE)


def _expression(*path: str) -> str:
    found = load("governance")
    for name in path:
        found = found[name]
    return str(found)


@cache
def actor() -> str:
    """The expression of a post or body with what belongs to its name: "kommunalsjef for oppvekst"."""
    no_field = _expression("not_a_field")
    more = (
        rf"(?:\s(?:for|för|med ansvar for)\s(?!(?:{no_field})\b)(?:person[ae]r\smed\s)?[\w-]+"
        r"(?:(?:,\s|\s(?:og|och|and)\s)[\w-]+){0,3})?"
    )
    # "Teknik-, Miljø- og Klimaudvalget", "vård- och omsorgsnämnden"
    joined = r"(?:(?:\w+-,\s)*\w+-\s(?:og|och)\s)?"
    return rf"(?:[\w-]+s\s)?(?:[\w-]+\s)?{joined}[\w-]*{_heads()}\b{more}"


def _heads() -> str:
    return f"(?:{_expression('actors', 'role')}|{_expression('actors', 'body')})"


@cache
def _function_words() -> frozenset[str]:
    return frozenset(word for word in stop_words() if word not in _ARTICLES)


def is_name(text: str) -> bool:
    """Whether what `actor` found is a name alone: not "I HR-forum", nor two lines of a list."""
    words = text.split()
    return "\n" not in text and len(words) > 0 and fold(words[0]) not in _function_words()


@cache
def some_actor() -> re.Pattern[str]:
    """The end of any post's or body's name: a sentence without one names none."""
    return re.compile(rf"{_heads()}s?\b", re.IGNORECASE)


def is_actor(text: str) -> bool:
    """Whether the whole text, numbering aside, names a post or body."""
    return _whole_actor().fullmatch(unnumbered(text)) is not None


@cache
def _whole_actor() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?:[Dd]en|[Dd]et|[Dd]ei?|[Ee]n|[Ee]tt?|[Tt]he)\s)?{actor()}(?:\s\([^)]*\))?", re.IGNORECASE
    )


def is_unnamed(name: str) -> bool:
    """Whether it stands for a body that was named before: "Forumet", "Udvalget"."""
    return compiled("unnamed").fullmatch(name) is not None


def headed_by(path: Sequence[str]) -> str:
    """The body or role of the innermost heading that is not just a facet's, "" when it names none."""
    for name in reversed(path):
        plain = _LETTER.sub("", unnumbered(name))
        if is_actor(plain):
            return plain
        dashed = _DASHED.fullmatch(plain)
        if dashed and is_actor(dashed["long"]):
            return plain
        owned = _GENITIVE.fullmatch(plain)
        if owned and is_actor(owned["owner"]):
            return owned["owner"]
        if facet_label(plain) is None:
            return ""
    return ""


def named_above(path: Sequence[str]) -> str:
    """The innermost heading that is not just a facet's, whatever it names; "" when there is none."""
    for name in reversed(path):
        plain = _LETTER.sub("", unnumbered(name))
        if facet_label(plain) is None or (is_role(plain) and " " in plain):
            return plain
    return ""


def power_told(value: str) -> Facet | None:
    """Whether the words of a label's value say what may be decided, or what may not: "Får fördela …"."""
    if compiled("value_may_not").match(value):
        return Facet.STOPS
    return Facet.DECIDES if compiled("value_may").match(value) else None


def is_role(name: str) -> bool:
    """Whether it names one person's post, not a body of several."""
    first = re.split(r"\s(?:for|för|med|i|på|ved|vid|av|af)\s", name, maxsplit=1)[0]
    return re.search(_role_end(), first, re.IGNORECASE) is not None


@cache
def _role_end() -> str:
    return rf"{_expression('actors', 'role')}\)?$"


def unnumbered(text: str) -> str:
    """A heading without its § or number."""
    return _NUMBERING.sub("", text.strip()).strip(" .:")


def adopter(text: str) -> re.Match[str] | None:
    """Where a document's opening says who adopted it ("Vedtatt av kommunestyret …"): the group `actor`."""
    return _adopted().search(text[:_ADOPTED_WITHIN])


@cache
def _adopted() -> re.Pattern[str]:
    verbs = (
        "vedtatt|vedteke|vedtaget|fastsatt|fastsat|fastsett|fastställd[a]?|fastställt|godkjent|godkendt|"
        "antagen|antaget|antagna|beslutad[e]?|udstedt|approved|adopted"
    )
    return re.compile(rf"\b(?:{verbs})\s(?:er\s)?(?:av|af|by)\s(?P<actor>{actor()})", re.IGNORECASE)


def limits(text: str, currency: str, *, stated: bool) -> tuple[Limit, ...]:
    """The amounts a power is for, as a cell or sentence tells them.

    `stated` says that the text is where limits are given (a column of them): there a bare amount is
    an upper limit. Elsewhere an amount counts only after a word such as "inntil".
    """
    found = [each for each in amounts(text) if each.is_money or stated]
    if not found:
        return ()
    first = found[0]
    before = text[max(0, first.start - _CUE_BEFORE) : first.start]
    around = text[: first.start] if stated else before
    if compiled("limits", "not").search(around):
        return ()
    up_to = _last(compiled("limits", "up_to"), before)
    above = _last(compiled("limits", "above"), before)
    if stated and len(found) > 1 and _DASH.fullmatch(text[first.end : found[1].start]):
        return (Limit(first.value, found[1].value, currency),)
    if above < 0 and up_to < 0:
        return (Limit(0, first.value, currency),) if stated else ()
    if up_to >= above:
        return (Limit(0, first.value, currency),)
    if len(found) > 1:
        between = text[first.end : found[1].start]
        if compiled("limits", "range").search(between) or re.fullmatch(r"\W*", between):
            return (Limit(first.value, found[1].value, currency),)
    return (Limit(first.value, None, currency),)


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last whole word that matches ends, -1 when none does: "ikke over" goes before "over"."""
    found = [
        match.end()
        for match in pattern.finditer(text)
        if (match.start() == 0 or not text[match.start() - 1].isalnum())
        and (match.end() == len(text) or not text[match.end()].isalpha())
    ]
    return found[-1] if found else -1


def further(text: str) -> tuple[Further, str]:
    """Whether a cell or sentence says that a power may be delegated further, and to whom ("" unsaid)."""
    if not text.strip():
        return Further.UNSTATED, ""
    if compiled("further", "no").search(text):
        return Further.NO, ""
    if compiled("further", "yes").search(text):
        to = compiled("further", "to").search(text)
        return Further.YES, to[1].strip(" .") if to else ""
    if is_actor(text):
        return Further.YES, text.strip()
    return Further.UNSTATED, ""


@cache
def acts() -> tuple[Act, ...]:
    """The acts that verbs tell, in the order of the data file."""
    return tuple(Act(name) for name in load("governance")["acts"])


def facet_label(text: str) -> Facet | None:
    """The facet that a heading, or a label before a colon, names; None when it names none."""
    plain = unnumbered(text)
    for name in load("governance")["facets"]:
        if _label(name).fullmatch(plain):
            return Facet(name)
    return None


@cache
def _label(name: str) -> re.Pattern[str]:
    expression = _expression("facets", name)
    return re.compile(
        rf"(?:{expression})(?:\s(?:i|med|og|och|for|av|af|til)\s(?!roll).{{1,40}})?\??", re.IGNORECASE
    )


def facet_told(sentence: str) -> Facet | None:
    """What a sentence about a body or role tells of it; None when no cue of the data file stands in it."""
    for name in load("governance")["sentences"]:
        if compiled("sentences", name).search(sentence):
            return Facet(name)
    return None
