"""Decision rights and forum facts from tables, whatever their columns are called."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.domain.document import Passage
from assistant.domain.governance import Act, DecisionRight, Facet, FacetStatement, Further, Limit, Record
from assistant.language.amounts import amounts
from ingestion.data import load
from ingestion.governance.cards import card_records, role_records
from ingestion.governance.patterns import actor, compiled, further, is_actor, is_role, limits
from ingestion.governance.table_lines import Line, cell, is_title, last_part
from ingestion.reading.reading import Reading, Row, Table

_MARKS = {
    **dict.fromkeys(("x", "b", "a", "ja", "ja.", "✓", "✔", "√", "d"), Act.DECIDES),
    **dict.fromkeys(("i", "f", "r"), Act.RECOMMENDS),
    **dict.fromkeys(("h", "k", "c", "u"), Act.IS_CONSULTED),
    **dict.fromkeys(("o",), Act.IS_INFORMED),
    **dict.fromkeys(("v", "g"), Act.CARRIES_OUT),
}
_MATTER_CHARS = 400
_ACTOR_SHARE = 0.5  # of a column's cells that name a post or body, for it to be the deciders'


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns hold what, by their places; -1 where none does."""

    matters: tuple[int, ...]
    decider: int
    limits: tuple[int, ...]
    legal_basis: int
    further: int
    conditions: tuple[int, ...]


def table_records(
    reading: Reading, passages: Sequence[Passage], currency: str, adopted_by: str
) -> Iterator[Record]:
    """The records of every table of a document, row by row."""
    rows = sorted((each for each in passages if each.unit in ("row", "slide")), key=lambda each: each.start)
    starts = [each.start for each in rows]

    def passage_of(row: Row) -> Passage | None:
        at = bisect_right(starts, row.start) - 1
        return rows[at] if at >= 0 and row.end <= rows[at].end else None

    for table in reading.tables:
        lines = tuple(
            Line(
                tuple(reading.text[start:end].strip() for start, end in row.cells),
                row.start,
                row.end,
                passage,
            )
            for row in table.rows
            if (passage := passage_of(row)) is not None
        )
        if lines:
            yield from _table(table, lines, currency, adopted_by)


def _table(table: Table, lines: Sequence[Line], currency: str, adopted_by: str) -> Iterator[Record]:
    width = max(len(line.cells) for line in lines)
    header = tuple((*table.header, *[""] * width)[:width])
    if _is_transposed(header, lines):
        yield from _transposed(header, lines, currency, adopted_by)
        return
    told = card_records(header, lines, currency) or role_records(header, lines)
    if told:
        yield from told
        return
    facets = _forum_columns(header, lines)
    if facets:
        yield from _forums(lines, facets)
        return
    matrix = [at for at, name in enumerate(header) if at and is_actor(last_part(name))]
    if len(matrix) > 1 and _is_matrix(lines, matrix):
        yield from _matrix(header, lines, matrix, currency, adopted_by)
        return
    columns = _columns(header, lines)
    if columns is not None and not compiled("pay").search(" ".join(header)):
        for line in lines:
            yield from _rights(header, line, columns, currency, adopted_by)


def _columns(header: Sequence[str], lines: Sequence[Line]) -> _Columns | None:
    kinds = [_kind(name) for name in header]
    width = len(header)

    def named(kind: str) -> list[int]:
        return [at for at in range(width) if kinds[at] == kind]

    deciders = [at for at in named("decider") if _share(lines, at) > 0] or named("decider")
    by_role = False
    if not deciders:
        deciders, by_role = named("role"), True
    if not deciders and not any(kinds):
        deciders, by_role = list(range(width)), True
    deciders = [at for at in deciders if not by_role or _share(lines, at) >= _ACTOR_SHARE]
    if not deciders:
        return None
    decider = max(deciders, key=lambda at: (_share(lines, at), -at))
    posts = [at for at in named("role") if _share(lines, at) >= _ACTOR_SHARE]
    if posts and not named("matter") and named("limit"):
        decider = posts[0]  # the amounts are theirs, whoever issues or approves the card
    legal = named("legal_basis")
    ends = named("further")
    amounts_in = named("limit") or [
        at for at in range(width) if at != decider and not kinds[at] and _money(lines, at) >= _ACTOR_SHARE
    ]
    matters = [at for at in named("matter") if at != decider]
    if not matters:
        taken = {decider, *legal, *ends, *amounts_in, *named("number"), *named("conditions")}
        left = [at for at in range(width) if at not in taken]
        if amounts_in:
            # what a list of posts and amounts is about is told by the headers of the amounts
            matters = left[:1] if 0 in left and not kinds[0] and _is_named(lines, 0) else []
        elif not by_role:
            matters = sorted(left, key=lambda at: -_letters(lines, at))[:1]
    if not matters and not amounts_in:
        return None
    return _Columns(
        tuple(matters),
        decider,
        tuple(amounts_in),
        legal[0] if legal else -1,
        ends[0] if ends else -1,
        tuple(named("conditions")),
    )


