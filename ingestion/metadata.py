"""A document's metadata: what the sidecar or front matter gives, else what the text lets us infer."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import dropwhile
from pathlib import PurePosixPath
from typing import Any

import yaml

from assistant.domain.document import Document, Kind, Organisation, Status
from assistant.errors import DamagedFile
from assistant.language.identify import identify
from ingestion.data import load
from ingestion.dates import date_after, find_dates, latest_after, parse_date
from ingestion.organisations import slug
from ingestion.reading.reading import Block, BlockKind, Reading

_TITLE_CHARS = 140
_LINE_CHARS = 100
_SITE_NAME = re.compile(r"\s+[|–-]\s+[^|]{0,40}kommun\w*$", re.IGNORECASE)
_LETTERHEAD = re.compile(  # "Almvik kommun", but not "Rollbeskrivningar i Almvik kommun"
    r"(?!.*\s(av|af|for|för|hos|i|til|till|ved|vid)\s)(\S+\s){1,3}kommun(e|es|s)?", re.IGNORECASE
)
_OPENING_CHARS = 2500
_CLOSING_CHARS = 1200
_SAMPLE_CHARS = 6000
_FIELDS = (
    "title",
    "kind",
    "language",
    "version",
    "valid_from",
    "valid_to",
    "status",
    "audience",
    "owner",
    "work",
)


@dataclass(frozen=True, slots=True)
class Given:
    """What was stated about a document: lower-case field names of the sidecar, values as text or list."""

    fields: dict[str, Any]
    audience: frozenset[str] = frozenset()


def read_sidecar(data: bytes, name: str) -> dict[str, Any]:
    """The fields of a sidecar file.

    Raises:
        DamagedFile: it is no YAML mapping, or names a field we do not know.
    """
    try:
        fields = yaml.safe_load(data)
    except yaml.YAMLError as error:
        raise DamagedFile(f"{name} is not readable YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(fields, dict):
        raise DamagedFile(f"{name} must be a mapping of fields such as title, kind and valid_from")
    unknown = sorted(set(map(str, fields)) - {*_FIELDS, "organisation"})
    if unknown:
        raise DamagedFile(f"{name}: unknown field {unknown[0]!r}; use {', '.join(_FIELDS)}")
    return {str(key): value for key, value in fields.items()}


def detect_language(reading: Reading) -> str:
    """nb, nn, da, sv or en, by what the file states, else by its text."""
    sample = visible_text(reading)[:_SAMPLE_CHARS]
    guess = identify(sample)
    stated = reading.properties.get("language", "").lower().split("-")[0]
    return guess or {"no": "nb"}.get(stated, stated) or "nb"


def is_national(title: str, properties: dict[str, str]) -> bool:
    """Whether it is a statute or central regulation, which belongs to a country whatever it mentions."""
    rule = next(rule for rule in load("metadata")["kinds"] if rule["kind"] == Kind.LAW)
    register = re.match(r"(lov|forskrift|stortingsvedtak)/", properties.get("refid", ""))
    published = re.search(r"retsinformation|riksdagen|lovdata", properties.get("kilde", ""))
    return bool(register or published or re.search(rule["title"], title, re.IGNORECASE))


def visible_text(reading: Reading) -> str:
    """The document's own text, furniture left out."""
    return "\n".join(
        reading.text[block.start : block.end]
        for block in reading.blocks
        if block.kind is not BlockKind.FURNITURE
    )


