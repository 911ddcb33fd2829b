"""Text from Office and OpenDocument files as a person reads it."""

from __future__ import annotations

import re

_PRIVATE = re.compile("[\ue000-\uf8ff]")
# Wingdings and Symbol signs that carry meaning in tables and lists, by their place in the font.
_SIGNS = {
    0x6C: "•",
    0x6E: "▪",
    0x6F: "☐",
    0x71: "☐",
    0x78: "☒",
    0xA7: "▪",
    0xA8: "☐",
    0xB7: "•",
    0xD8: "➢",
    0xE0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}


def tidy(text: str) -> str:
    """Runs of spaces as one, none at the ends of lines; signs of picture fonts as characters.

    Newlines are kept (they are line breaks); soft hyphens and unknown picture-font signs are dropped.
    """
    text = _PRIVATE.sub(lambda match: _SIGNS.get(ord(match[0]) & 0xFF, ""), text).replace("\xad", "")
    return re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()