def _rights(
    header: Sequence[str], line: Line, columns: _Columns, currency: str, adopted_by: str
) -> Iterator[DecisionRight]:
    decider = cell(line, columns.decider)
    if not re.search(r"[^\W\d_]{2}", decider) or is_title(line):
        return
    allowed, to = further(cell(line, columns.further))
    conditions = tuple(filter(None, (cell(line, at) for at in columns.conditions)))
    amounts_told = tuple(filter(None, (cell(line, at) for at in columns.limits)))
    legal = cell(line, columns.legal_basis)
    # who answers for a task in the year's calendar decides nothing
    is_task = compiled("columns", "task").search(last_part(header[columns.decider]))
    act = Act.CARRIES_OUT if is_task else Act.DECIDES

    def stated(matter: str, bounds: tuple[Limit, ...], told: Sequence[str]) -> DecisionRight:
        said = "; ".join((*told, *conditions))
        return _right(line, matter, decider, bounds, said, legal, allowed, to, adopted_by, act)

    if columns.matters:
        matter = ": ".join(dict.fromkeys(filter(None, (cell(line, at) for at in columns.matters))))
        found = [limits(cell(line, at), currency, stated=True) for at in columns.limits]
        if not any(found):
            # not of "egenandel over 100 000 krever godkjenning fra kommunalsjef"
            found = [
                limits(told, currency, stated=False)
                for told in conditions
                if compiled("requires").search(told) is None
            ]
        bounds = tuple(limit for some in found for limit in some)
        if matter:
            yield stated(matter, bounds, amounts_told)
            beyond = _beyond().search("; ".join((*amounts_told, *conditions)))
            ends = [bound.up_to for bound in bounds if bound.up_to is not None]
            if beyond and (ends or not bounds):
                # "Upp till 2 000 000 kr; därutöver beslutar fullmäktige"
                over = (Limit(max(ends), None, currency),) if ends else ()
                right = stated(matter, over, amounts_told)
                yield replace(right, decider=beyond["actor"], further=Further.UNSTATED, further_to="")
        return
    # what a list of posts and amounts is of is told by the amounts' headers and by what stands above
    above = line.passage.heading_path[-1:]
    for at in columns.limits:
        told = cell(line, at)
        if last_part(header[at]) and told and compiled("further", "no").fullmatch(told) is None:
            name = ": ".join((*above, last_part(header[at])))
            yield stated(name, limits(told, currency, stated=True), (told,))


@cache
def _beyond() -> re.Pattern[str]:
    words = load("governance")
    verb = words["acts"]["decides"]["active"]
    return re.compile(
        rf"\b(?:{words['beyond']})\b.{{0,30}}?\b(?:(?:{verb})\s)?(?P<actor>{actor()})", re.IGNORECASE
    )


def _right(
    line: Line,
    matter: str,
    decider: str,
    bounds: tuple[Limit, ...],
    conditions: str,
    legal_basis: str,
    allowed: Further,
    to: str,
    adopted_by: str,
    act: Act = Act.DECIDES,
) -> DecisionRight:
    return DecisionRight(
        matter=matter[:_MATTER_CHARS],
        decider=decider,
        act=act,
        passage=line.passage.ordinal,
        start=max(line.start, line.passage.start),
        end=min(line.end, line.passage.end),
        limits=bounds,
        conditions=conditions,
        legal_basis=legal_basis,
        further=allowed,
        further_to=to,
        delegated_from="" if adopted_by.casefold() == decider.casefold() else adopted_by,
        is_row=True,
    )


def _is_matrix(lines: Sequence[Line], columns: Sequence[int]) -> bool:
    cells = [text for line in lines for at in columns if (text := cell(line, at))]
    marked = [text for text in cells if text.casefold() in _MARKS or amounts(text)]
    return bool(cells) and len(marked) >= 0.7 * len(cells)


