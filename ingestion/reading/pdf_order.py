"""From the words on a page to its lines in reading order: columns, then what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import pairwise
from statistics import median

from ingestion.reading.pdf_words import Word

_COLUMN_LINES = 5  # fewer lines side by side are a table or a letterhead, not columns
_MOST_SEGMENTS = 1_500  # more are labels of a drawing; they stay as drawn
_PROSE = 0.6  # share of the column's width that its median line fills


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline. `left` and `right` are the margins of its column, in points.

    `column` counts from 0 on the page; `table` is the number of a table that stands here (else -1).
    """

    words: tuple[Word, ...]
    page: int
    x0: float
    x1: float
    base: float
    left: float = 0.0
    right: float = 0.0
    column: int = 0
    columns: int = 1
    table: int = -1

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return "".join(
            word.text if word.glued or not number else " " + word.text
            for number, word in enumerate(self.words)
        )

    @property
    def size(self) -> float:
        """The font size most of its letters have, in points."""
        weight: dict[float, int] = {}
        for word in self.words:
            size = round(word.size * 2) / 2
            weight[size] = weight.get(size, 0) + len(word.text)
        return max(weight, key=lambda size: (weight[size], size)) if weight else 0.0

    @property
    def bold(self) -> bool:
        """Whether all its letters are bold."""
        return bool(self.words) and all(
            word.bold for word in self.words if any(c.isalnum() for c in word.text)
        )


def order_lines(
    words: Sequence[Word], page: int, tables: Sequence[tuple[float, float, float, float]] = ()
) -> list[Line]:
    """Lines in reading order; each table is one line at its place.

    `words` come in the order the file draws them, without those inside `tables`, which are
    (x0, top, x1, bottom) in points.
    """
    segments = _segments([word for word in words if not word.turned], page)
    for number, (x0, top, x1, _) in enumerate(tables):
        segments.append(Line((), page, x0, x1, top, table=number))
    ordered: list[Line] = []
    for band in _bands(segments):
        placed = _flow(band)
        left = min((line.x0 for line in placed), default=0.0)
        right = max((line.x1 for line in placed), default=0.0)
        ordered.extend(replace(line, left=left, right=right) for line in placed)
    return _with_margins(ordered)


def _segments(words: Sequence[Word], page: int) -> list[Line]:
    """Runs of words on one baseline without a wide gap."""
    runs: list[list[Word]] = []
    for word in words:
        if runs:
            last = runs[-1][-1]
            size = max(last.size, word.size)
            raised = abs(word.base - last.base)
            same = raised < 0.35 * size or (raised < 0.6 * size and abs(word.size - last.size) > 1)
            if same and -0.3 * size <= word.x0 - last.x1 < 0.9 * size:
                runs[-1].append(word)
                continue
        runs.append([replace(word, glued=False)])
    return [_line(run, page) for run in runs]


def _line(words: Sequence[Word], page: int) -> Line:
    largest = max(words, key=lambda word: (word.size, len(word.text)))
    return Line(
        tuple(words), page, min(word.x0 for word in words), max(word.x1 for word in words), largest.base
    )


def _bands(segments: list[Line]) -> list[list[Line]]:
    """The page cut into pieces to be read one after the other."""
    gutter = _gutter(segments)
    if gutter is None:
        return [segments]
    ends, begins = gutter
    across = sorted((s for s in segments if s.x0 < ends and s.x1 > begins), key=lambda s: s.base)
    left = [s for s in segments if s.x1 <= begins]
    right = [s for s in segments if s.x0 >= ends and s not in left]
    bands: list[list[Line]] = []
    edge = float("-inf")
    for stop in [*across, None]:
        until = float("inf") if stop is None else stop.base
        for number, side in enumerate((left, right)):
            part = [s for s in side if edge <= s.base < until]
            if part:
                bands += [[_in_column(s, number) for s in piece] for piece in _bands(part)]
        if stop is not None:
            if bands and bands[-1] and bands[-1][-1].columns == 1:
                bands[-1].append(stop)
            else:
                bands.append([stop])
            edge = until
    return bands


def _in_column(segment: Line, number: int) -> Line:
    return replace(segment, column=segment.column + number, columns=segment.columns + 1)


