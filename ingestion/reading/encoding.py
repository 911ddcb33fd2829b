"""From bytes to text: which encoding it is, and the little that is tidied for every format."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# One-byte encodings that Nordic offices have saved text in, the likeliest first.
_ONE_BYTE = ("cp1252", "cp865", "mac_roman")
_SAMPLE_BYTES = 200_000
_EXPECTED = frozenset("æøåäöéüÆØÅÄÖÉÜ§–“”’«»½°")
_NEWLINES = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]")
_WIDE_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_CONTROL_BYTES = bytes(set(range(32)) - {9, 10, 12, 13, 27})


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` as `clean` leaves it, the encoding it was read in, and a remark where bytes were lost."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, declared: str = "") -> Decoded:
    """The text of `data`.

    A byte order mark decides; then UTF-8 if it is valid (text in another encoding all but never
    is); then `declared`, what the file says of itself; then the likeliest one-byte encoding.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], name)
    wide = _wide_without_mark(data)
    if wide:
        return _lenient(data, wide)
    try:
        return Decoded(clean(data.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(data):
        return _lenient(data, "utf-8")
    stated = _known(declared)
    if stated:
        try:
            return Decoded(clean(data.decode(stated)), stated)
        except (UnicodeDecodeError, ValueError):
            pass
    return _lenient(data, _likeliest_one_byte(data))


def clean(text: str) -> str:
    """`text` with "\\n" line ends, without control characters, in Unicode normal form C."""
    text = _CONTROL.sub("", _NEWLINES.sub("\n", text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """`text` as seen: no soft hyphens, zero-width blanks or direction marks; every blank a space."""
    return _WIDE_BLANKS.sub(" ", _INVISIBLE.sub("", text))


def looks_binary(data: bytes) -> bool:
    """Whether `data` is no text in any encoding `decode` knows (judged by its first 8 kB)."""
    head = data[:8192]
    if any(head.startswith(mark) for mark, _ in _MARKS) or _wide_without_mark(head):
        return False
    control = len(head) - len(head.translate(None, _CONTROL_BYTES))
    return control * 50 > len(head)


def _lenient(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    remark = f"{lost} byte(s) are not {encoding} text and are shown as \ufffd"
    return Decoded(clean(text), encoding, (remark,) if lost else ())


def _wide_without_mark(data: bytes) -> str:
    """UTF-16 without a mark: Nordic text then has a NUL in nearly every second byte."""
    head = data[:4000]
    if len(head) < 4 or b"\0" not in head:
        return ""
    odd, even = head[1::2], head[::2]
    if odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return ""


def _mostly_utf8(data: bytes) -> bool:
    """Whether broken bytes are the exception in what is otherwise UTF-8."""
    sample = data[:_SAMPLE_BYTES].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    whole = sum(1 for char in sample if char >= "\x80") - broken
    return whole > 2 * broken


def _known(name: str) -> str:
    """The codec for a declared name; "" for none we know. Web pages mean cp1252 by latin-1."""
    try:
        codec = codecs.lookup(name.strip().lower()).name if name.strip() else ""
    except (LookupError, ValueError):
        return ""
    if codec in {"iso8859-1", "ascii"}:
        return "cp1252"
    # The rest of Python's codecs (base64, zip, unicode-escape …) are not encodings of text.
    return codec if codec.startswith(("iso8859", "cp", "utf-", "mac-", "koi8")) else ""


def _likeliest_one_byte(data: bytes) -> str:
    sample = data[:_SAMPLE_BYTES]

    def expected(encoding: str) -> int:
        text = sample.decode(encoding, "replace")
        return sum(1 if char in _EXPECTED else -1 for char in text if char >= "\x80")

    return max(_ONE_BYTE, key=expected)
