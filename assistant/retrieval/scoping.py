"""Whose documents a question is about, decided before anything is ranked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistant.domain.document import Organisation
from assistant.domain.question import Question
from assistant.domain.scope import Scope
from assistant.errors import OrganisationNotFound
from assistant.language.tokens import fold, stop_words
from assistant.language.wordlists import read_yaml

# what may begin a sentence before "kommune" and is no name
_NO_NAMES = frozenset(fold(word) for word in read_yaml("assistant.retrieval", "data")["no_names"])


@dataclass(frozen=True, slots=True)
class Subject:
    """The scope to search, the municipalities named (empty: none) and the words that named them."""

    scope: Scope
    named: tuple[Organisation, ...]
    name_words: frozenset[str]


def find_scope(
    question: Question, organisations: Iterable[Organisation], default: str, today: date
) -> Subject:
    """The scope of a question: named in it, else given with it, else the default, else everyone's.

    The organisation given by the caller is a limit: naming another one in the question does not
    widen it.

    Raises:
        OrganisationNotFound: the caller gave a name the library does not know.
    """
    everyone = tuple(organisations)
    as_of = question.as_of or today
    given = question.organisation.strip()
    if given:
        organisation = match_organisation(given, everyone)
        words = _name_words((organisation,))
        return Subject(_scope((organisation,), as_of, question.groups), (organisation,), words)
    mentioned = named_in(question.text, everyone)
    if not mentioned and default:
        mentioned = (match_organisation(default, everyone),)
    if mentioned:
        return Subject(_scope(mentioned, as_of, question.groups), mentioned, _name_words(mentioned))
    countries = _countries_in(question.text)
    if countries:
        inside = frozenset(each.id for each in everyone if each.country in countries)
        words = frozenset(fold(word) for country in countries for word in _country_words()[country])
        return Subject(Scope(inside, as_of, question.groups), (), words)
    return Subject(Scope(None, as_of, question.groups), (), frozenset())


def match_organisation(name: str, organisations: Iterable[Organisation]) -> Organisation:
    """The organisation of that id, name or alias.

    Raises:
        OrganisationNotFound: none is called that; the message names those there are.
    """
    known = tuple(organisations)
    wanted = _plain(name)
    for organisation in known:
        if wanted in {_plain(each) for each in names_of(organisation)}:
            return organisation
    names = ", ".join(each.name for each in known if not each.is_country) or "none yet"
    raise OrganisationNotFound(f"No organisation is called {name!r}; the library has: {names}")


def the_organisation(name: str, organisations: Iterable[Organisation]) -> Organisation:
    """The organisation of that name, or the library's one municipality when no name is given.

    Raises:
        OrganisationNotFound: none is called that, or none was named and there is not just one.
    """
    known = tuple(organisations)
    if name:
        return match_organisation(name, known)
    municipalities = [each for each in known if not each.is_country]
    if len(municipalities) != 1:
        names = ", ".join(each.name for each in municipalities) or "none yet"
        raise OrganisationNotFound(f"Name one organisation; the library has: {names}")
    return municipalities[0]


def named_in(text: str, organisations: Iterable[Organisation]) -> tuple[Organisation, ...]:
    """The municipalities whose name or alias stands in the text, genitives included."""
    folded = f" {_plain(text)} "
    found: list[Organisation] = []
    for organisation in organisations:
        if organisation.is_country:
            continue
        for name in names_of(organisation):
            plain = _plain(name)
            if len(plain) >= 3 and re.search(rf"\s{re.escape(plain)}s?\s", folded):
                found.append(organisation)
                break
    return tuple(found)


def stranger_in(text: str, organisations: Iterable[Organisation]) -> str:
    """The municipality a text names that is none of these: "Sandhamra kommun"; "" when it names none."""
    matches = list(_NAMED.finditer(text))
    known = {_plain(name) for each in organisations for name in names_of(each)} if matches else set()
    for match in matches:
        name = match["before"] or match["after"]
        plain = _plain(name)
        is_word = plain.split()[0] in stop_words() or plain in _NO_NAMES
        if not is_word and plain not in known and plain.removesuffix("s") not in known:
            return match[0]
    return ""


_NAMED = re.compile(
    r"\b(?P<before>[A-ZÆØÅÄÖ][\w-]+(?: [A-ZÆØÅÄÖ][\w-]+)?) (?:kommune|kommun|municipality)\b"
    r"|\b[Mm]unicipality of (?P<after>[A-ZÆØÅÄÖ][\w-]+)"
)


def _scope(organisations: tuple[Organisation, ...], as_of: date, groups: frozenset[str]) -> Scope:
    ids = {organisation.id for organisation in organisations}
    countries = {organisation.country for organisation in organisations}
    return Scope(frozenset(ids | countries), as_of, groups)


def names_of(organisation: Organisation) -> tuple[str, ...]:
    """What an organisation is called: id, name, short name and aliases."""
    short = re.sub(r"\s+(kommun(e|en)?|herred)$", "", organisation.name, flags=re.IGNORECASE)
    return (organisation.id, organisation.name, short, *organisation.aliases)


def _name_words(organisations: tuple[Organisation, ...]) -> frozenset[str]:
    return frozenset(
        variant
        for organisation in organisations
        for name in names_of(organisation)
        for word in _plain(name).split()
        for variant in (word, f"{word}s")
        if not word.startswith("kommun")
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _countries_in(text: str) -> frozenset[str]:
    words = set(_plain(text).split())
    return frozenset(
        country for country, names in _country_words().items() if words & {fold(name) for name in names}
    )


def _country_words() -> dict[str, list[str]]:
    return dict(read_yaml("assistant.retrieval", "data")["countries"])
