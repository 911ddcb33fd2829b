"""What a follow-up means: subject, organisation and asker's role carried from the conversation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from assistant.answering.data import load
from assistant.answering.wanted import wanted
from assistant.domain.document import Organisation
from assistant.domain.governance import Facet
from assistant.domain.question import Question
from assistant.language.amounts import amounts
from assistant.language.tokens import fold, stems, words
from assistant.retrieval.scoping import named_in, names_of

_NEW_WORDS = 3  # content words of a follow-up that names its own matter: "Hva med barnehager?"
_FEW_WORDS = 2  # content words of a question that say whom it is about
_REMEMBERED = 6  # questions back

SubjectOf = Callable[[str], str]
"""The body or role that a question names, "" when none is known."""


def resolve(question: Question, organisations: Sequence[Organisation], subject_of: SubjectOf) -> Question:
    """The question with what it leaves to the conversation put in words; as it is when it leaves nothing.

    Asked of the municipality that the conversation is about, unless it names one or is given one.
    `asker_role` is what was given, or said of oneself in the conversation.
    """
    role = question.asker_role
    before = ""
    for text in question.earlier[-_REMEMBERED:]:
        role = role or role_said(text)
        full = completed(" ".join(text.split()), before, organisations, subject_of)
        before = _placed(full, before, organisations)
    text = " ".join(question.text.split())
    role = role or role_said(text)
    organisation = question.organisation
    if before:
        text = completed(text, before, organisations, subject_of)
        here = named_in(before, organisations)
        if not organisation and not named_in(text, organisations):
            if len(here) == 1:
                # not in words: "Hva er HR-forum til for i Granvik?" asks what it is for there
                organisation = here[0].id
            else:
                text = _placed(text, before, organisations)
    if role:
        text = _as_role(text, role)
    return replace(question, text=text, organisation=organisation, asker_role=role)


def role_said(text: str) -> str:
    """The role somebody says to have ("I am a service manager"), "" when none."""
    match = _cue("role_said").search(text)
    return match["role"] if match else ""


def _as_role(text: str, role: str) -> str:
    """The question with "I" and "my manager" said of the role."""
    if _cue("role_said").search(text):
        return text
    if _cue("my_manager").search(text):
        return f"{text.rstrip('?. ')} ({role})?"
    return _cue("myself").sub(lambda _: role, text, count=1)


def stands(text: str, before: str, organisations: Sequence[Organisation], subject_of: SubjectOf) -> bool:
    """Whether `completed` has words for all that a question leaves to the one before it.

    It has none for what was said of a matter: "hvem avgjør saken da?", "hvem skal godkjenne valget?".
    """
    opener = _cue("opener").match(text)
    rest = text[opener.end() :].strip() if opener else text
    if _cue("leans").search(rest):
        return False
    subject = subject_of(before)
    content = content_of(rest, organisations)
    if _cue("they").search(rest) and _cue("several").search(before):
        return False
    if _cue("pronoun").search(rest) or _cue("possessive").search(rest):
        if not subject:
            return len(content_of(before, organisations)) <= _FEW_WORDS
        is_person = _cue("person").search(subject) is not None
        other = _cue("it" if is_person else "he_or_she")
        return other.search(rest) is None
    if _cue("it").search(rest):
        return bool(subject_of(rest))
    if _leaves_out(rest, content, opener is not None):
        facet = wanted(rest).facet
        if facet is Facet.PURPOSE:  # "hva er formålet?", not "hva er telefonnummeret?"
            facet = wanted(" ".join(content)).facet
        return bool(subject) and facet is not None
    matter = [word for word in content if fold(word) not in load("governance")["deciding"]]
    if subject_of(rest) or wanted(rest).facet not in (None, Facet.PURPOSE):
        return True  # of a body or role, and it names one: known, or "ledergruppen" that no record is of
    return bool(matter) and (len(matter) > _FEW_WORDS or not _cue("spoken_of").search(rest))


def completed(text: str, before: str, organisations: Sequence[Organisation], subject_of: SubjectOf) -> str:
    """A question with what it leaves to the one before it put in words."""
    opener = _cue("opener").match(text)
    rest = text[opener.end() :].strip() if opener else text
    content = content_of(rest, organisations)
    if opener and not content:
        full = _moved(before, rest, organisations)
    elif opener and amounts(rest) and amounts(before) and not _cue("asks").search(rest):
        full = _with_amount(before, rest)
    elif _cue("possessive").search(rest) and (subject := subject_of(before)):
        full = _cue("possessive").sub(lambda _: f"{subject}s", rest, count=1)
    elif _cue("pronoun").search(rest):
        subject = subject_of(before) or " ".join(content_of(before, organisations))
        full = _cue("pronoun").sub(lambda _: subject, rest, count=1)
    elif opener and len(content) <= _NEW_WORDS and not _cue("asks").search(rest):
        full = f"{_frame(before)} {rest}"
    elif _cue("asks").search(rest) and _leaves_out(rest, content, opener is not None):
        # "og hvem er formand?" says one thing and leaves of what to the conversation
        full = f"{rest.rstrip('?. ')} {subject_of(before)}?"
    else:
        full = rest if opener else text
    return full


def _leaves_out(text: str, content: Sequence[str], continues: bool) -> bool:
    """Whether a question does not say of whom it asks: "og hvem er formand?"."""
    if _cue("myself").search(text) or _cue("my_manager").search(text):
        return False
    return len(content) <= 1 and (continues or not content or wanted(text).facet is not None)


def _moved(before: str, rest: str, organisations: Sequence[Organisation]) -> str:
    """The earlier question asked of another municipality: "og i Ringsted?"."""
    here, there = named_in(before, organisations), named_in(rest, organisations)
    if not here or not there:
        return f"{before.rstrip('?. ')} {rest}"
    for name in sorted((name for each in here for name in names_of(each)), key=len, reverse=True):
        moved, times = re.subn(rf"\b{re.escape(name)}s?\b", there[0].name, before, flags=re.IGNORECASE)
        if times:
            return moved
    return f"{before.rstrip('?. ')} {rest}"


def _with_amount(before: str, rest: str) -> str:
    old, new = amounts(before)[0], amounts(rest)[0]
    return f"{before[: old.start]}{rest[new.start : new.end]}{before[old.end :]}"


def _frame(before: str) -> str:
    """The question word and verb of a question: "Hvem bestemmer", "Hvem kan godkjenne"."""
    first = before.split()
    return " ".join(first[:3] if len(first) > 2 and _cue("modal").fullmatch(first[1]) else first[:2])


def _placed(text: str, before: str, organisations: Sequence[Organisation]) -> str:
    """The question with the municipality of the earlier one, where it names none itself."""
    here = named_in(before, organisations)
    if not here or named_in(text, organisations):
        return text
    preposition = (
        "in" if re.match(r"(?:and|what|who|how|when|may|can|where|which|is|does)\b", text, re.I) else "i"
    )
    return f"{text.rstrip('?. ')} {preposition} {' og '.join(each.name for each in here)}?"


def content_of(text: str, organisations: Sequence[Organisation]) -> list[str]:
    """The words that are about something, without the names of municipalities."""
    names = {fold(word) for each in named_in(text, organisations) for name in names_of(each)
             for word in words(name)}  # fmt: skip
    names |= {f"{name}s" for name in names}
    skipped = set(load("conversation")["empty"])
    telling = set(stems(text))
    return [
        word
        for word in words(text)
        if fold(word) not in names and word not in skipped and telling & set(stems(word)[-1:])
    ]


@cache
def _cue(name: str) -> re.Pattern[str]:
    return re.compile(load("conversation")[name], re.IGNORECASE)
