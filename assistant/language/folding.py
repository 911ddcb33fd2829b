"""Letters made one across the Nordic alphabets, for comparing and searching, never for showing."""

from __future__ import annotations

import unicodedata
from functools import cache

_LETTERS = str.maketrans({"ä": "æ", "ö": "ø", "ß": "ss", "ð": "d", "þ": "th"})


def fold(text: str) -> str:
    """`text` in lower case with the letters of the Nordic alphabets made one; its length may change."""
    text = unicodedata.normalize("NFC", text).lower().translate(_LETTERS)
    if not text.isascii():
        text = "".join(_plain(letter) for letter in text)
    return text.replace("aa", "å")


@cache
def _plain(letter: str) -> str:
    """The letter without its accent; the Nordic letters are letters of their own."""
    if letter in "æøå":
        return letter
    base = unicodedata.normalize("NFD", letter)
    return base[0] if base[0].isalpha() and all(unicodedata.combining(mark) for mark in base[1:]) else letter