def describe_document(
    reading: Reading, given: Given, organisation: Organisation, language: str, origin: str, sha256: str
) -> Document:
    """The document's metadata; every field that nobody stated is named in `inferred`.

    Raises:
        DamagedFile: a stated field has a value we cannot use.
    """
    stated = {**_front_matter(reading.properties), **given.fields}
    inferred: set[str] = set()
    text = visible_text(reading)
    opening = text[:_OPENING_CHARS]

    def value(field: str, fallback: Any) -> Any:
        if stated.get(field) not in (None, ""):
            return stated[field]
        inferred.add(field)
        return fallback

    title = str(value("title", infer_title(reading, origin)))
    kind = _choice(Kind, value("kind", _kind(title, opening)), "kind", origin)
    status = _choice(Status, value("status", _status(title, opening)), "status", origin)
    valid_from = _date(value("valid_from", _valid_from(kind, text, reading.properties)), "valid_from", origin)
    valid_to = _date(value("valid_to", _valid_to(text, valid_from)), "valid_to", origin)
    audience = given.audience | frozenset(_groups(stated.get("audience"), origin))
    work = str(stated.get("work") or "")
    name = _work_id(work, title, kind, organisation, reading.properties, origin, dated=valid_from is not None)
    label = str(stated.get("version") or "") or (valid_from.isoformat() if valid_from else "undated")
    return Document(
        id=name,
        version=f"{slug(label)}.{hashlib.sha256((sha256 + origin).encode()).hexdigest()[:8]}",
        title=title,
        organisation=organisation.id,
        kind=kind,
        language=language,
        sha256=sha256,
        origin=origin,
        status=status,
        valid_from=valid_from,
        valid_to=valid_to,
        audience=audience,
        owner=str(stated.get("owner") or ""),
        inferred=frozenset(
            inferred | ({"organisation"} if organisation.inferred or organisation.is_country else set())
        ),
    )


def _front_matter(properties: dict[str, str]) -> dict[str, Any]:
    stated: dict[str, Any] = {
        key: properties[key] for key in _FIELDS if properties.get(key) and key != "language"
    }
    # whoever wrote this may have had another system in mind: what we cannot use is not stated
    for field, enum in (("kind", Kind), ("status", Status)):
        if _known(enum, stated.get(field, ""), field) is None:
            stated.pop(field, None)
    for field in ("valid_from", "valid_to"):
        if field in stated and not isinstance(stated[field], date) and parse_date(str(stated[field])) is None:
            del stated[field]
    if "title" in stated:
        stated["title"] = _SITE_NAME.sub("", stated["title"])
    if "tittel" in properties:  # the key information of Norwegian statutes
        stated["title"] = properties["tittel"].rstrip(".")
        in_force = parse_date(properties.get("sist-endret-ikrafttredelse", "")) or _last_start(properties)
        if in_force is not None:
            stated["valid_from"] = in_force
        elif re.match(r"(kongen|departementet) ", properties.get("ikrafttredelse", ""), re.IGNORECASE):
            stated["status"] = Status.DRAFT  # adopted, but the date on which it takes effect is not set
    elif "dato" in properties and "id" in properties:
        stated["version"] = properties["dato"]
    return stated


def _last_start(properties: dict[str, str]) -> date | None:
    found = find_dates(properties.get("ikrafttredelse", ""))
    return max(value for _, value in found) if found else None


def infer_title(reading: Reading, origin: str) -> str:
    """The title the file states, else its first line or heading, else its file name."""
    stated = _SITE_NAME.sub("", reading.properties.get("title", "").strip())
    if stated:
        return stated[:_TITLE_CHARS]
    body = [block for block in reading.blocks if block.kind is not BlockKind.FURNITURE]
    lines = [_first_line(reading, block) for block in body[:3]]
    opening = list(dropwhile(_LETTERHEAD.fullmatch, lines))[:1]
    if lines and lines[0] not in opening:
        # a letterhead names the sender; what the document is stands in one of the lines below it
        below = [_first_line(reading, block) for block in body[1:6]]
        opening = [line for line in below if _kind(line, "") is not Kind.OTHER][:1] or opening
    headings = [_first_line(reading, block) for block in body[:12] if block.kind is BlockKind.HEADING]
    short = [line for line in opening if len(line) <= _LINE_CHARS and not line.endswith((".", ":", ";", ","))]
    for line in [*short, *headings, *opening]:
        if not _LETTERHEAD.fullmatch(line):
            return re.sub(r"(?<=\D)\s+\d{1,3}$", "", line)
    return PurePosixPath(origin).stem.replace("_", " ")


def _first_line(reading: Reading, block: Block) -> str:
    line = reading.text[block.start : block.end].strip().splitlines()[0]
    if len(line) > _TITLE_CHARS:
        line = re.split(r"(?<=[.!?])\s", line)[0][:_TITLE_CHARS].rsplit(" ", 1)[0]
    return line


