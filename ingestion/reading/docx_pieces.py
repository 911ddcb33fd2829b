"""What a Word paragraph is to the eye: heading, item, paragraph, or a line of the contents list."""

from __future__ import annotations

from lxml import etree

from ingestion.reading.docx_numbering import Label
from ingestion.reading.docx_styles import Style, outline_level
from ingestion.reading.docx_text import Line
from ingestion.reading.office_pieces import LONGEST_HEADING, Text, counts_items, without_typed_bullet
from ingestion.reading.reading import BlockKind


def paragraph_piece(
    text: str,
    line: Line,
    properties: etree._Element | None,
    style: Style,
    label: Label | None,
    list_level: int,
) -> Text:
    """The block for a paragraph's text, its automatic number written in front."""
    number = label.text if label else ""
    bullet = label is not None and label.bullet
    stated = outline_level(properties)
    heading = style.heading if stated is None else stated
    one_line = " ".join(text.split())
    if style.contents:
        return Text(BlockKind.FURNITURE, number + text)
    if style.title:
        return Text(BlockKind.HEADING, number + one_line, 1, line.bold, title=True)
    if heading and len(one_line) <= LONGEST_HEADING:
        return Text(BlockKind.HEADING, number + one_line, heading, line.bold)
    if bullet or counts_items(number):
        return Text(BlockKind.ITEM, number + text, max(list_level, style.depth), line.bold, bullet)
    plain = text if number else without_typed_bullet(text)
    if plain != text:
        return Text(BlockKind.ITEM, plain, style.depth, line.bold, bullet=True)
    return Text(BlockKind.PARAGRAPH, number + text, 0, line.bold, caption=style.caption)
