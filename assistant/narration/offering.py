"""What a model is shown: the evidence the extractive answer had, under keys, and the prompt around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from assistant.answering.selecting import Selection
from assistant.answering.worded import Basis
from assistant.domain.document import Document, Passage, Status
from assistant.language.sentences import sentences
from assistant.narration.drafting import Offered, keyed, new_key
from assistant.narration.prompts import Prompt, render

PIECES = 8
PIECE_CHARS = 1_800
ALL_CHARS = 9_000
_BEFORE_CHARS = 500  # of a long passage, before what answers


def offer(basis: Basis, make_key: Callable[[], str] = new_key) -> tuple[Offered, ...]:
    """The pieces of evidence a model is shown, what the extractive answer quotes first.

    Only passages that the extractive answer had, of the organisations it cites and their country.
    """
    cited = {each.evidence.document.organisation for each in basis.chosen}
    countries = {basis.organisations[each].country for each in cited if each in basis.organisations}
    decided = any(not each.is_proposal for each in basis.chosen)
    more = () if basis.is_settled else tuple(
        each
        for each in basis.others
        if each.fits
        and each.evidence.document.organisation in cited | countries
        and not (decided and each.is_proposal)
    )  # fmt: skip
    pieces: dict[str, tuple[Selection, int, int, bool]] = {}
    size = 0
    for place, selection in enumerate((*basis.chosen, *more)):
        passage = selection.evidence.passage
        is_chosen = place < len(basis.chosen)
        start, end = _window(passage, selection)
        held = pieces.get(passage.id)
        if held is not None:
            if held[1] <= selection.start and selection.end <= held[2]:
                continue
            start, end = min(start, held[1]), max(end, held[2])
            pieces[passage.id] = (held[0], start, end, held[3])
            continue
        if not is_chosen and (len(pieces) >= PIECES or size + end - start > ALL_CHARS):
            continue
        size += end - start
        pieces[passage.id] = (selection, start, end, is_chosen)
    return keyed(
        [
            (
                selection.evidence, start, end,
                _name(selection.evidence.document, basis), selection.right, is_chosen,
            )
            for selection, start, end, is_chosen in pieces.values()
        ],
        make_key,
    )  # fmt: skip


def draft_prompt(basis: Basis, offered: tuple[Offered, ...], mark: str) -> Prompt:
    """What a model is told for one answer. `mark` fences the evidence and cannot be guessed."""
    language = basis.understanding.language
    said = _words()[language]
    names = dict.fromkeys(each.organisation for each in offered)
    return render(
        prompt_name(language),
        mark=mark,
        organisation=", ".join(names) or said["unknown"],
        as_of=basis.as_of.isoformat(),
        role=_line(basis.question.asker_role) or said["unknown"],
        question=_line(basis.understanding.text),
        count=str(len(offered)),
        evidence="\n\n".join(_piece(each, said, mark) for each in offered),
    )


def prompt_name(language: str) -> str:
    """The prompt file for answers in a language."""
    return f"narrate.{language}"


def _window(passage: Passage, selection: Selection) -> tuple[int, int]:
    """The part of a passage to show: all of it, or whole sentences around what answers."""
    if len(passage.text) <= PIECE_CHARS:
        return passage.start, passage.end
    spans = [(passage.start + left, passage.start + right) for left, right in sentences(passage.text)]
    inside = [
        (left, right)
        for left, right in spans
        if selection.start - _BEFORE_CHARS <= left and right <= selection.start - _BEFORE_CHARS + PIECE_CHARS
    ]
    if not inside:
        return selection.start, selection.end
    return min(selection.start, inside[0][0]), max(selection.end, inside[-1][1])


def _piece(offered: Offered, said: dict[str, Any], mark: str) -> str:
    passage, document = offered.evidence.passage, offered.evidence.document
    place = " · ".join(dict.fromkeys((*map(_line, passage.heading_path), _line(passage.locator))))
    lines = [
        f"{said['key']}: {offered.key}",
        f"{said['source']}: {_line(document.title)} ({_line(offered.organisation)})",
        f"{said['place']}: {place}",
        f"{said['kind']}: {said['kinds'][document.kind.value]}",
        f"{said['validity']}: {_validity(document, said)}",
    ]
    if passage.context:
        lines.append(f"{said['columns']}: {_line(passage.context)}")
    if offered.right is not None and offered.right.is_row and offered.right.conditions:
        lines.append(f"{said['row']}: {_line(offered.right.conditions)}")
    return "\n".join((*lines, f"<<<{mark}", offered.text, f"{mark}>>>"))


def _validity(document: Document, said: dict[str, Any]) -> str:
    since, until = (_day(day, said) for day in (document.valid_from, document.valid_to))
    if document.status is Status.DRAFT:
        return str(said["draft"])
    if document.status in (Status.SUPERSEDED, Status.REPEALED):
        return str(said["span"]).format(since=since, until=until)
    return str(said["from"]).format(since=since) if document.valid_from else str(said["unstated"])


def _day(day: date | None, said: dict[str, Any]) -> str:
    return day.isoformat() if day else str(said["unstated"])


def _line(text: str) -> str:
    """A text of a document or a person on one line, so that it cannot look like a line of ours."""
    return " ".join(re.sub(r"<<<|>>>", " ", text).split())


def _name(document: Document, basis: Basis) -> str:
    known = basis.organisations.get(document.organisation)
    return known.name if known else document.organisation


@cache
def _words() -> dict[str, dict[str, Any]]:
    import yaml

    words: dict[str, dict[str, Any]] = yaml.safe_load(
        resources.files("prompts").joinpath("words.yaml").read_text(encoding="utf-8")
    )
    return words
