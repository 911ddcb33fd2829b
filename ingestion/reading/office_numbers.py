"""Counts written as office programs write them: 3, 03, c, III."""

from __future__ import annotations

_MAX_LETTERED = 26 * 10
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


def format_number(value: int, number_format: str) -> str:
    """A count in one of Word's number formats; those without figures of their own give digits."""
    name = number_format.lower()
    if name == "none":
        return ""
    if name == "decimalzero":
        return f"{value:02d}"
    if name == "ordinal":
        return f"{value}."
    if name in ("lowerletter", "upperletter") and 1 <= value <= _MAX_LETTERED:
        letters = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letters.upper() if name == "upperletter" else letters
    if name in ("lowerroman", "upperroman") and 1 <= value < 4000:
        figures = ""
        for amount, letters in _ROMAN:
            figures += letters * (value // amount)
            value %= amount
        return figures.upper() if name == "upperroman" else figures
    return str(value)