def _kind(title: str, opening: str) -> Kind:
    for rule in load("metadata")["kinds"]:
        if re.search(rule["title"], title, re.IGNORECASE):
            return Kind(rule["kind"])
    for rule in load("metadata")["kinds"]:
        if "opening" in rule and re.search(rule["opening"], opening, re.IGNORECASE):
            return Kind(rule["kind"])
    return Kind.OTHER


def _status(title: str, opening: str) -> Status:
    head = f"{title}\n{opening[:400]}"
    if re.search(load("metadata")["draft"], head, re.IGNORECASE):
        return Status.DRAFT
    if re.search(load("metadata")["repealed"], title, re.IGNORECASE):
        return Status.REPEALED
    return Status.IN_FORCE


def _valid_from(kind: Kind, text: str, properties: dict[str, str]) -> date | None:
    if "dato" in properties and "id" in properties:
        return parse_date(properties["dato"])
    if kind is Kind.MINUTES:
        return None
    for part in (text[:_OPENING_CHARS], text[-_CLOSING_CHARS:]):
        cues = load("metadata")
        found = date_after(part, tuple(cues["valid_from"])) or latest_after(part, tuple(cues["adopted"]))
        if found:
            return found
    return None


def _valid_to(text: str, valid_from: date | None) -> date | None:
    head = f"{text[:_OPENING_CHARS]}\n{text[-_CLOSING_CHARS:]}"
    last_day = date_after(head, tuple(load("metadata")["valid_to"]))
    # a date before the beginning is about something else that the text mentions
    if last_day is None or (valid_from is not None and last_day <= valid_from):
        return None
    return last_day + timedelta(days=1)


def _work_id(
    work: str,
    title: str,
    kind: Kind,
    organisation: Organisation,
    properties: dict[str, str],
    origin: str,
    *,
    dated: bool,
) -> str:
    """The id every version of the same work shares.

    A stated work, a statute's own number, or the title. Two undated documents of one title are
    not known to be versions of each other, so the file name keeps them apart.
    """
    if work:
        return f"{organisation.id}-{slug(work)}"
    if properties.get("refid"):
        return f"{organisation.id}-{slug(properties['refid'])}"
    numbered = re.search(r"\((\d{4}:\d+)\)", title)
    if numbered:
        return f"{organisation.id}-{slug(numbered[1])}"
    name = slug(re.sub(r"^bekendtgørelse af ", "", title, flags=re.IGNORECASE))
    name = re.sub(r"-(19|20)\d{2}$", "", name)[:80].strip("-") or "uten-tittel"
    if dated and kind is not Kind.MINUTES:
        return f"{organisation.id}-{name}"
    stem = slug(PurePosixPath(origin).stem)
    return (
        f"{organisation.id}-{name}" if stem == name else f"{organisation.id}-{name}-{stem}"[:120].strip("-")
    )


def _choice(enum: Any, value: Any, field: str, origin: str) -> Any:
    known = _known(enum, value, field)
    if known is None:
        names = ", ".join(member.value for member in enum)
        raise DamagedFile(f"{origin}: {field} is {value!r}; use one of {names}")
    return known


def _known(enum: Any, value: Any, field: str) -> Any:
    """The member called that, in English or in the words of `called` in the data; None when none is."""
    if isinstance(value, enum):
        return value
    wanted = str(value).strip().lower()
    names = load("metadata")["called"][field]
    return next((each for each in enum if wanted in (each.value, *names.get(each.value, ()))), None)


def _date(value: Any, field: str, origin: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    found = parse_date(str(value))
    if found is None:
        raise DamagedFile(f"{origin}: {field} is {value!r}; write a date as 2026-01-31")
    return found


def _groups(value: Any, origin: str) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [group.strip() for group in value.split(",") if group.strip()]
    if isinstance(value, list) and all(isinstance(group, str) and group.strip() for group in value):
        return value
    # an audience we cannot read must never turn a restricted document into a public one
    raise DamagedFile(f"{origin}: audience is {value!r}; write a list of group names")
