"""Joins the lines of one paragraph: which line-end hyphens go, which stay, and where a space belongs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

_KEEP_BEFORE = frozenset(
    ("og", "eller", "samt", "och", "and", "or", "respektive", "resp.", "henholdsvis", "hhv.", "jämte")
)
_SMALL = _KEEP_BEFORE | frozenset(
    ("i", "på", "til", "for", "av", "af", "med", "ved", "vid", "som", "om", "er", "är", "kan", "har", "den")
)
_LAST = re.compile(r"[\w./§–-]+$")
_FIRST = re.compile(r"^[\w.-]+")
_WORD = re.compile(r"\w[\w-]*\w")


def known_words(lines: Iterable[str], *, cells: Iterable[Sequence[str]] = ()) -> frozenset[str]:
    """The words that stand whole on some line, in lower case; fragments at line ends are left out.

    `cells` are the lines of each table cell: there any word at a line's end may be a fragment.
    """
    known: set[str] = set()
    for line in lines:
        found = [match.group().lower() for match in _WORD.finditer(line)]
        known.update(found[:-1] if line.endswith("-") else found)
    for cell in cells:
        for number, line in enumerate(cell):
            found = [match.group().lower() for match in _WORD.finditer(line)]
            known.update(found[number > 0 : len(found) - (number < len(cell) - 1)])
    return frozenset(known)


def join_lines(first: str, second: str, known: Collection[str] = frozenset()) -> str:
    """`first` continued by `second`.

    "samar-" + "beid" loses its hyphen; "øvelses-" + "og" keeps it and a space; "13-" + "1",
    "IT-" + "avdeling" and "Nord-" + "Norge" keep it without one. `known` decides the rest: a word
    that the document writes with a hyphen elsewhere keeps it.
    """
    if not first or not second:
        return first or second
    if first.endswith("/") and not first.endswith(" /"):
        return first + second
    if not first.endswith(("-", "\u2010")) or first[-2:-1] in ("", " "):
        return f"{first} {second}"
    last = _LAST.search(first[:-1])
    begin = _FIRST.match(second)
    if last is None or begin is None:
        return f"{first} {second}"
    stem, rest = last.group(), begin.group()
    if rest.lower() in _KEEP_BEFORE:
        return f"{first} {second}"
    if f"{stem}{rest}".lower().rstrip(".") in known:
        return first[:-1] + second
    if f"{stem}-{rest}".lower().rstrip(".") in known:
        return first + second
    part = stem.rsplit("-", 1)[-1]
    joins = rest[0].islower() and part.isalpha() and len(part) > 1 and not part.isupper()
    return (first[:-1] if joins else first) + second


def join_wrapped(first: str, second: str, known: Collection[str], *, full: bool) -> str:
    """Lines of a table cell: a long word broken without a hyphen is mended.

    `full`: the line has no room for another letter, so that the break may be inside a word. It is
    one when the joined word is known elsewhere, or when the line holds one long unknown word and
    what follows is no word of its own.
    """
    if full and second[:1].islower() and first[-1:].isalpha():
        stem = first.rsplit(None, 1)[-1].lower()
        begin = re.match(r"[^\W\d_]+", second)
        rest = begin.group().lower() if begin else ""
        if stem + rest in known and len(stem) > 2 and len(rest) > 1:
            return first + second
        alone = " " not in first and len(stem) >= 8 and stem not in known
        if alone and rest not in _SMALL and (rest not in known or len(rest) <= 3):
            return first + second
    return join_lines(first, second, known)
