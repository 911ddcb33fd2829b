"""Slides of any presentation format: the order their shapes are read in, and what repeats on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingestion.reading.office_pieces import Piece, Text, write_pieces
from ingestion.reading.reading import BlockKind, Place, Reading, ReadingBuilder

# Shapes whose tops differ by less than this share of the slide's height stand in one row.
_ROW_SHARE = 0.03
# Footers and logos' texts stand in these margins, as shares of the slide's height.
_TOP_MARGIN, _BOTTOM_MARGIN = 0.15, 0.75
_FEWEST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a shape stands, in shares of the slide's width and height."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape's pieces; `placeholder` when the layout provided it; `frame` None when not stated."""

    pieces: tuple[Piece, ...]
    frame: Frame | None = None
    title: bool = False
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Slide:
    """A shown slide: `number` counts hidden ones too, as the program's own numbering does."""

    number: int
    shapes: tuple[Shape, ...]
    notes: tuple[str, ...] = field(default=())


def write_slides(builder: ReadingBuilder, slides: Sequence[Slide]) -> Reading:
    """The reading of a presentation: a heading a titled slide, then its shapes, then its notes.

    The first shown slide's title becomes the `title` property.
    """
    footers = _footers(slides)
    pieces: list[Piece] = []
    for at, slide in enumerate(slides):
        place = Place("slide", slide.number)
        shown = [shape for shape in slide.shapes if not (_in_margin(shape) and _words(shape) in footers)]
        title = " ".join(_words(next((shape for shape in shown if shape.title), Shape(()))).split())
        if title:
            pieces.append(Text(BlockKind.HEADING, title, 2, place=place))
            if at == 0:
                builder.properties["title"] = title
        for shape in in_reading_order([shape for shape in shown if not shape.title]):
            pieces.extend(replace(piece, place=place) for piece in shape.pieces)
        pieces.extend(Text(BlockKind.NOTE, note, place=place) for note in slide.notes)
    return write_pieces(builder, pieces)


def in_reading_order(shapes: Sequence[Shape]) -> Iterator[Shape]:
    """Shapes row by row from the top, in a row from the left; those without a position come last."""
    placed = sorted(
        ((shape.frame, at) for at, shape in enumerate(shapes) if shape.frame is not None),
        key=lambda pair: (pair[0].top, pair[0].left),
    )
    row: list[tuple[float, int]] = []
    top = 0.0
    for frame, at in placed:
        if row and frame.top - top > _ROW_SHARE:
            yield from (shapes[index] for _, index in sorted(row))
            row = []
        if not row:
            top = frame.top
        row.append((frame.left, at))
    yield from (shapes[index] for _, index in sorted(row))
    yield from (shape for shape in shapes if shape.frame is None)


def _footers(slides: Sequence[Slide]) -> set[str]:
    """Texts that stand in the margin of more than half of the slides: of the template, not the talk."""
    seen = Counter(
        words
        for slide in slides
        for words in {_words(shape) for shape in slide.shapes if _in_margin(shape)}
        if words
    )
    return {words for words, count in seen.items() if count >= _FEWEST_REPEATS and 2 * count > len(slides)}


def _in_margin(shape: Shape) -> bool:
    if shape.title or shape.placeholder:
        return False
    frame = shape.frame
    return frame is None or frame.top >= _BOTTOM_MARGIN or frame.bottom <= _TOP_MARGIN


def _words(shape: Shape) -> str:
    return "\n".join(piece.text for piece in shape.pieces if isinstance(piece, Text))