def _matrix(
    header: Sequence[str], lines: Sequence[Line], columns: Sequence[int], currency: str, adopted_by: str
) -> Iterator[DecisionRight]:
    """A row a matter, a column an actor, and in the cell a mark or an amount."""
    for line in lines:
        others = [at for at in range(len(header)) if at not in columns and _kind(header[at]) != "number"]
        matter = max((cell(line, at) for at in others[:2]), key=len, default="")
        if not matter or is_title(line):
            continue
        for at in columns:
            mark = cell(line, at)
            act = _MARKS.get(mark.casefold())
            bounds = limits(mark, currency, stated=True)
            if act is None and not bounds:
                continue
            yield _right(line, matter, last_part(header[at]), bounds, mark if bounds else "", "",
                         Further.UNSTATED, "", adopted_by, act or Act.DECIDES)  # fmt: skip


def _is_transposed(header: Sequence[str], lines: Sequence[Line]) -> bool:
    """Whether the names of the columns stand below each other in the first column."""
    if len(lines) < 2 or len(header) < 3:
        return False
    first = {_kind(line.cells[0]) for line in lines if line.cells} - {""}
    down = [_kind(line.cells[0]) for line in lines]
    across = {_kind(name) for name in header} - {""}
    telling = first & {"decider", "limit", "further", "legal_basis", "conditions"}
    known = sum(bool(kind) for kind in down)
    return (
        len(telling) >= 2
        and known == len(down)
        and len(across & {"decider", "limit", "further", "legal_basis"}) == 0
        and not any(is_actor(line.cells[0]) for line in lines)
    )


def _transposed(
    header: Sequence[str], lines: Sequence[Line], currency: str, adopted_by: str
) -> Iterator[DecisionRight]:
    names = tuple(line.cells[0] for line in lines)
    deciding = next((line for line, name in zip(lines, names, strict=True) if _kind(name) == "decider"), None)
    if deciding is None:
        return
    for at in range(1, len(header)):
        # the matter stands in the header, or in a row of its own
        cells = tuple(cell(line, at) for line in lines)
        turned = Line((header[at], *cells), deciding.start, deciding.end, deciding.passage)
        named = (header[0] or "matter", *names)
        columns = _columns(named, (turned,))
        if columns is None or not header[at]:
            continue
        columns = _Columns((0,), columns.decider, columns.limits, columns.legal_basis, columns.further,
                           columns.conditions)  # fmt: skip
        yield from _rights(named, turned, columns, currency, adopted_by)


def _forum_columns(header: Sequence[str], lines: Sequence[Line]) -> dict[int, Facet]:
    """The facets that the columns of a table of forums tell; the first column names the forum."""
    if not header or not compiled("forum_columns", "forum").search(last_part(header[0])):
        return {}
    found: dict[int, Facet] = {}
    for at, name in enumerate(header[1:], start=1):
        for facet in load("governance")["forum_columns"]:
            if facet != "forum" and compiled("forum_columns", facet).search(last_part(name)):
                if Facet(facet) not in found.values():
                    found[at] = Facet(facet)
                break
    # a list of bodies and when they meet has one such column, however many dates
    alone = set(found.values()) <= {Facet.MEETS, Facet.MEMBERS} and _share(lines, 0) >= _ACTOR_SHARE
    return found if len(found) >= 2 or (found and alone) else {}


def _forums(lines: Sequence[Line], facets: dict[int, Facet]) -> Iterator[FacetStatement]:
    for line in lines:
        name = cell(line, 0)
        if not name or is_title(line):
            continue
        for at, facet in facets.items():
            value = cell(line, at)
            if value:
                yield FacetStatement(
                    name,
                    is_role(name),
                    facet,
                    line.passage.ordinal,
                    max(line.start, line.passage.start),
                    min(line.end, line.passage.end),
                    value,
                )


def _kind(name: str) -> str:
    """What a column of that header holds; the last line of a header of several goes before the whole."""
    for text in dict.fromkeys((last_part(name), name)):
        for kind in load("governance")["columns"]:
            if kind != "task" and compiled("columns", kind).search(text):
                return str(kind)
    return ""


def _is_named(lines: Sequence[Line], at: int) -> bool:
    """Whether a column has a name for each row."""
    names = {cell(line, at) for line in lines if not is_title(line)}
    return len(names) == len(lines) and all(re.search(r"[^\W\d_]{3}", name) for name in names)


def _letters(lines: Sequence[Line], at: int) -> int:
    return sum(len(cell(line, at)) for line in lines)


def _share(lines: Sequence[Line], at: int) -> float:
    """The part of a column's cells that name a post or body."""
    cells = [text for line in lines if (text := cell(line, at)) and not is_title(line)]
    return sum(is_actor(text) for text in cells) / len(cells) if cells else 0.0


def _money(lines: Sequence[Line], at: int) -> float:
    cells = [text for line in lines if (text := cell(line, at)) and not is_title(line)]
    return sum(bool(amounts(text)) for text in cells) / len(cells) if cells else 0.0
