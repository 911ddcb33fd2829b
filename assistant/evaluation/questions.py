"""Question sets: JSONL files of questions with the evidence and the answer a right reply has."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.domain.question import Question
from assistant.domain.reply import Outcome
from assistant.errors import QuestionSetError

ANSWERS = frozenset({Outcome.ANSWERED, Outcome.CONFLICTING})


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a set and what a right reply to it has.

    `evidence` is verbatim spans, any of which supports the answer; `answer_contains` groups of
    alternatives, one of each group being in a right answer, or in what an abstention says. `never`
    are texts that no answer may show: what is outdated, only proposed, or somebody else's. `expect`
    is the outcome the set demands, None when it only follows from the evidence: some → an answer,
    none → an abstention.
    """

    id: str
    language: str
    kind: str
    question: Question
    evidence: tuple[str, ...] = ()
    answer_contains: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    expect: Outcome | None = None

    @property
    def answerable(self) -> bool:
        """Whether the right reply is an answer."""
        return bool(self.evidence) if self.expect is None else self.expect in ANSWERS


def read_cases(paths: Iterable[Path]) -> tuple[Case, ...]:
    """The cases of all files in order. Keys we do not know are passed over.

    The question's language is left for the assistant to identify, as it is for a person's.

    Raises:
        QuestionSetError: a file cannot be read, or a line is not of the documented form.
    """
    return tuple(case for path in paths for case in _read_file(path))


def _read_file(path: Path) -> Iterator[Case]:
    try:
        content = path.read_bytes()
        lines = (
            (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig").split("\n")
        )
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{path}: cannot be read ({error}); give a JSONL file in UTF-8") from error
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise QuestionSetError(f"{place}: not JSON ({error.msg}); give one JSON object a line") from error
        if not isinstance(entry, dict):
            raise QuestionSetError(f"{place}: got {type(entry).__name__}; give one JSON object a line")
        case = _case(entry, place, default_id=f"{path.name}:{number}")
        if case.id in seen:
            raise QuestionSetError(f"{place}: id {case.id!r} was given before in this file; ids must differ")
        seen.add(case.id)
        yield case


def _case(entry: Mapping[str, object], place: str, default_id: str) -> Case:
    text = _text(entry, "question", place)
    if not text.strip():
        raise QuestionSetError(f"{place}: no `question`; every line needs one")
    return Case(
        id=_text(entry, "id", place) or default_id,
        language=_text(entry, "lang", place),
        kind=_text(entry, "kind", place),
        question=Question(
            text=text,
            organisation=_text(entry, "organisation", place),
            as_of=_date(entry, place),
            groups=frozenset(_texts(entry.get("groups"), "groups", place)),
            asker_role=_text(entry, "asker_role", place),
            earlier=_texts(entry.get("before"), "before", place),
        ),
        evidence=_texts(entry.get("evidence"), "evidence", place),
        answer_contains=_groups(entry.get("answer_contains"), place),
        never=_texts(entry.get("never"), "never", place),
        expect=_outcome(entry, place),
    )


def _text(entry: Mapping[str, object], key: str, place: str) -> str:
    value = entry.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise QuestionSetError(f"{place}: `{key}` is {value!r}; give a text")
    return value


def _texts(value: object, key: str, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise QuestionSetError(f"{place}: `{key}` has {value!r}; give a list of texts, none empty")
    return tuple(value)


def _groups(value: object, place: str) -> tuple[tuple[str, ...], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(value):
        raise QuestionSetError(
            f"{place}: `answer_contains` is {value!r}; give a list of lists of alternatives"
        )
    return tuple(_texts(group, "answer_contains", place) for group in value)


def _date(entry: Mapping[str, object], place: str) -> date | None:
    given = _text(entry, "as_of", place)
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise QuestionSetError(f"{place}: `as_of` is {given!r}; give a date as 2026-11-21") from error


def _outcome(entry: Mapping[str, object], place: str) -> Outcome | None:
    given = _text(entry, "expect", place)
    if not given:
        return None
    try:
        return Outcome(given)
    except ValueError as error:
        known = ", ".join(outcome.value for outcome in Outcome)
        raise QuestionSetError(f"{place}: `expect` is {given!r}; give one of {known}") from error
