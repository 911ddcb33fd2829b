"""The texts of a diagram (SmartArt) in its hierarchy: organisation charts are often drawn so."""

from __future__ import annotations

from lxml import etree

_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MAX_LEVEL = 8


def diagram_texts(root: etree._Element) -> list[tuple[int, str]]:
    """(level from 0, text) of each node of a diagram's data part, parents before their children."""
    points: dict[str, etree._Element] = {}
    top: list[str] = []
    for point in root.findall(f"{_DIAGRAM}ptLst/{_DIAGRAM}pt"):
        kind = point.get("type", "node")
        if kind in ("node", "asst", "doc"):
            points[point.get("modelId", "")] = point
            if kind == "doc":
                top.append(point.get("modelId", ""))
    children: dict[str, list[tuple[int, str]]] = {}
    for link in root.findall(f"{_DIAGRAM}cxnLst/{_DIAGRAM}cxn"):
        if link.get("type", "parOf") == "parOf":
            order = link.get("srcOrd", "0")
            children.setdefault(link.get("srcId", ""), []).append(
                (int(order) if order.isdecimal() else 0, link.get("destId", ""))
            )
    texts: list[tuple[int, str]] = []
    seen: set[str] = set()
    # Points no link reaches come last, in file order, so that nothing is lost.
    waiting = [(name, 0) for name in reversed([*top, *points])]
    while waiting:
        name, level = waiting.pop()
        if name in seen or name not in points:
            continue
        seen.add(name)
        text = _text(points[name])
        if text:
            texts.append((level, text))
        below = level if points[name].get("type") == "doc" else min(level + 1, _MAX_LEVEL)
        waiting.extend((child, below) for _, child in sorted(children.get(name, ()), reverse=True))
    return texts


def _text(point: etree._Element) -> str:
    words = (
        "".join(part.text or "" for part in line.iter(f"{_DRAWING}t")) for line in point.iter(f"{_DRAWING}p")
    )
    return " ".join(" ".join(words).split())
