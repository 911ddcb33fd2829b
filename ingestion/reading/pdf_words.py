"""The words on a PDF page with their boxes, as pdfium finds them.

pdfium is not thread-safe: one thread reads one document.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

LINE_END_HYPHENS = "\x02\ufffe"  # what pdfium writes for a hyphen it would join
_SPACES = frozenset(" \t\r\n\u00a0\u2002\u2003\u2009\u200a\u202f\u3000\x00")
_BOLD = re.compile(r"bold|black|heavy|semib|demi|cmbx|sfbx|ecbx|-bd|,bd", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Word:
    """A word in points from the upper left corner of the page as shown; `base` is its baseline.

    A `glued` word follows the one before without a space (its font size changed inside a word);
    a `turned` word is not written along the page's lines.
    """

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool = False
    glued: bool = False
    turned: bool = False


def read_words(page: Any, textpage: Any) -> list[Word]:
    """The words of a pypdfium2 page in the order the file draws them; those outside the page are left out.

    A page whose text mostly runs up or down is turned, so that its lines lie flat.
    """
    import pypdfium2.raw as raw

    width, height = page.get_size()
    to_page = _affine(page, width, height)
    turn = math.radians(page.get_rotation())
    words: list[Word] = []
    fonts: dict[bytes, bool] = {}
    text: list[str] = []
    first = 0
    size = 0.0
    glued = False

    def finish(last: int) -> None:
        value = _clean("".join(text))
        text.clear()
        if value:
            word = _word(textpage, value, first, last, size, glued, to_page, turn, fonts)
            if -5 <= word.x0 <= width + 5 and -5 <= word.base <= height + 5:
                words.append(word)

    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        character = chr(code)
        if character in _SPACES:
            if text:
                finish(index - 1)
            glued = False
            continue
        now = raw.FPDFText_GetFontSize(textpage, index)
        if text and abs(now - size) > 0.5 and character not in LINE_END_HYPHENS:
            finish(index - 1)
            glued = True
        if not text:
            first, size = index, now
        if character in LINE_END_HYPHENS:
            text.append("-")
            finish(index)
            glued = False
        else:
            text.append(character)
    if text:
        finish(textpage.count_chars() - 1)
    return _flattened(words, width, height)


def _word(
    textpage: Any,
    text: str,
    first: int,
    last: int,
    size: float,
    glued: bool,
    to_page: Callable[[float, float], tuple[float, float]],
    turn: float,
    fonts: dict[bytes, bool],
) -> Word:
    import pypdfium2.raw as raw

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(textpage, first, left, right, bottom, top)
    start = to_page(left.value, bottom.value)
    raw.FPDFText_GetCharBox(textpage, last, left, right, bottom, top)
    end = to_page(right.value, top.value)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(textpage, first, x, y)
    origin = to_page(x.value, y.value)
    matrix = raw.FS_MATRIX()
    scale = 1.0
    if raw.FPDFText_GetMatrix(textpage, first, matrix):
        scale = math.hypot(matrix.c, matrix.d) or 1.0
    angle = (raw.FPDFText_GetCharAngle(textpage, first) + turn + math.pi) % (2 * math.pi) - math.pi
    turned = abs(angle) > 0.1
    x0, x1 = min(start[0], end[0], origin[0]), max(start[0], end[0])
    return Word(text, x0, x1, origin[1], size * scale, _is_bold(textpage, first, fonts), glued, turned)


def _is_bold(textpage: Any, index: int, fonts: dict[bytes, bool]) -> bool:
    import pypdfium2.raw as raw

    buffer = ctypes.create_string_buffer(256)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, index, buffer, 256, flags)
    name = buffer.value
    if name not in fonts:
        weight = raw.FPDFText_GetFontWeight(textpage, index)
        named = bool(_BOLD.search(name.decode("utf-8", "replace")))
        fonts[name] = named or weight >= _BOLD_WEIGHT or bool(flags.value & _FORCE_BOLD)
    return fonts[name]


def _affine(page: Any, width: float, height: float) -> Callable[[float, float], tuple[float, float]]:
    """From PDF user space to points from the upper left corner, through crop box and rotation."""
    import pypdfium2.raw as raw

    fine = 100  # PageToDevice answers whole units: hundredths of a point are enough

    def device(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, round(width * fine), round(height * fine), 0, x, y, across, down)
        return across.value / fine, down.value / fine

    zero, east, north = device(0, 0), device(1000, 0), device(0, 1000)
    a, b = (east[0] - zero[0]) / 1000, (east[1] - zero[1]) / 1000
    c, d = (north[0] - zero[0]) / 1000, (north[1] - zero[1]) / 1000
    return lambda x, y: (zero[0] + a * x + c * y, zero[1] + b * x + d * y)


def _flattened(words: list[Word], width: float, height: float) -> list[Word]:
    turned = sum(len(word.text) for word in words if word.turned)
    if turned * 2 <= sum(len(word.text) for word in words):
        return words
    # Written upwards: x along the line is the distance from the lower edge. Word boxes are start points.
    ordered = [word for word in words if word.turned]
    upward = sum(b.base < a.base for a, b in pairwise(ordered)) * 2 > len(ordered)
    flat = []
    for word in ordered:
        along = height - word.base if upward else word.base
        across = word.x1 if upward else width - word.x0
        length = 0.5 * word.size * len(word.text)
        flat.append(replace(word, x0=along, x1=along + length, base=across, turned=False))
    return flat


def _clean(text: str) -> str:
    """NFC, ligatures apart, no soft hyphens (one at the end is a line-end hyphen) and no controls."""
    if text.endswith("\u00ad"):
        text = text[:-1] + "-"
    kept = [
        unicodedata.normalize("NFKC", c) if "\ufb00" <= c <= "\ufb06" else c
        for c in text
        if c not in "\u00ad\u200b\ufeff\ufffd" and unicodedata.category(c) != "Cc"
    ]
    return unicodedata.normalize("NFC", "".join(kept))
