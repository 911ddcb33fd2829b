"""One module a format, one function to call: `read_document`."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from assistant.errors import (
    DamagedFile,
    EncryptedFile,
    NoTextFound,
    ReadingError,
    TooLarge,
    UnsupportedFormat,
)
from ingestion.reading.reading import BlockKind, Reading

ACCEPTED = (
    "we read PDF, Word (.docx), PowerPoint (.pptx), Excel (.xlsx), OpenDocument (.odt, .odp), "
    "web pages (.html), law XML, Markdown, plain text and CSV"
)
_MB = 1024 * 1024

# Extension → format, which is also the name of the module that reads it, save the last two.
_BY_EXTENSION = {
    "md": "markdown",
    "markdown": "markdown",
    "txt": "plaintext",
    "text": "plaintext",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "xml": "lawxml",
    "csv": "csv",
    "tsv": "csv",
    "docx": "docx",
    "docm": "docx",
    "dotx": "docx",
    "pptx": "pptx",
    "pptm": "pptx",
    "ppsx": "pptx",
    "xlsx": "spreadsheet",
    "xlsm": "spreadsheet",
    "odt": "opendocument",
    "odp": "opendocument",
    "pdf": "pdf",
}
_TEXTUAL = frozenset({"markdown", "plaintext", "html", "lawxml", "csv"})
_LABELS = {
    "markdown": "Markdown",
    "plaintext": "plain text",
    "html": "a web page",
    "lawxml": "XML",
    "csv": "a CSV table",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "spreadsheet": "an Excel workbook",
    "opendocument": "an OpenDocument file",
    "pdf": "a PDF",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# First bytes → what to call a file that we do not read.
_FOREIGN = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"RIFF", "an image, sound or video file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "an RTF document (save it as .docx)"),
    (b"%!PS", "a PostScript file (save it as PDF)"),
)
_PACKAGE_PARTS = (
    (b"wordprocessingml", "docx"),
    (b"ms-word.document", "docx"),
    (b"ms-word.template", "docx"),
    (b"presentationml", "pptx"),
    (b"ms-powerpoint", "pptx"),
    (b"spreadsheetml", "spreadsheet"),
    (b"ms-excel", "spreadsheet"),
)
_MAIN_PART = re.compile(rb'ContentType\s*=\s*["\']([^"\']*\.main\+xml)["\']')
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_EXTENSION = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,7})$")
_LAW_MARK = re.compile(r'class="(?:data-document-key-info|legalArticle)"')


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes over which a file is refused unread."""

    file_bytes: int = 100 * _MB
    text_bytes: int = 20 * _MB


def read_document(name: str, data: bytes, *, limits: Limits = Limits()) -> Reading:
    """The reading of one file. What is in it decides the format; `name` is the second witness.

    Raises:
        UnsupportedFormat: no reader for what it is.
        DamagedFile: empty, truncated or not what it should be.
        EncryptedFile: needs a password, or an old binary Office file.
        TooLarge: over a limit.
        NoTextFound: read, but nothing in it for a person to read.
    """
    if not data:
        raise DamagedFile("the file is empty (0 bytes); export or download it again")
    if len(data) > limits.file_bytes:
        raise TooLarge(_over(len(data), limits.file_bytes, "a file"))
    expected = _BY_EXTENSION.get(_extension(name), "")
    found = _sniff(data) or _as_text(name, data, expected)
    if found in _TEXTUAL and len(data) > limits.text_bytes:
        raise TooLarge(_over(len(data), limits.text_bytes, "a text file"))
    reading = _read(found, data)
    if expected and not _agrees(expected, found):
        remark = f"named .{_extension(name)} but is {_LABELS[found]}: read as that"
        reading = replace(reading, warnings=(remark, *reading.warnings))
    if not _has_text(reading):
        raise NoTextFound(
            f"{_LABELS[found]} without any text; a scan or picture must be made searchable first"
        )
    return reading


def _read(found: str, data: bytes) -> Reading:
    module = import_module("ingestion.reading." + ("spreadsheet" if found == "csv" else found))
    reader = cast("Callable[[bytes], Reading]", module.read_csv if found == "csv" else module.read)
    try:
        return reader(data)
    except ReadingError:
        raise
    except (MemoryError, RecursionError) as error:
        raise TooLarge(f"{_LABELS[found]} too large or too deeply nested to read; split it") from error
    except Exception as error:  # the libraries beneath raise anything on a damaged file
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise DamagedFile(
            f"looks like {_LABELS[found]}, but is damaged or truncated ({reason}); save it again"
        ) from error


