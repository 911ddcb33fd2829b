"""Whose document it is: as given, else by the municipality its own text is about."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import yaml

from assistant.domain.document import Organisation
from assistant.errors import DamagedFile
from ingestion.data import load

# one capitalised word, or up to three ("Nore og Uvdal", "Høje- Taastrup" cut at a line's end)
_WORD = r"(?![Kk]ommun)[A-ZÆØÅÄÖ][\wæøåäöé]+"
_NAME = rf"{_WORD}(?:-\s?{_WORD})*(?:[ -](?:og |och )?{_WORD}){{0,2}}"
_MENTION = re.compile(rf"(?P<name>{_NAME})\s+(?P<word>[Kk]ommun(?:e|es|s)?|[Hh]erred)(?![\w-])")
_PLAIN: dict[int, str] = {ord("æ"): "ae", ord("ä"): "a", ord("ø"): "o", ord("ö"): "o", ord("å"): "a"}
_OWNED = 3  # "X kommunes …" tells more than "X kommune"
_IN_TITLE = 5


def slug(name: str) -> str:
    """An id from a name: "Høje-Taastrup" → "hoje-taastrup"."""
    plain = name.lower().translate(_PLAIN)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def country_of(language: str) -> str:
    """The country whose language it is; English and unknown text counts as Norwegian guidance."""
    for country, facts in load("metadata")["countries"].items():
        if language in facts["languages"]:
            return str(country)
    return "no"


def country_organisation(country: str) -> Organisation:
    """The organisation that stands for a whole country."""
    facts = load("metadata")["countries"][country]
    return Organisation(country, facts["name"], country, facts["languages"][0])


def read_organisation(path: Path) -> Organisation:
    """The organisation an `organisation.yaml` states.

    Raises:
        DamagedFile: it is no mapping with a name.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DamagedFile(f"{path.name} is not readable YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data["name"].strip():
        raise DamagedFile(f"{path.name} must be a mapping with at least `name`")
    country = data.get("country")
    # YAML reads a bare no as false: a Norwegian municipality that forgot the quotes is still Norwegian
    country = "no" if country is False else str(country or country_of(str(data.get("language", ""))))
    if country not in load("metadata")["countries"]:
        raise DamagedFile(f"{path.name}: country is {country!r}; use one of no, dk, se")
    languages = load("metadata")["countries"][country]["languages"]
    aliases = data.get("aliases") or []
    words = data.get("words") or []
    if not isinstance(words, list) or not all(isinstance(line, list) and len(line) > 1 for line in words):
        raise DamagedFile(
            f"{path.name}: words is {words!r}; give lines of words that mean the same, "
            "as [[KD, kommunedirektør]]"
        )
    return Organisation(
        str(data.get("id") or slug(_short_name(data["name"]))),
        data["name"].strip(),
        country,
        str(data.get("language") or languages[0]),
        tuple(str(alias) for alias in aliases),
        words=tuple(tuple(str(word) for word in line) for line in words),
    )


def named_organisation(name: str, known: Iterable[Organisation], language: str) -> Organisation:
    """The known organisation of that id, name or alias, else a new one of that name."""
    wanted = slug(_short_name(name))
    for organisation in known:
        names = (organisation.id, organisation.name, _short_name(organisation.name), *organisation.aliases)
        if wanted in {slug(each) for each in names}:
            return organisation
    country = country_of(language)
    return Organisation(wanted, name.strip(), country, language or "nb")


def infer_organisation(title: str, text: str, language: str) -> Organisation:
    """The municipality the text belongs to, else the country as owner of general documents.

    A municipality counts by its mentions ("Bærum kommunes …" more than a bare mention); the
    workplace after a person's title counts for nothing. One bare mention is not enough, and
    neither is being one of several named about equally often.
    """
    country = country_of(language)
    scores: Counter[str] = Counter()
    for source, base in ((title, _IN_TITLE), (text, 1)):
        for match in _MENTION.finditer(source):
            name = _clean_name(match["name"])
            if not name or _is_affiliation(source[: match.start("name")]):
                continue
            owned = match["word"].lower() in ("kommunes", "kommuns")
            scores[name] += _OWNED if owned and base == 1 else base
    if scores:
        (name, score), total = scores.most_common(1)[0], sum(scores.values())
        if score >= 2 and score >= 0.6 * total:
            full = f"{name} {_commune_word(country)}"
            return Organisation(slug(name), full, country, language or "nb", _aliases(name, full, text), True)
    return country_organisation(country)


def _clean_name(name: str) -> str:
    words = name.replace("- ", "-").split()
    while words and words[0] in load("metadata")["not_names"]:
        words = words[1:]
    return " ".join(words)


def _is_affiliation(before: str) -> bool:
    words = re.findall(r"\w+", before[-40:].lower())
    titles = set(load("metadata")["affiliations"])
    return len(words) >= 2 and words[-1] in ("i", "for", "ved") and words[-2] in titles


def _aliases(name: str, full: str, text: str) -> tuple[str, ...]:
    initials = "".join(part[0] for part in re.findall(r"\w+", full)).upper()
    used = len(initials) >= 3 and re.search(rf"\b{initials}\b", text) is not None
    return (name, initials) if used else (name,)


def _commune_word(country: str) -> str:
    return {"no": "kommune", "dk": "Kommune", "se": "kommun"}[country]


def _short_name(name: str) -> str:
    return re.sub(r"\s+(kommun(e|en|es|s)?|herred)$", "", name.strip(), flags=re.IGNORECASE)
