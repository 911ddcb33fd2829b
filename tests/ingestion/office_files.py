"""Office files for the reader tests, made part by part so that each holds exactly what it should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

W_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = (
    f'xmlns:w="{W_NS}" xmlns:r="{R_NS}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)
OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PDF_FILE = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"

STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Tittel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Overskrift1"><w:name w:val="heading 1"/>
  <w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Overskrift2"><w:name w:val="heading 2"/>
  <w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
"""


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relationships(*entries: tuple[str, str, str]) -> str:
    """A relationship part from (id, last word of the type, target)."""
    body = "".join(
        f'<Relationship Id="{name}" Type="{R_NS}/{kind}" Target="{target}"/>'
        for name, kind, target in entries
    )
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{body}</Relationships>"
    )


def docx_parts(
    body: str,
    *,
    styles: str = STYLES,
    numbering: str = "",
    footnotes: str = "",
    endnotes: str = "",
    core: str = "",
    extra: Mapping[str, str] | None = None,
    relations: tuple[tuple[str, str, str], ...] = (),
) -> dict[str, str | bytes]:
    """The parts of a Word document with this body; each argument is the inside of its part."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relationships(
            ("rId1", "officeDocument", "word/document.xml"), ("rId2", "core-properties", "docProps/core.xml")
        ),
        "word/document.xml": f"<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relationships(
            *(
                (f"rId{at}", kind, f"{kind}.xml")
                for at, kind in enumerate(("styles", "numbering", "footnotes", "endnotes"), start=1)
            ),
            *relations,
        ),
        "word/styles.xml": f"<w:styles {_NAMESPACES}>{styles}</w:styles>",
    }
    for name, content in (("numbering", numbering), ("footnotes", footnotes), ("endnotes", endnotes)):
        if content:
            parts[f"word/{name}.xml"] = f"<w:{name} {_NAMESPACES}>{content}</w:{name}>"
    if core:
        parts["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
            'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            f'xmlns:dcterms="http://purl.org/dc/terms/">{core}</cp:coreProperties>'
        )
    parts.update(extra or {})
    return parts


def docx(body: str, **parts: str) -> bytes:
    """A Word document with this body; see `docx_parts`."""
    return package(docx_parts(body, **parts))  # type: ignore[arg-type]


def para(text: str = "", *, style: str = "", num: str = "", level: int | None = None, extra: str = "") -> str:
    """A Word paragraph; `text` that begins with "<" is runs already; `extra` goes into its properties."""
    runs = text if text.startswith("<") else run(text)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    at = f'<w:ilvl w:val="{level}"/>' if level is not None else ""
    listed = f'<w:numPr>{at}<w:numId w:val="{num}"/></w:numPr>' if num else ""
    return f"<w:p><w:pPr>{named}{listed}{extra}</w:pPr>{runs}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A Word run of plain text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: str) -> str:
    """A Word table of rows."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """A Word table row of cells; a cell that does not begin with "<" is its plain text."""
    inner = "".join(each if each.startswith("<w:tc>") else cell(each) for each in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def cell(content: str, properties: str = "") -> str:
    """A Word table cell; content that begins with "<" is block content already."""
    blocks = content if content.startswith("<") else para(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{blocks}</w:tc>"


def level(at: int, pattern: str, number_format: str = "decimal", *, start: int = 1, extra: str = "") -> str:
    """A level of a Word list."""
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{number_format}"/>'
        f'{extra}<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def numbering(abstracts: Mapping[str, str], lists: Mapping[str, str]) -> str:
    """Word numbering: the inside of each abstract list by id; list id → its abstract id + overrides."""
    defined = "".join(
        f'<w:abstractNum w:abstractNumId="{name}">{inside}</w:abstractNum>'
        for name, inside in abstracts.items()
    )
    used = "".join(
        f'<w:num w:numId="{name}"><w:abstractNumId w:val="{rest.partition(" ")[0]}"/>'
        f"{rest.partition(' ')[2]}</w:num>"
        for name, rest in lists.items()
    )
    return defined + used


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{_ODF}{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("presentation", "presentation"),
        ("svg", "svg-compatible"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
    )
)


def opendocument(
    body: str,
    *,
    automatic: str = "",
    styles: str = "",
    meta: str = "",
    manifest: str = "",
    kind: str = "text",
) -> bytes:
    """An OpenDocument file: `body` inside office:text or office:presentation, styles around it."""
    root = f'xmlns:dc="http://purl.org/dc/elements/1.1/" {_ODF_NAMESPACES}'
    return package(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {root}><office:automatic-styles>{automatic}"
            f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
            "</office:document-content>",
            "styles.xml": f"<office:document-styles {root}><office:styles>{styles}</office:styles>"
            "</office:document-styles>",
            "meta.xml": f"<office:document-meta {root}><office:meta>{meta}</office:meta>"
            "</office:document-meta>",
            "META-INF/manifest.xml": f"<!DOCTYPE manifest:manifest><manifest>{manifest}</manifest>",
        }
    )
