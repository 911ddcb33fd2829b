"""A made-up assistant, library and transcript store for tests of the HTTP channel and its page."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from time import monotonic, sleep

import uvicorn
from fastapi import FastAPI

from assistant.channels.http.api import create_api
from assistant.channels.http.callers import Caller
from assistant.domain.document import Document, Kind, Organisation, Passage, Status
from assistant.domain.governance import Recorded
from assistant.domain.question import Question
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Clarification,
    Complaint,
    Exchange,
    Option,
    Outcome,
    Reply,
    Statement,
)
from assistant.domain.scope import Scope
from assistant.errors import DocumentNotFound, LibraryEmpty
from assistant.retrieval.evidence import Evidence

TODAY = date(2026, 3, 1)

NORDVIK = Organisation("nordvik", "Nordvik kommune", "no", "nb", ("Nordvik",))
SUNDBY = Organisation("sundby", "Sundby Kommune", "dk", "da")
BJORKHAGA = Organisation("bjorkhaga", "Björkhaga kommun", "se", "sv")
NORWAY = Organisation("no", "Norge", "no", "nb")

# 🌲 is one code point and two UTF-16 units: offsets after it tell the two apart.
RULES_TEXT = """Delegeringsreglement for Nordvik kommune
Nordvik kommune · side 1

Kapittel 4 Personal

§ 4-1 Formål
Reglementet klargjør hvem som avgjør saker om tilsetting, permisjon og oppsigelse.

§ 4-2 Tilsetting
Kommunestyret tilsetter kommunedirektøren.
🌲 Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå. \
Myndigheten kan delegeres videre til enhetsleder <b>skriftlig</b> & for inntil ett år.

Nordvik kommune · side 2

Kapittel 5 Økonomi

§ 5-1 Formål
Kapitlet gjelder innkjøp og budsjett."""

OLD_RULES_TEXT = RULES_TEXT.replace("ett år", "to år")

FORUM_TEXT = """Ledelsesgrundlag for Sundby Kommune

Chefforum
Chefforum er mødested for kommunens chefer. Chefforum mødes den første mandag i hver måned."""

GUIDE_TEXT = "Delegering i kommunen\n\nDelegering bør skje skriftlig og tidsavgrenset."

SECRET_TEXT = "Lønnspolitikk for direktører\n\nBonus avtales årlig."

RULES = Document(
    id="nordvik/delegeringsreglement",
    version="2025-01-01",
    title="Delegeringsreglement for Nordvik kommune",
    organisation="nordvik",
    kind=Kind.DELEGATION,
    language="nb",
    sha256="a" * 64,
    origin="/srv/inn/delegering.docx",
    valid_from=date(2025, 1, 1),
    owner="Kommunedirektørens stab",
    passages=4,
)
OLD_RULES = replace(
    RULES,
    version="2021-01-01",
    status=Status.SUPERSEDED,
    valid_from=date(2021, 1, 1),
    valid_to=date(2025, 1, 1),
    sha256="b" * 64,
)
FORUM = Document(
    id="sundby/ledelsesgrundlag",
    version="2025",
    title="Ledelsesgrundlag for Sundby Kommune",
    organisation="sundby",
    kind=Kind.LEADERSHIP,
    language="da",
    sha256="c" * 64,
    origin="/srv/inn/ledelse.pdf",
    inferred=frozenset({"version", "language"}),
    passages=1,
)
GUIDE = Document(
    id="no/veileder-delegering",
    version="3",
    title="Delegering i kommunen",
    organisation="no",
    kind=Kind.GUIDANCE,
    language="nn",
    sha256="d" * 64,
    origin="https://example.invalid/veileder",
    passages=1,
)
SECRET = replace(
    FORUM,
    id="sundby/lonn",
    title="Lønnspolitikk for direktører",
    audience=frozenset({"direktion"}),
    sha256="e" * 64,
)

TEXTS = {
    (RULES.id, RULES.version): RULES_TEXT,
    (OLD_RULES.id, OLD_RULES.version): OLD_RULES_TEXT,
    (FORUM.id, FORUM.version): FORUM_TEXT,
    (GUIDE.id, GUIDE.version): GUIDE_TEXT,
    (SECRET.id, SECRET.version): SECRET_TEXT,
}
DECIDES = "Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå."


def cite(number: int, document: Document, name: str, quote: str, locator: str) -> Citation:
    """A citation whose offsets are where the quote stands in the document's text."""
    start = TEXTS[document.id, document.version].index(quote)
    return Citation(number, document, name, locator, quote, start, start + len(quote), f"{document.id}#1")


BY_RULES = cite(1, RULES, "Nordvik kommune", DECIDES, "§ 4-2")
BY_GUIDE = cite(2, GUIDE, "Norge", "Delegering bør skje skriftlig og tidsavgrenset.", "s. 2")
BY_OLD = cite(2, OLD_RULES, "Nordvik kommune", "for inntil to år", "§ 4-2")
BY_FORUM = cite(
    1, FORUM, "Sundby Kommune", "Chefforum mødes den første mandag i hver måned.", "s. 4 · Chefforum"
)

