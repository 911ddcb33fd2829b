"""What in a text can be compared with another: numbers, dates, sections, how often, and how far."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.language.amounts import amounts
from assistant.narration.data import load

_BOUND_CHARS = 28  # before a number, where a word may say of what it is the end
_TEXTS = 1 << 10  # whose claims are kept at hand


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where it stands; `bound` is "up_to" or "above" where a word before it says so."""

    value: float
    start: int
    bound: str = ""
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """What a text states that can be compared.

    `dates` are (year, month, day) with 0 for what is not said; `marks` are times of day, months,
    weekdays and how often; `has_article` tells that an article may stand for one.
    """

    numbers: tuple[Number, ...]
    dates: frozenset[tuple[int, int, int]]
    sections: frozenset[str]
    marks: frozenset[str]
    has_article: bool


@lru_cache(maxsize=_TEXTS)
def claims(text: str, language: str = "") -> Claims:
    """What a text states that can be compared; offsets are those of the text.

    `language` tells what is a number in it: "to" is none in English.
    """
    left = text
    dates: set[tuple[int, int, int]] = set()
    marks: set[str] = set()
    for match in _dates().finditer(left):
        dates.add(_date(match))
    left = _without(_dates(), left)
    sections = {_section(match[1]) for match in _sections().finditer(left)}
    left = _without(_sections(), left)
    sections |= {f"part {match[1] or match[2]}" for match in _subsections().finditer(left)}
    left = _without(_subsections(), left)
    marks |= {f"{int(match[1])}:{match[2]}" for match in _TIME.finditer(left)}
    left = _without(_TIME, left)
    marks |= {f"month {month}" for _, month, _ in dates if month}
    for name, pattern in _periods().items():
        marks |= {f"{_qualifier(match, language)}{name}" for match in pattern.finditer(left)}
    # "may" alone is no month
    marks |= {f"month {month}" for month, pattern in _months().items()
              if any(match[0].lower() != "may" for match in pattern.finditer(left))}  # fmt: skip
    numbers: list[Number] = []
    for each in amounts(left):
        numbers.append(Number(float(each.value), each.start, _bound(left, each.start), each.is_money))
        left = left[: each.start] + " " * (each.end - each.start) + left[each.end :]
    for match in _FIGURE.finditer(left):
        value = float(match[0].replace(",", "."))
        numbers.append(Number(value, match.start(), _bound(left, match.start())))
    for value, pattern in _number_words(language):
        for match in pattern.finditer(left):
            numbers.append(Number(float(value), match.start(), _bound(left, match.start())))
    article = re.search(rf"\b(?:{load('claims')['articles']})\b", text, re.IGNORECASE)
    numbers.sort(key=lambda each: each.start)
    return Claims(
        tuple(numbers), frozenset(dates), frozenset(sections), frozenset(marks), article is not None
    )


def unsupported_claim(statement: str, evidence: str, around: str, *, language: str, in_column: bool) -> str:
    """What a statement has that its evidence has not: "number", "bound", "date", "section", "period"; or "".

    `around` is what a document says above and beside the evidence (headings, locator, title): sections
    may stand there. `in_column` tells that the evidence is a row of a table, whose amounts are limits.
    """
    said, there, beside = claims(statement, language), claims(evidence), claims(around)
    if any(not _has_date(each, there.dates) for each in said.dates):
        return "date"
    if not said.sections <= there.sections | beside.sections:
        return "section"
    if not said.marks <= there.marks | (beside.marks if in_column else frozenset()):
        return "period"
    values = {each.value for each in there.numbers} | {float(year) for year, _, _ in there.dates if year}
    if there.has_article:
        values.add(1.0)
    is_limit = in_column or re.search(rf"\b(?:{load('claims')['limits']})", evidence, re.IGNORECASE)
    for number in said.numbers:
        if number.value not in values:
            return "number"
        same = [each for each in there.numbers if each.value == number.value]
        bounds = {each.bound for each in same}
        if number.bound:
            unsaid = number.bound == "up_to" and "" in bounds and is_limit
            if same and number.bound not in bounds and not unsaid:
                return "bound"
        elif same and bounds == {"above"}:
            return "bound"
    return ""


