"""Amounts of money in running text and table cells, as the Nordic languages and English write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,']\d{3})+(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?"
_SCALES = {
    1_000: r"tusen|tusind|thousand|tkr|t\.?\s?kr\.?|k(?=\b)",
    1_000_000: r"mill(?:ion(?:er|ar|en)?)?\b\.?|miljon(?:er)?|mio\b\.?|mkr|mnkr|million",
}
_CURRENCY = r"kr(?:oner|onor|one|ona)?\b\.?|nok\b|dkk\b|sek\b|kroner\b|kronor\b"
_AMOUNT = re.compile(
    rf"(?P<before>\b(?:kr\.?|nok|dkk|sek)\s?)?"
    rf"(?<![\w§.,/-])(?P<number>{_NUMBER})(?![\d/])"
    rf"(?:[ \u00a0]?(?P<scale>{'|'.join(f'(?:{each})' for each in _SCALES.values())})(?!\w))?"
    rf"(?P<after>(?:,-|[ \u00a0]?(?:{_CURRENCY})))?",
    re.IGNORECASE,
)
_HALF_MILLION = re.compile(
    r"\b(?:en|ein|half|ett?)?\s?(?:halv|half|a half|en halv)\s?(?:a\s)?(?:million|miljon|mio\b)",
    re.IGNORECASE,
)
_WHOLE_MILLION = re.compile(r"\b(?:én|en|ein|one|a|ett?)\s(?:million|miljon|mio\b)", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in whole units, where it stands in the text [start:end), and whether it is said to be money."""

    value: int
    start: int
    end: int
    is_money: bool


def amounts(text: str) -> tuple[Amount, ...]:
    """The sums in a text in order; numbers that can only be years, §§ or counts are left out.

    A number counts when a currency or "million" follows, or when it is written in groups of three.
    """
    found: list[Amount] = []
    for match in _AMOUNT.finditer(text):
        number, scale = match["number"], match["scale"] or ""
        grouped = re.fullmatch(r"\d{1,3}(?:[ \u00a0\u202f.,']\d{3})+(?:[.,]\d{1,2})?", number) is not None
        money = bool(match["before"] or match["after"] or scale)
        plain = number.isdigit() and len(number) >= 4 and not _YEAR.fullmatch(number)
        if not (money or grouped or plain):
            continue
        value = _value(number, grouped) * _factor(scale)
        if value >= 1:
            found.append(Amount(round(value), match.start(), match.end(), money))
    for pattern, value in ((_HALF_MILLION, 500_000), (_WHOLE_MILLION, 1_000_000)):
        for match in pattern.finditer(text):
            if not any(each.start < match.end() and match.start() < each.end for each in found):
                found.append(Amount(value, match.start(), match.end(), True))
    return tuple(sorted(found, key=lambda each: each.start))


def _value(number: str, grouped: bool) -> float:
    if grouped:
        whole = re.sub(r"[.,]\d{1,2}$", "", number) if re.search(r"[.,]\d{1,2}$", number) else number
        return float(re.sub(r"\D", "", whole))
    return float(number.replace(",", "."))


def _factor(scale: str) -> int:
    for factor, pattern in _SCALES.items():
        if scale and re.fullmatch(pattern, scale, re.IGNORECASE):
            return factor
    return 1