def _gutter(segments: list[Line]) -> tuple[float, float] | None:
    """(where the left column ends, where the right one begins), or None for one column."""
    best: tuple[int, float, float, float] | None = None
    starts = sorted({round(s.x0) for s in segments if s.table < 0})
    for start in starts:
        begins = start - 1.0
        right = [s for s in segments if s.x0 >= begins and s.table < 0]
        edges: dict[int, float] = {}
        for s in right:
            edges[round(s.base)] = min(s.x0, edges.get(round(s.base), s.x0))
        # A column has a straight left edge; gaps in justified text do not lie on one.
        if sum(x0 <= begins + 6 for x0 in edges.values()) < max(_COLUMN_LINES, 0.5 * len(edges)):
            continue
        left = [s for s in segments if s.x1 <= begins and s.table < 0]
        if len(left) < _COLUMN_LINES:
            continue
        across = len(segments) - len(left) - len(right)
        if across > 0.5 * len(segments):
            continue
        if not (_drawn_apart(segments, begins) or (_prose(left) and _prose(right))):
            continue
        if not _side_by_side(segments, begins):
            continue
        ends = max(s.x1 for s in left)
        if begins - ends < 0.9 * median(s.size for s in left):
            continue
        candidate = (-across, begins - ends, ends, begins)
        if best is None or candidate > best:
            best = candidate
    return None if best is None else (best[2], best[3])


def _side_by_side(segments: list[Line], begins: float) -> bool:
    """Whether enough lines stand on both sides without one across between them.

    Wide gaps in justified text lie one over the other by chance, but not for many lines.
    """
    left = right = 0
    for s in sorted(segments, key=lambda s: s.base):
        if s.x1 <= begins:
            left += 1
        elif s.x0 >= begins:
            right += 1
        else:
            left = right = 0
        if min(left, right) >= _COLUMN_LINES:
            return True
    return False


def _drawn_apart(segments: list[Line], begins: float) -> bool:
    """Whether the file draws one side to its end before the other, which settles how it is meant."""
    sides = [s.x0 >= begins for s in segments if s.table < 0 and (s.x1 <= begins or s.x0 >= begins)]
    widths = [max(s.x1 - s.x0 for s in segments if (s.x0 >= begins) is side) for side in (False, True)]
    return min(widths) >= 80 and sum(a is not b for a, b in pairwise(sides)) <= 2


def _prose(side: list[Line]) -> bool:
    """Whether lines fill their column, as running text does and the cells of a table do not."""
    width = max(s.x1 for s in side) - min(s.x0 for s in side)
    rows: dict[int, tuple[float, float]] = {}
    for segment in side:
        x0, x1 = rows.get(round(segment.base), (segment.x0, segment.x1))
        rows[round(segment.base)] = (min(x0, segment.x0), max(x1, segment.x1))
    return width >= 80 and median(x1 - x0 for x0, x1 in rows.values()) >= _PROSE * width


def _flow(segments: Sequence[Line]) -> list[Line]:
    """Lines of one column in the order they were drawn, save that none precedes what stands above it.

    So the cells of a table without rules stay whole, and a header drawn last still comes first.
    """
    placed: list[Line] = []
    for segment in _topmost_first(segments):
        last = placed[-1] if placed else None
        if last is not None and last.table < 0 and segment.table < 0:
            size = max(last.size, segment.size)
            if abs(segment.base - last.base) < 0.35 * size and segment.x0 >= last.x1 - 0.3 * size:
                joined = _line((*last.words, *segment.words), last.page)
                placed[-1] = replace(joined, column=last.column, columns=last.columns)
                continue
        placed.append(segment)
    return placed


def _topmost_first(segments: Sequence[Line]) -> list[Line]:
    """Topological order by "stands above, and overlaps across"; ties as drawn."""
    if len(segments) > _MOST_SEGMENTS:
        return list(segments)
    above: list[set[int]] = [
        {
            number
            for number, other in enumerate(segments)
            if other.base < segment.base - 1 and other.x0 < segment.x1 and other.x1 > segment.x0
        }
        for segment in segments
    ]
    below: dict[int, list[int]] = {}
    for number, others in enumerate(above):
        for other in others:
            below.setdefault(other, []).append(number)
    free = [number for number, others in enumerate(above) if not others]
    heapify(free)
    ordered: list[Line] = []
    while free:
        number = heappop(free)
        ordered.append(segments[number])
        for waiting in below.get(number, ()):
            above[waiting].discard(number)
            if not above[waiting]:
                heappush(free, waiting)
    return ordered


def _with_margins(lines: list[Line]) -> list[Line]:
    """Every line of a column gets the same margins, those of the widest piece of it."""
    margins: dict[tuple[int, int], tuple[float, float]] = {}
    for line in lines:
        key = (line.columns, line.column)
        left, right = margins.get(key, (line.left, line.right))
        margins[key] = (min(left, line.left), max(right, line.right))
    return [
        replace(line, left=margins[line.columns, line.column][0], right=margins[line.columns, line.column][1])
        for line in lines
    ]
