"""Text recognition for scanned pages: the `tesseract` command on a picture of the page."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

from assistant.errors import DamagedFile, OcrUnavailable
from ingestion.reading.pdf_words import Word

DPI = 300
_TIMEOUT_S = 180
_WANTED = ("nor", "dan", "swe")
_INSTALL = "install tesseract-ocr with its languages nor, dan and swe (and eng, which alone knows the sign §)"


@dataclass(frozen=True, slots=True)
class Seen:
    """A recognised word: its box in pixels of the picture, and the line it belongs to."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    line: tuple[int, int, int]


def available() -> bool:
    """Whether a page in a Nordic language can be recognised here."""
    return bool(set(_WANTED) & set(languages()))


@cache
def languages() -> tuple[str, ...]:
    """The languages that are installed, sorted; none when there is no tesseract."""
    command = shutil.which("tesseract")
    if command is None:
        return ()
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed command without a shell
            [command, "--list-langs"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    names = listed.stdout.decode("utf-8", "replace").splitlines()[1:]
    return tuple(sorted(name.strip() for name in names if name.strip()))


def require() -> None:
    """Nothing, when a page can be recognised here.

    Raises:
        OcrUnavailable: no tesseract, or none of nor, dan and swe; says what to install.
    """
    if not available():
        found = ", ".join(languages()) or "none"
        raise OcrUnavailable(
            f"A scanned page, and no text recognition for it (languages found: {found}); {_INSTALL}"
        )


def recognise(picture: bytes, dots_per_point: float) -> list[Word]:
    """The words in a picture (PNG or PGM), with boxes in points.

    The Nordic models have no "§"; where `eng` is installed a second pass supplies it.

    Raises:
        OcrUnavailable: no tesseract, or none of nor, dan and swe.
        DamagedFile: tesseract could not read the picture, or took too long.
    """
    require()
    nordic = "+".join(name for name in _WANTED if name in languages())
    seen = _run(picture, nordic)
    if "eng" in languages():
        seen = with_section_signs(seen, _run(picture, "eng"))
    return to_words(seen, dots_per_point)


def _run(picture: bytes, language: str) -> list[Seen]:
    command = shutil.which("tesseract") or "tesseract"
    arguments = [command, "-", "-", "-l", language, "--dpi", str(DPI), "--psm", "3", "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 - list arguments without a shell; the picture goes by stdin
            arguments, input=picture, capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DamagedFile(
            f"Text recognition of a scanned page took over {_TIMEOUT_S} s; scan it again at 300 dpi"
        ) from error
    except OSError as error:
        raise OcrUnavailable(f"tesseract could not be started ({error}); {_INSTALL}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DamagedFile(
            f"Text recognition of a scanned page failed: {said[-1] if said else 'no reason given'}"
        )
    return parse_tsv(done.stdout.decode("utf-8", "replace"))


def parse_tsv(table: str) -> list[Seen]:
    """The words of tesseract's tsv output, in its order."""
    seen: list[Seen] = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row.get("level") != "5" or not text:
            continue
        left, top = int(row["left"]), int(row["top"])
        line = (int(row["block_num"]), int(row["par_num"]), int(row["line_num"]))
        seen.append(Seen(text, left, top, left + int(row["width"]), top + int(row["height"]), line))
    return seen


def with_section_signs(nordic: Sequence[Seen], english: Sequence[Seen]) -> list[Seen]:
    """The Nordic words, with "§" from the English pass where it saw one in the same box."""
    signs = [word for word in english if "§" in word.text]
    mended: list[Seen] = []
    for word in nordic:
        under = [sign for sign in signs if _overlap(word, sign) > 0.5]
        mended.append(replace(word, text=_signed(word, under, english)) if under else word)
    return mended


def _signed(word: Seen, signs: Sequence[Seen], english: Sequence[Seen]) -> str:
    sign = signs[0]
    narrow = word.right - word.left > 1.5 * (sign.right - sign.left)
    if narrow:  # one Nordic word over several English ones: "85" for "§ 5"
        return " ".join(w.text for w in english if _overlap(word, w) > 0.5 and w.line == sign.line)
    # All but the sign is better read by the Nordic models, when they saw as many characters.
    marks = len(sign.text) - len(sign.text.lstrip("(§"))
    if sign.text.startswith(("§", "(§")) and len(word.text) == len(sign.text):
        return sign.text[:marks] + word.text[marks:]
    return sign.text


def _overlap(first: Seen, second: Seen) -> float:
    """Shared area as a part of the smaller box."""
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((box.right - box.left) * (box.bottom - box.top) for box in (first, second))
    return width * height / smaller if smaller else 0.0


def to_words(seen: Sequence[Seen], dots_per_point: float) -> list[Word]:
    """Words in points. Sizes near the page's median are made equal: heights of boxes vary with letters."""
    lines: dict[tuple[int, int, int], list[Seen]] = {}
    for word in seen:
        lines.setdefault(word.line, []).append(word)
    heights = {
        key: (max(w.bottom for w in words) - min(w.top for w in words)) / dots_per_point
        for key, words in lines.items()
    }
    usual = median([heights[word.line] for word in seen]) if seen else 0.0
    words: list[Word] = []
    for key, line in lines.items():
        size = usual if 0.72 * usual < heights[key] < 1.3 * usual else heights[key]
        base = median([word.bottom for word in line]) / dots_per_point
        for word in line:
            words.append(Word(word.text, word.left / dots_per_point, word.right / dots_per_point, base, size))
    return words