def _sniff(data: bytes) -> str:
    """The format by its first bytes; "" for text of some kind.

    Raises:
        UnsupportedFormat, EncryptedFile, DamagedFile: what it is, when we do not read that.
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data)
    if data.startswith(_OLE):
        raise EncryptedFile(
            "an old binary Office file (.doc, .xls, .ppt) or a password-protected one; "
            "save it as .docx, .xlsx, .pptx or PDF without a password"
        )
    for magic, label in _FOREIGN:
        if data.startswith(magic) and (len(magic) > 2 or b"\0" in data[:512]):
            raise UnsupportedFormat(f"{label}; {ACCEPTED}")
    return ""


def _sniff_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            if "mimetype" in names:
                with package.open("mimetype") as part:
                    return _opendocument(part.read(200))
            if "[Content_Types].xml" in names:
                with package.open("[Content_Types].xml") as part:
                    types = part.read(2 * _MB)
                return _office(types)
            if "content.xml" in names and "META-INF/manifest.xml" in names:
                return "opendocument"
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise DamagedFile("a truncated or damaged Office or zip file; save or download it again") from error
    except RuntimeError as error:  # zipfile's word for "encrypted, password required"
        raise EncryptedFile("a password-protected zip file; take the password off") from error
    raise UnsupportedFormat(f"a zip archive; unpack it first: {ACCEPTED}")


def _opendocument(mimetype: bytes) -> str:
    if b"opendocument.text" in mimetype or b"opendocument.presentation" in mimetype:
        return "opendocument"
    if b"opendocument.spreadsheet" in mimetype:
        raise UnsupportedFormat(f"an OpenDocument spreadsheet; save it as .xlsx: {ACCEPTED}")
    kind = mimetype.decode("ascii", "replace").strip()[:80]
    raise UnsupportedFormat(f"a package of type {kind!r}; {ACCEPTED}")


def _office(types: bytes) -> str:
    for main in _MAIN_PART.findall(types):
        for mark, kind in _PACKAGE_PARTS:
            if mark in main:
                return kind
    if b"sheet.binary" in types:
        raise UnsupportedFormat(f"a binary Excel workbook (.xlsb); save it as .xlsx: {ACCEPTED}")
    raise DamagedFile(f"an Office package without a main document; {ACCEPTED}")


def _as_text(name: str, data: bytes, expected: str) -> str:
    """The textual format of data with no tell-tale first bytes.

    Raises:
        UnsupportedFormat: binary, or text of a kind that is no document (source code, settings).
    """
    from ingestion.reading.encoding import decode, looks_binary

    extension = _extension(name)
    if looks_binary(data):
        what = f"a .{extension} file" if extension else "a file without an extension"
        if expected in _TEXTUAL or not expected:
            raise UnsupportedFormat(f"{what} with binary content of an unknown kind; {ACCEPTED}")
        raise DamagedFile(f"{what} that does not begin like {_LABELS[expected]}; save or download it again")
    if extension and not expected:
        raise UnsupportedFormat(f"a .{extension} file; {ACCEPTED}")
    head = decode(data[:65536]).text
    if expected in {"lawxml", "html"} or _HTML_START.match(head):
        if expected == "lawxml" or _LAW_MARK.search(head):
            return "lawxml"
        return "html" if "<" in head else "plaintext"
    if head.lstrip().startswith("<?xml"):
        return "lawxml"
    return expected if expected in _TEXTUAL else "plaintext"


def _agrees(expected: str, found: str) -> bool:
    return expected == found or {expected, found} == {"html", "lawxml"}


def _extension(name: str) -> str:
    match = _EXTENSION.search(name)
    return match[1].lower() if match else ""


def _has_text(reading: Reading) -> bool:
    return any(
        block.kind is not BlockKind.FURNITURE
        and any(char.isalnum() for char in reading.text[block.start : block.end])
        for block in reading.blocks
    )


def _over(size: int, limit: int, what: str) -> str:
    return f"{size / _MB:.0f} MB, and {what} may have {limit // _MB} MB; split it"
