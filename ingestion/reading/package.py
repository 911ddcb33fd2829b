"""An office file opened as what it is: a zip of XML parts, checked before anything parses it.

Word, PowerPoint, Excel and OpenDocument files are all such packages. A small file can unpack to
gigabytes, hold millions of elements or pull in entities, so size, ratio, node count and document
type declarations are checked on the bytes first (CWE-409, CWE-776).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from assistant.errors import DamagedFile, EncryptedFile, TooLarge

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 200
RATIO_FROM_BYTES = 20_000_000
MAX_NODES = 2_000_000
MAX_PARTS = 20_000

_OLE = b"\xd0\xcf\x11\xe0"
_MANIFEST = "META-INF/manifest.xml"
_NEVER_PARSED = (".svg", ".htm", ".html", ".xhtml", ".mht", ".mhtml")
_ENCODINGS = {b"utf-8", b"utf-16", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"}
_DECLARED = re.compile(rb"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
# ISO/IEC 29500 Strict uses other addresses for the same vocabulary; readers know the common ones.
_STRICT = {
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/math": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/math"
    ),
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/presentationml/main": (
        b"http://schemas.openxmlformats.org/presentationml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """One part's pointer to another: the last word of its type, and the part's name."""

    kind: str
    target: str


class Package:
    """The parts of one office file by name; `xml` parses a part each time it is asked for."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {
            info.filename.replace("\\", "/").lstrip("/"): info
            for info in archive.infolist()
            if not info.is_dir()
        }
        self.names = frozenset(self._entries)

    def read(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            DamagedFile: there is no such part, or it cannot be unpacked.
        """
        if name not in self._entries:
            raise DamagedFile(f"The part {name} is missing from the file; save it again from its program")
        try:
            return self._archive.read(self._entries[name])
        except _ZIP_FAULTS as error:
            raise DamagedFile(f"The part {name} cannot be unpacked ({error}); get a fresh copy") from error

    def xml(self, name: str) -> etree._Element:
        """The root element of a part, without comments, entities or network access.

        Raises:
            DamagedFile: the part is missing, is not well-formed or declares a document type.
            TooLarge: it has more elements than we accept.
        """
        content = self.read(name)
        _check_nodes(_nodes(name, content))
        for strict, common in _STRICT.items():
            if strict in content:
                content = content.replace(strict, common)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            if "depth" in str(error) or "huge" in str(error).lower():
                raise TooLarge(f"The part {name} is nested too deeply ({error}); simplify it") from error
            raise DamagedFile(
                f"The part {name} is not well-formed XML ({error}); get a fresh copy"
            ) from error
        return root

    def relations(self, name: str) -> dict[str, Relation]:
        """Where a part points inside the package, by relationship id; "" is the package itself."""
        folder, base = posixpath.split(name)
        part = posixpath.join(folder, "_rels", f"{base}.rels")
        if part not in self.names:
            return {}
        found: dict[str, Relation] = {}
        for element in self.xml(part):
            if element.get("TargetMode") == "External":
                continue
            target = unquote(element.get("Target", ""))
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = element.get("Type", "").rsplit("/", 1)[-1]
            found[element.get("Id", "")] = Relation(kind, posixpath.normpath(path))
        return found

    def related(self, name: str, kind: str) -> str:
        """The part of that kind which `name` points to, or "" when there is none in the package."""
        for relation in self.relations(name).values():
            if relation.kind == kind and relation.target in self.names:
                return relation.target
        return ""


def check_package(data: bytes) -> None:
    """Refuse an office file that is damaged, locked or made to exhaust the machine.

    Raises:
        DamagedFile: not a zip package, truncated, or an XML part declares a document type.
        EncryptedFile: password-protected, or the old binary Office format.
        TooLarge: over the limits on unpacked size, ratio, parts or XML elements.
    """
    open_package(data)


def open_package(data: bytes) -> Package:
    """The package, checked as `check_package` says.

    Raises:
        DamagedFile, EncryptedFile, TooLarge: as `check_package`.
    """
    if data[:4] == _OLE:
        raise EncryptedFile(
            "The file is password-protected or in the old binary Office format (.doc, .ppt, .xls); "
            "save it without a password as .docx, .pptx, .xlsx or OpenDocument"
        )
    if data[:4] != b"PK\x03\x04":
        raise DamagedFile(
            f"{_describe(data)}, not an Office or OpenDocument package; "
            "give the file the extension of what it is, or save it again from its program"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _ZIP_FAULTS as error:
        raise DamagedFile(f"The package is truncated or damaged ({error}); get a fresh copy") from error
    _check_sizes(archive, len(data))
    package = Package(archive)
    if _MANIFEST in package.names and b"encryption-data" in package.read(_MANIFEST):
        raise EncryptedFile("The OpenDocument file is password-protected; save it without a password")
    # Older OpenDocument manifests name a DTD, as do pictures and embedded web pages; none is ever parsed.
    parsed = [name for name in package.names - {_MANIFEST} if not name.lower().endswith(_NEVER_PARSED)]
    _check_nodes(sum(_nodes(name, package.read(name)) for name in parsed))
    return package


def chosen(alternatives: etree._Element) -> etree._Element | None:
    """Of the same content written twice (mc:AlternateContent), the first choice, else the fallback."""
    choice = alternatives.find(f"{MC}Choice")
    return choice if choice is not None else alternatives.find(f"{MC}Fallback")


def _describe(data: bytes) -> str:
    if not data:
        return "The file is empty"
    known = {
        b"%PDF": "The file is a PDF",
        b"{\\rt": "The file is RTF",
        b"\x89PNG": "The file is a PNG image",
        b"\xff\xd8\xff": "The file is a JPEG image",
        b"<": "The file is XML or HTML",
    }
    for start, words in known.items():
        if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(start):
            return words
    return f"The file begins with {data[:4]!r}"


def _check_sizes(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    if any(info.flag_bits & 1 for info in entries):
        raise EncryptedFile("The package holds encrypted parts; save it without a password")
    if len(entries) > MAX_PARTS:
        raise TooLarge(f"The package has {len(entries)} parts; at most {MAX_PARTS} are read")
    # zipfile never yields more than the declared size, so the declared sizes are a safe bound.
    unpacked = sum(info.file_size for info in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise TooLarge(
            f"The file unpacks to {unpacked // 1_000_000} MB; at most {MAX_UNPACKED_BYTES // 1_000_000} MB "
            "is read: split it, or compress its pictures"
        )
    if unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * packed:
        raise TooLarge(
            f"The file unpacks to {unpacked // packed} times its size; at most {MAX_RATIO} times is read"
        )


def _nodes(name: str, content: bytes) -> int:
    """How many elements a part can have at most, 0 if it is not XML; refuses a document type declaration."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") and content[2:4] != b"\x00\x00":
        content = content.decode("utf-16", "replace").encode()
    start = content[:300].removeprefix(b"\xef\xbb\xbf").lstrip(b" \r\n\t")
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    if not start or not (is_xml or start[:1] == b"<"):
        return 0
    declared = _DECLARED.match(start)
    # A part that does not begin with "<" could be in an encoding that libxml2 guesses at (EBCDIC, UCS-4).
    if (
        start[:1] != b"<"
        or b"\x00" in start
        or b"<!DOCTYPE" in content
        or (declared is not None and declared[1].lower() not in _ENCODINGS)
    ):
        raise DamagedFile(
            f"The part {name} declares a document type (DTD) or is not plain XML, which an office program "
            "never writes; save the file again from its program"
        )
    return content.count(b"<") - content.count(b"</")


def _check_nodes(nodes: int) -> None:
    if nodes > MAX_NODES:
        raise TooLarge(f"The file has {nodes} XML elements; at most {MAX_NODES} are read: split it")
