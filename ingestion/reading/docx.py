"""Word documents (.docx, .docm, .dotx): what a person sees on the page is what is stored.

Our own walk over the XML, because the usual libraries lose automatic numbers, tracked insertions,
content controls, text boxes or nested tables. Headers and footers of the page are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from assistant.errors import DamagedFile, NoTextFound
from ingestion.reading.diagram import diagram_texts
from ingestion.reading.docx_numbering import Label, Numbering, W
from ingestion.reading.docx_pieces import paragraph_piece
from ingestion.reading.docx_styles import Style, Styles, switch, value
from ingestion.reading.docx_tables import (
    columns_before,
    grid_cells,
    is_header_row,
    row_cells,
    style_marks_header,
    table_rows,
)
from ingestion.reading.docx_text import Line, is_placeholder, read_line
from ingestion.reading.grid import MAX_COLUMNS, Cover, GridCell, GridRow
from ingestion.reading.office_numbers import format_number
from ingestion.reading.office_pieces import (
    Piece,
    Table,
    Text,
    belongs_in_cell,
    is_layout,
    with_bold_headings,
    write_pieces,
)
from ingestion.reading.office_properties import read_properties
from ingestion.reading.package import MC, Package, chosen, open_package
from ingestion.reading.reading import BlockKind, Reading, ReadingBuilder

_WRAPPERS = {f"{W}{name}" for name in ("customXml", "ins", "moveTo", "smartTag")}


def read(data: bytes) -> Reading:
    """A Word document as blocks: headings, paragraphs, list items, table rows and notes.

    Raises:
        DamagedFile, EncryptedFile, TooLarge: as `package.open_package`, or not a Word document.
        NoTextFound: a document of pictures only, or empty.
    """
    package = open_package(data)
    part = package.related("", "officeDocument")
    root = package.xml(part) if part else None
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise DamagedFile(
            "The package holds no Word document; give the file the extension of what it is "
            "(.xlsx, .pptx, .odt), or save it again from Word"
        )
    builder = ReadingBuilder()
    walk = _Walk(package, part, builder)
    pieces = with_bold_headings(list(walk.pieces(body)))
    builder.properties.update(read_properties(package, package.related("", "core-properties")))
    title = next((piece.text for piece in pieces if isinstance(piece, Text) and piece.title), "")
    if title:
        builder.properties["title"] = title
    reading = write_pieces(builder, pieces)
    if not reading.text:
        raise NoTextFound(
            "The Word document has no text; if its pages are pictures, save it as PDF to have it recognised"
        )
    return reading


class _Walk:
    """One pass over a document's stories, in order, because automatic numbers count as it goes."""

    def __init__(self, package: Package, part: str, builder: ReadingBuilder) -> None:
        self._package, self._builder = package, builder
        self._relations = package.relations(part)
        parts = {relation.kind: relation.target for relation in self._relations.values()}

        def story(kind: str) -> etree._Element | None:
            name = parts.get(kind, "")
            return package.xml(name) if name in package.names else None

        self._styles = Styles(story("styles"))
        self._numbering = Numbering(story("numbering"), self._styles.list_of)
        self._notes: dict[tuple[str, str], etree._Element] = {}
        for kind in ("footnote", "endnote"):
            root = story(f"{kind}s")
            for note in root.findall(f"{W}{kind}") if root is not None else ():
                self._notes[kind, note.get(f"{W}id", "")] = note
        settings = story("settings")
        self._note_format = {
            kind: value(settings.find(f"{W}{kind}Pr") if settings is not None else None, "numFmt") or usual
            for kind, usual in (("footnote", "decimal"), ("endnote", "lowerRoman"))
        }
        self._note_count = {"footnote": 0, "endnote": 0}
        self._joined = ""

    def pieces(self, container: etree._Element) -> Iterator[Piece]:
        """What stands in a story, a cell or a text box, in order."""
        for child in container:
            tag = child.tag
            if tag == f"{W}p":
                yield from self._paragraph(child)
            elif tag == f"{W}tbl":
                yield from self._table(child)
            elif tag in _WRAPPERS:
                yield from self.pieces(child)
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None and not is_placeholder(child):
                    yield from self.pieces(content)
            elif tag == f"{MC}AlternateContent":
                branch = chosen(child)
                if branch is not None:
                    yield from self.pieces(branch)
            elif tag == f"{W}altChunk":
                self._builder.warnings.append("A document embedded in the file (altChunk) was not read")
        if self._joined:
            rest, self._joined = self._joined, ""
            yield Text(BlockKind.PARAGRAPH, rest)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Piece]:
        properties = paragraph.find(f"{W}pPr")
        style = self._styles.of_paragraph(properties)
        line = read_line(paragraph, style, self._styles)
        mark = properties.find(f"{W}rPr") if properties is not None else None
        if mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None):
            # The end of this paragraph is deleted: what is left of it runs on into the next one.
            self._joined = f"{self._joined}{line.text} " if line.text else self._joined
        elif line.text or not (switch(mark, "vanish") or style.hidden):
            label = self._label(properties, style)
            text, self._joined = self._joined + line.text, ""
            if text:
                yield paragraph_piece(text, line, properties, style, *label)
        yield from self._anchored(line)

    def _label(self, properties: etree._Element | None, style: Style) -> tuple[Label | None, int]:
        numbering = properties.find(f"{W}numPr") if properties is not None else None
        direct, level = value(numbering, "numId"), value(numbering, "ilvl")
        if direct == "0":
            return None, 0
        list_id = direct or style.list_id
        if not list_id:
            return None, 0
        if level.isdecimal():
            at = int(level)
        elif direct:
            at = 0
        else:
            tied = self._numbering.level_of(list_id, style.lineage)
            at = tied if tied is not None else style.list_level or 0
        return self._numbering.label(list_id, at), at

    def _anchored(self, line: Line) -> Iterator[Piece]:
        for box in line.boxes:
            yield from self.pieces(box)
        for relation_id in line.diagrams:
            relation = self._relations.pop(relation_id, None)
            if relation is not None and relation.target in self._package.names:
                for level, text in diagram_texts(self._package.xml(relation.target)):
                    yield Text(BlockKind.ITEM, text, level)
        for kind, note_id in line.notes:
            note = self._notes.pop((kind, note_id), None)  # a note is written once, however often referred to
            if note is None:
                continue
            self._note_count[kind] += 1
            number = format_number(self._note_count[kind], self._note_format[kind])
            inner = list(self.pieces(note))
            words = "\n".join(piece.text for piece in inner if isinstance(piece, Text))
            yield Text(BlockKind.NOTE, f"{number} {words}")
            yield from (piece for piece in inner if isinstance(piece, Table))

    def _table(self, table: etree._Element) -> Iterator[Piece]:
        rows = [
            (row, [(cell, list(self.pieces(cell))) for cell in row_cells(row)]) for row in table_rows(table)
        ]
        contents = [pieces for _, cells in rows for _, pieces in cells]
        if all(len(cells) <= 1 for _, cells in rows) or is_layout(contents):
            for pieces in contents:  # a frame around text, not a table
                yield from pieces
            return
        styled = len(rows) > 1 and style_marks_header(table, self._styles)
        grid: list[GridRow] = []
        for row, cells in rows:
            line: list[GridCell | Cover] = [GridCell("")] * columns_before(row)
            for cell, pieces in cells:
                line.extend(grid_cells(cell, pieces, MAX_COLUMNS - len(line)))
            grid.append(GridRow(tuple(line), is_header_row(row) or (styled and not grid)))
        yield Table(tuple(grid))
        for pieces in contents:
            yield from (piece for piece in pieces if not belongs_in_cell(piece))