def _has_date(said: tuple[int, int, int], there: frozenset[tuple[int, int, int]]) -> bool:
    return any(
        (not said[0] or said[0] == year) and said[1] == month and (not said[2] or said[2] == day)
        for year, month, day in there
    )


_TIME = re.compile(r"\b(\d{1,2})[.:]([0-5]\d)(?!\d|\.\d)(?!\s*(?:kr|mill|mio|%|prosent|procent))")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")


def _without(pattern: re.Pattern[str], text: str) -> str:
    """The text with blanks for what matches, so that offsets stay."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _bound(text: str, start: int) -> str:
    before = text[max(0, start - _BOUND_CHARS) : start]
    found = [
        (match.end(), -match.start(), name)
        for name, pattern in _bounds()
        for match in pattern.finditer(before)
    ]
    if not found:
        return ""
    end, _, name = max(found)
    # a figure or the end of a clause between them: the word is of something else
    return "" if re.search(r"[\d,;:|]", before[end:]) else name


def _date(match: re.Match[str]) -> tuple[int, int, int]:
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
        return year, month, day
    if match["nmonth"]:
        return int(match["nyear"]), int(match["nmonth"]), int(match["nday"])
    name = (match["month"] or match["emonth"]).lower()
    number = next(number for number, pattern in _months().items() if pattern.fullmatch(name))
    day = int(match["day"] or match["eday"])
    return int(match["year"] or match["eyear"] or 0), number, day


def _section(number: str) -> str:
    return re.sub(r"\s", "", number).replace("–", "-").lower()


@cache
def _months() -> dict[int, re.Pattern[str]]:
    return {int(number): _words(words) for number, words in load("claims")["months"].items()}


@cache
def _periods() -> dict[str, re.Pattern[str]]:
    data = load("claims")
    numbers = "|".join(words for words in (*data["numbers"].values(), *data["ordinals"].values()) if words)
    of_them = rf"(?:(?P<other>{data['other']})|(?P<figure>\d{{1,3}})\.?|(?P<word>{numbers}))"
    before = rf"(?:{of_them}\s(?:(?:{data['between']})\s)?)?"
    return {
        name: re.compile(rf"\b{before}(?:{words})(?!\w)", re.IGNORECASE)
        for name, words in data["periods"].items()
    }


@cache
def _bounds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, _words(words)) for name, words in load("claims")["bounds"].items())


@cache
def _number_words(language: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    data = load("claims")
    listed = [*data["numbers"].items(), *data["ordinals"].items()]
    # "up to" and "to decide" are no numbers
    left_out = {"to"} if language == "en" else set[str]()
    return tuple(
        (int(value), _words("|".join(word for word in words.split("|") if word not in left_out)))
        for value, words in listed
        if words
    )


@cache
def _dates() -> re.Pattern[str]:
    names = "|".join(load("claims")["months"].values())
    return re.compile(
        r"\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)\b"
        r"|\b(?P<nday>\d{1,2})[./](?P<nmonth>\d{1,2})[./](?P<nyear>(?:19|20)\d\d)\b"
        rf"|\b(?P<day>\d{{1,2}})\.?\s+(?P<month>{names})\b\.?(?:\s+(?P<year>(?:19|20)\d\d)\b)?"
        rf"|\b(?P<emonth>{names})\s+(?P<eday>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<eyear>(?:19|20)\d\d)\b)?",
        re.IGNORECASE,
    )


@cache
def _sections() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{load('claims')['sections']})\s*(\d+(?:\s?[-–.]\s?\d+)*(?:\s?[a-zæøåäö](?![\w]))?)",
        re.IGNORECASE,
    )


@cache
def _subsections() -> re.Pattern[str]:
    words = load("claims")["subsections"]
    return re.compile(rf"\b(?:{words})\s*(\d+)\.?|\b(\d+)\.?\s*(?:{words})", re.IGNORECASE)


def _qualifier(match: re.Match[str], language: str) -> str:
    """What number of them, or which of them: "6 " of "hver sjette uke", "2 " of "annenhver måned"."""
    if match["other"]:
        return "2 "
    if match["figure"]:
        return f"{int(match['figure'])} "
    if match["word"]:
        return next(
            (f"{value} " for value, words in _number_words(language) if words.fullmatch(match["word"])), ""
        )
    return ""


def _words(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})(?!\w)", re.IGNORECASE)