SUGGESTED = ("Når møtes HR-forum?", "Hvem avgjør tilsettinger?")
APPOINTMENTS = "Hvem avgjør tilsettinger?"
HOSTILE = "Hva med <img src=x onerror=alert(1)>?"

REPLIES: dict[str, Reply] = {
    APPOINTMENTS: Answer(
        Outcome.ANSWERED,
        "nb",
        f"{DECIDES} [1] Videre delegering bør være skriftlig. [2]",
        (Statement(DECIDES, (1,)), Statement("Videre delegering bør være skriftlig.", (2,))),
        (BY_RULES, BY_GUIDE),
    ),
    "Hvor lenge kan myndigheten delegeres?": Answer(
        Outcome.CONFLICTING,
        "nb",
        "To versjoner sier ulikt: ett år [1], to år [2].",
        (Statement("Ett år.", (1,)), Statement("To år.", (2,))),
        (cite(1, RULES, "Nordvik kommune", "for inntil ett år", "§ 4-2"), BY_OLD),
    ),
    "Hva har enhetsleder ansvar for?": Answer(
        Outcome.ANSWERED,
        "nb",
        "Enhetsleder har ansvar for:\n– budsjettet [1]\n– de ansatte [1]\nog 3 til.",
        tuple(
            Statement(f"Enhetsleder har ansvar for {what}.", (1,))
            for what in ("budsjettet", "de ansatte", "HMS-arbeidet", "internkontrollen", "innbyggerdialogen")
        ),
        (BY_RULES,),
    ),
    "Hvem er formand for Chefforum?": Abstention(
        Outcome.SILENT,
        "da",
        "Dokumenterne nævner Chefforum, men siger ikke, hvem der er formand.",
        "no_rule_stated",
        (BY_FORUM,),
        "Direktionssekretariatet",
    ),
    "Hva koster en is?": Abstention(
        Outcome.NOT_FOUND, "nb", "Ingen dokumenter handler om is.", "no_passages"
    ),
    "Skriv et dikt": Abstention(
        Outcome.OUT_OF_SCOPE, "nb", "Jeg svarer bare på spørsmål om styring og roller.", "not_governance"
    ),
    "Er du der?": Abstention(Outcome.UNAVAILABLE, "nb", "Indeksen bygges på nytt.", "rebuilding"),
    "Vem bestämmer?": Clarification(
        "sv",
        "Vilken kommun gäller frågan?",
        (Option("Björkhaga kommun", "bjorkhaga"), Option("Nordvik kommune", "nordvik")),
    ),
    HOSTILE: Answer(
        Outcome.ANSWERED,
        "nb",
        "<script>document.title='x'</script> <b>fet</b> [1] [7]",
        (Statement("<b>fet</b>", (1,)),),
        (
            replace(
                cite(1, RULES, "Nordvik <i>kommune</i>", "enhetsleder <b>skriftlig</b> & for", "§ <4>"),
            ),
        ),
    ),
}


@dataclass
class CannedAssistant:
    """Answers from REPLIES; an organisation settles any clarification. Keeps what it was asked."""

    asked: list[Question] = field(default_factory=list)
    fails_with: Exception | None = None
    waits_for: threading.Event | None = None

    def ask(self, question: Question, progress: object = None) -> Exchange:
        self.asked.append(question)
        if self.waits_for:
            assert self.waits_for.wait(10)
        if self.fails_with:
            raise self.fails_with
        missing = Abstention(Outcome.NOT_FOUND, "nb", "Ingen dokumenter handler om dette.", "no_passages")
        reply = REPLIES.get(question.text, missing)
        if isinstance(reply, Clarification) and question.organisation:
            reply = REPLIES[APPOINTMENTS]
        return Exchange(
            id=f"e{len(self.asked)}",
            reply=reply,
            mode="extractive",
            timing_ms={"understand": 1.0, "retrieve": 8.5, "answer": 4.0, "verify": 0.5},
            notes=("Svart uten vektorsøk.",) if question.text.startswith("Hvor lenge") else (),
            conversation_id=question.conversation_id,
        )

    def find(self, question: Question, limit: int) -> tuple[Evidence, ...]:
        self.asked.append(question)
        passages = CannedLibrary().document_passages(Scope(None, None), RULES.id)
        return tuple(Evidence(passage, RULES, 1.0) for passage in passages)[:limit]


