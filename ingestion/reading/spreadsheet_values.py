"""Cell values as a Nordic office program shows them: 400 000, 12,5, 25 %, 01.03.2024."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

# An optional text, digits with or without grouping and decimals, an optional text.
_NUMBER = re.compile(
    r'(?P<before>(?:"[^"]*"|[ \-])*)(?P<grouped>#[, ]##)?0(?P<decimals>\.0+)?(?P<after>(?: ?%|"[^"]*"| )*)'
)
_CURRENCY = re.compile(r"\[\$([^\-\]]*)(?:-[0-9A-Fa-f]+)?\]")
_MODIFIER = re.compile(r"\[[^\]]*\]|_.|\*.")
_DATE_TOKENS = re.compile(r"yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|[^a-z]", re.IGNORECASE)
# Excel's own short dates, shown as each country writes them: given as ISO dates.
_COUNTRY_DATES = frozenset({"mm-dd-yy", "m/d/yy", "m/d/yyyy", "yyyy-mm-dd", "m/d/yy h:mm", "General"})


def shown(value: object, number_format: str) -> str:
    """The text of a cell's value under its number format; a format we do not know shows the plain value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date | time):
        return _date(value, number_format)
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    pattern = _CURRENCY.sub(lambda found: f'"{found[1]}"', number_format.split(";")[0])
    match = _NUMBER.fullmatch(_MODIFIER.sub("", pattern).replace("\\", "").strip())
    if match is None:
        return _plain(value)
    percent = "%" in match["after"]
    decimals = len(match["decimals"] or ".") - 1
    digits = f"{value * 100 if percent else value:,.{decimals}f}"
    grouping = " " if match["grouped"] else ""
    digits = digits.replace(",", grouping).replace(".", ",")
    before, after = match["before"].replace('"', ""), match["after"].replace('"', "")
    return f"{before}{digits}{after}".strip()


def _plain(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else str(value)
    return f"{value:.10g}".replace(".", ",")


def _date(value: date | time, number_format: str) -> str:
    pattern = _MODIFIER.sub("", number_format.split(";")[0]).replace("\\", "").replace('"', "").strip()
    if isinstance(value, datetime) and value.time() == time(0) and pattern in _COUNTRY_DATES:
        return value.date().isoformat()
    tokens = _DATE_TOKENS.findall(pattern)
    # Names of months and days are in a language that the file does not state.
    wordy = any(token.lower() in {"mmm", "mmmm", "ddd", "dddd"} for token in tokens)
    if (
        pattern in _COUNTRY_DATES
        or wordy
        or "".join(tokens) != pattern
        or not re.search("[dyh]", pattern, re.I)
    ):
        return _iso(value)
    return "".join(_date_part(value, token.lower(), tokens[:at]) for at, token in enumerate(tokens))


def _iso(value: date | time) -> str:
    if isinstance(value, datetime):
        if value.time() == time(0):
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value.isoformat()


def _date_part(value: date | time, part: str, before: list[str]) -> str:
    """One part of a date; "m" after hours is minutes (ECMA-376 part 1, 18.8.31)."""
    hours_before = any(earlier.lower() in {"h", "hh"} for earlier in before)
    clock = value if isinstance(value, time) else value.time() if isinstance(value, datetime) else time(0)
    day = None if isinstance(value, time) else value
    parts = {
        "hh": f"{clock.hour:02d}",
        "h": str(clock.hour),
        "ss": f"{clock.second:02d}",
        "s": str(clock.second),
    }
    if day is not None:
        parts |= {
            "yyyy": f"{day.year:04d}",
            "yy": f"{day.year % 100:02d}",
            "dd": f"{day.day:02d}",
            "d": str(day.day),
        }
    if part in {"m", "mm"}:
        number = clock.minute if hours_before or day is None else day.month
        return f"{number:02d}" if part == "mm" else str(number)
    return parts.get(part, part)
