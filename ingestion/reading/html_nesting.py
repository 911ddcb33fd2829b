"""How deeply a web page nests, found by one pass over its text before any parser sees it."""

from __future__ import annotations

import re


def names(text: str) -> frozenset[str]:
    """The words of `text` as a set of element names."""
    return frozenset(text.split())


_TAG = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][^\s/>]*))")
# Their content is text to a parser: skipped whole, to the end of the page where they never end.
_OPAQUE = names("script style textarea title xmp")
_TAG_CHARS = 2_000
# Void elements, and those a parser closes by itself when the next of the kind begins.
_SHALLOW = names(
    "area base br col embed hr img input link meta param source track wbr p li dt dd option optgroup "
    "tr td th thead tbody tfoot colgroup caption rt rp a nobr"
)
# A parser opens these again after the element they stood in has ended.
_FORMATTING = names("b big code em font i s small strike strong tt u")


def nesting(text: str, enough: int) -> int:
    """The greatest nesting depth of the elements in `text`, or `enough` as soon as that is reached."""
    stack: list[str] = []
    open_now: dict[str, int] = {}
    deepest = at = 0
    while match := _TAG.search(text, at):
        at = match.end()
        if match[1]:
            end = text.find("-->", at)
            if end < 0:
                break
            at = end + 3
            continue
        name = match[3].lower()
        if name in _SHALLOW:
            continue
        if match[2]:
            if open_now.get(name):
                stack = _closed(stack, name, open_now)
            continue
        if (open_now.get("svg") or open_now.get("math")) and _closes_itself(text, at):
            continue
        if name in _OPAQUE:
            end = _after(text, name, at)
            if end < 0:
                break
            at = end
            continue
        stack.append(name)
        open_now[name] = open_now.get(name, 0) + 1
        deepest = max(deepest, len(stack))
        if deepest >= enough:
            break
    return deepest


def _closed(stack: list[str], name: str, open_now: dict[str, int]) -> list[str]:
    """The stack after `</name>`: what stood inside ends with it, except formatting."""
    at = len(stack) - 1 - stack[::-1].index(name)
    kept = [inner for inner in stack[at + 1 :] if inner in _FORMATTING]
    for inner in stack[at:]:
        open_now[inner] -= 1
    for inner in kept:
        open_now[inner] += 1
    return stack[:at] + kept


def _closes_itself(text: str, at: int) -> bool:
    """Whether the tag whose name ends at `at` is written `<x />`, which counts in drawings only."""
    end = text.find(">", at, at + _TAG_CHARS)
    return end > 0 and text[end - 1] == "/"


def _after(text: str, name: str, at: int) -> int:
    """Where the content of an opaque element ends; -1 when it never does."""
    end = re.compile(f"</{name}", re.IGNORECASE).search(text, at)
    return end.end() if end else -1