@dataclass
class CannedLibrary:
    """Holds the documents above and keeps the scopes it was read with."""

    number: int = 3
    breaks_with: Exception | None = None
    scopes: list[Scope] = field(default_factory=list)
    held: tuple[Document, ...] = (RULES, OLD_RULES, FORUM, GUIDE, SECRET)
    recorded: tuple[Recorded, ...] = ()
    originals: dict[str, Path] = field(default_factory=dict)

    def generation(self) -> int:
        if self.breaks_with:
            raise self.breaks_with
        return self.number

    def organisations(self) -> tuple[Organisation, ...]:
        return (BJORKHAGA, NORWAY, NORDVIK, SUNDBY)

    def records(self, scope: Scope, passage_ids: Collection[str] | None = None) -> tuple[Recorded, ...]:
        self.scopes.append(scope)
        return self.recorded

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]:
        found = {passage.id: passage for passage in self.document_passages(scope, RULES.id)}
        return {each: found[each] for each in ids if each in found}

    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> tuple[Document, ...]:
        self.scopes.append(scope)
        if not self.number:
            raise LibraryEmpty("nothing has been ingested; run `mandat ingest PATH`")
        return tuple(d for d in self.held if scope.may_read(d.audience) and (ids is None or d.id in ids))

    def document(self, scope: Scope, document_id: str, version: str = "") -> Document:
        self.scopes.append(scope)
        for found in self.held:
            wanted = found.version == version if version else found.status is Status.IN_FORCE
            if found.id == document_id and wanted and scope.may_read(found.audience):
                return found
        raise DocumentNotFound(f"no document {document_id!r} here; `mandat documents list` shows them")

    def text(self, scope: Scope, document_id: str, version: str = "") -> str:
        found = self.document(scope, document_id, version)
        return TEXTS[found.id, found.version]

    def original(self, scope: Scope, document_id: str, version: str = "") -> Path | None:
        self.document(scope, document_id, version)
        return self.originals.get(document_id)

    def furniture(self, scope: Scope, document_id: str, version: str = "") -> tuple[tuple[int, int], ...]:
        text = self.text(scope, document_id, version)
        spans = []
        for line in ("Nordvik kommune · side 1", "Nordvik kommune · side 2"):
            if line in text:
                spans.append((text.index(line), text.index(line) + len(line)))
        return tuple(spans)

    def document_passages(self, scope: Scope, document_id: str, version: str = "") -> tuple[Passage, ...]:
        document = self.document(scope, document_id, version)
        if document.id != RULES.id:
            return ()
        text = self.text(scope, document_id, version)
        paths = [
            ("Kapittel 4 Personal", "§ 4-1 Formål"),
            ("Kapittel 4 Personal", "§ 4-2 Tilsetting"),
            ("Kapittel 5 Økonomi", "§ 5-1 Formål"),
        ]
        made = []
        for ordinal, path in enumerate(paths):
            start = text.index(path[-1])
            end = text.index("\n\n", start) if "\n\n" in text[start:] else len(text)
            made.append(
                Passage(
                    f"p{ordinal}",
                    document.id,
                    document.version,
                    ordinal,
                    start,
                    end,
                    text[start:end],
                    path,
                    path[1],
                )
            )
        return tuple(made)


@dataclass
class CannedTranscripts:
    """Keeps everything in memory."""

    recorded: list[tuple[Question, Exchange]] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    verdicts: list[tuple[str, bool, str]] = field(default_factory=list)
    complaints: list[Complaint | None] = field(default_factory=list)
    fails_with: Exception | None = None

    def record(self, question: Question, exchange: Exchange, reply_json: str = "") -> None:
        if self.fails_with:
            raise self.fails_with
        self.recorded.append((question, exchange))
        self.replies.append(reply_json)

    def feedback(
        self, exchange_id: str, helpful: bool, comment: str = "", complaint: Complaint | None = None
    ) -> bool:
        if exchange_id not in {exchange.id for _, exchange in self.recorded}:
            return False
        self.verdicts.append((exchange_id, helpful, comment))
        self.complaints.append(complaint)
        return True


@dataclass
class Running:
    """A server on a real socket and the fakes behind it."""

    url: str
    assistant: CannedAssistant
    library: CannedLibrary
    transcripts: CannedTranscripts

    def reset(self) -> None:
        """Everything as it was when the server started, save the metrics."""
        self.assistant.__init__()  # type: ignore[misc]
        self.library.__init__()  # type: ignore[misc]
        self.transcripts.__init__()  # type: ignore[misc]


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an application that uvicorn serves on a free port of 127.0.0.1, until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="on", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + 30
    while not server.started:
        assert thread.is_alive()
        assert monotonic() < until
        sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def running(callers: Mapping[str, Caller] | None = None, per_minute: int = 0) -> Iterator[Running]:
    """The API served by uvicorn on a free port of 127.0.0.1, until the block ends."""
    assistant, library, transcripts = CannedAssistant(), CannedLibrary(), CannedTranscripts()
    app = create_api(
        assistant,
        library,
        transcripts,
        callers=callers,
        per_minute=per_minute,
        suggestions=lambda organisation, language: SUGGESTED if organisation else (),
        today=lambda: TODAY,
    )
    with served(app) as url:
        yield Running(url, assistant, library, transcripts)
