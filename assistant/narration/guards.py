"""The checks that a model's statement has to pass before anybody sees it.

They are strict in one direction: what cannot be checked is dropped, and the extractive answer, which is
the documents' own words, stands in its place. Each check has a name, which is counted. Here: the form, the
language, and whether every word that tells something is met by the evidence or its heading. Numbers, dates,
sections and how often: `claims`; what is denied: `denials`; may, must and what is done: `doings`; who does
it: `actors`. The words they go by are data (`data/guards.yaml`, `data/claims.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.domain.document import Document
from assistant.language.identify import LANGUAGES, bokmaal_lead, identify, lead_over
from assistant.language.tokens import fold, stems, words
from assistant.narration.actors import MET, SEVERAL, acts_alike, how_far_met, pairs_alike, stems_of
from assistant.narration.claims import claims, unsupported_claim
from assistant.narration.clauses import acts_in, heading_over, is_content
from assistant.narration.cues import (
    endings,
    free_words,
    instruction_words,
    is_actor,
    listed_same,
    other_small_words,
    relation_words,
)
from assistant.narration.denials import wrong_polarity
from assistant.narration.doings import acts_of_evidence, does_it_to_the_same, drops_condition, wrong_modality
from assistant.narration.locating import Located
from assistant.retrieval.evidence import Term
from assistant.retrieval.glossary import Glossary

_MARKUP = re.compile(
    r"[<>\[\]{}|`*#\\^~\x00-\x08\x0b-\x1f\ufffd]|__|https?:|www\.|\S@\S|\w\.(?:no|dk|se|com|org|net)\b"
)
_ACTOR_MET = 0.85  # of a post or body in the same language: spelled alike is not enough
_NAME = re.compile(r"(?<=[\w,;:)] )[A-ZÆØÅÄÖ][\w-]+|\b[A-ZÆØÅÄÖ]{2,}[\w-]*")
_FORM_CHARS = 4  # letters that forms of one word begin with alike
_SAME_CHARS = 4  # letters of a synonym
_LANGUAGE_LEAD = 60  # on the scale of identify's weights: three nats for another language
_NEIGHBOURS = ({"nb", "nn"}, {"nb", "da"})


@dataclass(frozen=True, slots=True)
class Checking:
    """What statements are checked against, beside their evidence: the reply's language and its words.

    `secrets` are what must never be shown: the keys. `names` are those of the organisations.
    """

    language: str
    glossary: Glossary
    secrets: frozenset[str] = frozenset()
    names: str = ""


def unsupported(statement: str, grounds: Sequence[Located], checking: Checking) -> str:
    """The name of the first check that a statement fails on the words it rests on; "" when it passes all."""
    evidence = "\n".join(dict.fromkeys(each.text for each in grounds))
    around = "\n".join(dict.fromkeys(line for each in grounds for line in _around(each)))
    is_row = any(each.offered.evidence.passage.unit == "row" for each in grounds)
    documents = [each.offered.evidence.document for each in grounds]
    if malformed := _form(statement, checking):
        return malformed
    if any(instruction_words().search(each.offered.text) for each in grounds):
        return "instruction"
    if not speaks(statement, checking.language, documents) or _foreign(
        statement, evidence, checking.language
    ):
        return "language"
    language = checking.language
    claim = unsupported_claim(statement, evidence, around, language=language, in_column=is_row)
    if claim:
        return claim
    if any(not _in_its_column(statement, each) for each in grounds):
        return "column"
    if failed := wrong_polarity(statement, grounds, language):
        return failed
    headings = "\n".join(heading_over(each) for each in grounds)
    if failed := wrong_modality(statement, f"{evidence}\n{headings}", documents, language, is_row):
        return failed
    if any(p.search(statement) and not p.search(f"{evidence}\n{around}") for p in relation_words()):
        return "relation"
    if drops_condition(statement, grounds, language):
        return "condition"
    if not acts_in(statement) <= acts_of_evidence(f"{evidence}\n{around}", evidence, is_row):
        return "act"
    if any(not does_it_to_the_same(statement, each) for each in grounds):
        return "act"
    return _words_met(statement, grounds, f"{evidence}\n{around}", checking)


def _around(located: Located) -> Iterable[str]:
    evidence = located.offered.evidence
    passage = evidence.passage
    right = located.offered.right
    # of a row with several amounts, only the column that its record is of
    columns = f"{right.matter} {right.conditions}" if right and _amounts_in(located) else passage.context
    # the chapters above say too little of a sentence to support it
    yield from (*passage.heading_path[-1:], columns, located.label, passage.locator)
    yield evidence.document.title
    yield located.offered.organisation


def _amounts_in(located: Located) -> set[float]:
    """The amounts of a row that has several; none of other evidence."""
    if located.offered.evidence.passage.unit != "row":
        return set()
    found = {number.value for number in claims(located.text).numbers if number.is_money}
    return found if len(found) >= SEVERAL else set()


def _form(statement: str, checking: Checking) -> str:
    if _MARKUP.search(statement):
        return "markup"
    folded = statement.casefold()
    if any(secret.casefold() in folded for secret in checking.secrets):
        return "key"
    return ""


def speaks(statement: str, language: str, documents: Sequence[Document] = ()) -> bool:
    """Whether a statement is in a language; short ones that may be in two are in both.

    The names in it are the documents', so words with a capital are left out.
    """
    if documents and all(document.language != language for document in documents):
        statement = re.sub(r"(?<=\s)[A-ZÆØÅÄÖ][\w-]+", "", statement)
    guess = identify(statement, LANGUAGES)
    if guess in ("", language):
        return True
    if {guess, language} == {"nb", "da"} and bokmaal_lead(statement) == 0:
        return True
    near = {guess, language} in _NEIGHBOURS
    return lead_over(statement, guess, language) <= (_LANGUAGE_LEAD if near else _LANGUAGE_LEAD // 3)


def _foreign(statement: str, evidence: str, language: str) -> bool:
    """Whether a statement has a small word that only other languages have, and its evidence has not."""
    theirs = {word.casefold() for word in words(statement)} & other_small_words(language)
    return not theirs <= {word.casefold() for word in words(evidence)}


def _in_its_column(statement: str, located: Located) -> bool:
    """Whether the amounts a statement takes from a row with several stand in the column it speaks of.

    A row's cells do not say what they are: the record that ingestion made of it does.
    """
    if located.offered.evidence.passage.unit != "row":
        return True
    said = {number.value for number in claims(statement).numbers} & _amounts_in(located)
    if not said:
        return True
    right = located.offered.right
    return right is not None and said <= {number.value for number in claims(right.conditions).numbers}


def _words_met(statement: str, grounds: Sequence[Located], there: str, checking: Checking) -> str:
    """ "actor", "name", "word", "order" or "pairing": what the evidence and its headings do not have."""
    language = checking.language
    abroad = any(each.offered.evidence.document.language != language for each in grounds)
    capitals = {fold(word) for name in _NAME.findall(statement) for word in words(name)}
    places = {fold(word) for word in words(checking.names)}
    pairs = [(word, stem) for word in words(statement) if is_content(word) for stem in stems(word)[-1:]]
    actors: dict[str, Term] = {}
    at = 0
    while at < len(pairs):
        length, meaning = checking.glossary.phrase_at([stem for _, stem in pairs], at)
        if length and how_far_met(Term("\n", 1.0, meaning), there) >= MET:
            actors |= {
                word: Term("\n", 1.0, meaning) for word, _ in pairs[at : at + length] if is_actor(word)
            }
            at += length
            continue
        word, stem = pairs[at]
        at += 1
        if fold(word) in places or fold(word) in free_words(language):
            continue
        same = _same(word, stem, checking)
        term = Term(stem, 1.0, frozenset(each for each in same if len(each) >= _SAME_CHARS))
        is_there = _is_form_in(word, there) or not same.isdisjoint(stems_of(there))
        met = 1.0 if is_there else how_far_met(term, there)
        if is_actor(word):
            actors[word] = term
        if is_actor(word) or fold(word) in capitals:
            if met < (MET if abroad else _ACTOR_MET):
                return "actor" if is_actor(word) else "name"
        elif met < MET:
            return "word"
    if actors and any(not acts_alike(statement, actors, each) for each in grounds):
        return "order"
    if actors and any(not pairs_alike(statement, actors, each, language) for each in grounds):
        return "pairing"
    return ""


def _is_form_in(word: str, text: str) -> bool:
    """Whether another form of the word stands in a text: the stems of some differ ("utser", "utses")."""
    word = fold(word)
    for other in _folded_words(text):
        shared = 0
        for one, two in zip(word, other, strict=False):
            if one != two:
                break
            shared += 1
        if shared >= _FORM_CHARS and {word[shared:], other[shared:]} <= endings():
            return True
    return False


@lru_cache(maxsize=1 << 10)
def _folded_words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words(text))


def _same(word: str, stem: str, checking: Checking) -> frozenset[str]:
    """The stems that say the same as a word; short ones are also parts of others, and count only alone."""
    same = checking.glossary.same_as(word, checking.language) | listed_same().get(stem, frozenset())
    return same - {stem}
