"""Which part of a web page is the document, and which is the page around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingestion.reading.html_nesting import names

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# Never text of the document, wherever they stand.
_MACHINERY = names(
    "script style noscript template svg math canvas video audio iframe object embed map select textarea "
    "datalist input progress meter dialog head frame frameset"
)
_LANDMARKS = names("nav menu header footer aside form search")
_LANDMARK_ROLES = names(
    "navigation banner contentinfo search complementary menu menubar toolbar dialog alertdialog"
)
# Words of a class or id that name page furniture; the whole word must match ("shareholders" does not).
_FURNITURE_WORDS = names(
    "cookie cookies cookiebanner cookieconsent cookiebot consent gdpr breadcrumb breadcrumbs brodsmuler "
    "brodsmulesti brødsmuler skiplink skiplinks skipnav share sharing sharebar addthis sharethis "
    "printfriendly socialshare"
)
_WORDS = re.compile(r"[A-ZÆØÅ]?[a-zæøåäö]+|[A-ZÆØÅ]+(?![a-zæøå])")
_SKIP_TEXT = re.compile(
    r"(?:hopp|gå|spring|hoppa|skip|jump)\b.{0,20}\b(?:til|till|to)\b.{0,20}"
    r"(?:innhold|innhald|indhold|innehåll|innehållet|hovedinnhold|content)\w*",
    re.IGNORECASE,
)
_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CONTENT = "main, article, h1, [role=main]"


def document_root(body: LexborNode) -> LexborNode:
    """The element that holds the document: the first main with text, else a lone article, else the body."""
    for selector in ("main", "[role=main]", "article"):
        found = [node for node in body.css(selector) if not _is_hidden(node) and has_text(node)]
        if selector != "article" and found:
            return found[0]
        # A page of many articles is a list of news: all of it is wanted then.
        outermost = [node for node in found if not _inside(node, "article")]
        if len(outermost) == 1:
            return outermost[0]
    return body


def is_machinery(node: LexborNode) -> bool:
    """Whether it is part of the page's works, hidden, or a link past the navigation: never shown."""
    tag = node.tag
    if tag in _MACHINERY or _is_hidden(node):
        return True
    if tag == "button":
        return not (_inside(node, "h1", "h2", "h3", "h4", "h5", "h6", "summary"))
    return tag == "a" and _is_skip_link(node)


def is_landmark(node: LexborNode) -> bool:
    """Whether it is furniture by its element, role or class, and no document is inside it.

    A page built as one big form, or a class like "cookies-accepted" on the body, is no furniture.
    """
    attributes = node.attributes
    role = (attributes.get("role") or "").strip().lower()
    furniture = role in _LANDMARK_ROLES or (node.tag in _LANDMARKS and role not in {"main", "presentation"})
    if not furniture:
        called = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        words = {word.lower() for word in _WORDS.findall(called)} if called.strip() else set()
        furniture = bool(words & _FURNITURE_WORDS)
    return furniture and not _holds_document(node)


def has_text(node: LexborNode) -> bool:
    """Whether there is a letter or digit in it."""
    return any(char.isalnum() for char in node.text(deep=True))


def _holds_document(node: LexborNode) -> bool:
    if node.tag == "header" and node.attributes.get("role") is None:
        return node.css_first(_CONTENT) is not None  # a heading of its own makes it the document's header
    if node.tag in {"form", "body", "div", "section"}:
        return node.css_first(_CONTENT) is not None or (node.tag == "form" and len(node.css("p")) > 2)
    return node.css_first("main, article, [role=main]") is not None


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
        return True
    if (attributes.get("aria-hidden") or "").strip().lower() == "true":
        return True
    style = attributes.get("style") or ""
    return bool(style) and _HIDDEN_STYLE.search(style) is not None


def _is_skip_link(node: LexborNode) -> bool:
    href = node.attributes.get("href") or ""
    return href.startswith("#") and _SKIP_TEXT.fullmatch(" ".join(node.text(deep=True).split())) is not None


def _inside(node: LexborNode, *tags: str) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in tags:
            return True
        parent = parent.parent
    return False
