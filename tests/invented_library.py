"""A library in memory, enough to answer from: words only, no indexes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.domain.document import Document, Kind, Organisation, Passage
from assistant.domain.fusion import Fusion
from assistant.domain.governance import Recorded
from assistant.domain.scope import Scope
from assistant.errors import DocumentNotFound, IndexUnavailable
from assistant.language.tokens import stems


@dataclass(frozen=True)
class SmallHit:
    passage_id: str
    score: float


@dataclass
class SmallLibrary:
    with_vectors: bool = True
    stored: list[tuple[Document, str, list[Passage]]] = field(default_factory=list)
    known: dict[str, Organisation] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)

    def add(
        self,
        organisation: Organisation,
        title: str,
        text: str,
        *,
        kind: Kind = Kind.REGULATION,
        audience: frozenset[str] = frozenset(),
        owner: str = "",
    ) -> Document:
        """A document of one passage a paragraph; a paragraph's first line is its heading."""
        self.known[organisation.id] = organisation
        name = f"{organisation.id}-{len(self.stored)}"
        document = Document(
            name,
            "v1",
            title,
            organisation.id,
            kind,
            organisation.language,
            "",
            "",
            audience=audience,
            owner=owner,
        )
        passages = []
        for part in text.split("\n\n"):
            start = text.index(part)
            heading = part.split("\n")[0]
            passages.append(
                Passage(
                    f"{name}#{len(passages)}",
                    name,
                    "v1",
                    len(passages),
                    start,
                    start + len(part),
                    part,
                    (heading,),
                    heading,
                )
            )
        self.stored.append((replace(document, passages=len(passages)), text, passages))
        return document

    def _visible(self, scope: Scope) -> list[tuple[Document, str, list[Passage]]]:
        return [
            each
            for each in self.stored
            if (scope.organisations is None or each[0].organisation in scope.organisations)
            and scope.may_read(each[0].audience)
        ]

    def organisations(self) -> tuple[Organisation, ...]:
        return tuple(self.known[name] for name in sorted(self.known))

    def records(self, scope: Scope, passage_ids: Collection[str] | None = None) -> tuple[Recorded, ...]:
        shown = {document.id for document, _, _ in self._visible(scope)}
        return tuple(each for each in self.recorded if each.document_id in shown)

    def generation(self) -> int:
        return 1 if self.stored else 0

    def search_words(
        self, scope: Scope, query: Mapping[str, Sequence[Mapping[str, float]]], limit: int
    ) -> Sequence[SmallHit]:
        hits = []
        for document, _, passages in self._visible(scope):
            for passage in passages:
                present = set(stems(f"{document.title} {passage.text}"))
                score = sum(
                    weight for asked in query["body"] for term, weight in asked.items() if term in present
                )
                if score:
                    hits.append(SmallHit(passage.id, score))
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:limit]

    def search_vectors(self, scope: Scope, text: str, limit: int) -> Sequence[SmallHit]:
        if not self.with_vectors:
            raise IndexUnavailable("the vectors are being rebuilt")
        return []

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]:
        found = {passage.id: passage for _, _, passages in self._visible(scope) for passage in passages}
        return {name: found[name] for name in ids if name in found}

    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> Sequence[Document]:
        return [each[0] for each in self._visible(scope) if ids is None or each[0].id in ids]

    def text(self, scope: Scope, document_id: str, version: str = "") -> str:
        return self._held(scope, document_id)[1]

    def _held(self, scope: Scope, document_id: str) -> tuple[Document, str, list[Passage]]:
        for each in self._visible(scope):
            if each[0].id == document_id:
                return each
        raise DocumentNotFound(document_id)

    def titled(self, scope: Scope, begins: Collection[str]) -> frozenset[str]:
        return frozenset()

    def sections(self, scope: Scope, title: str, locators: Collection[str]) -> tuple[Passage, ...]:
        return ()

    def fusion(self) -> Fusion:
        return Fusion()

    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        every = [set(stems(passage.text)) for _, _, passages in self.stored for passage in passages]
        return {term: sum(term in present for present in every) for term in terms}, len(every)


NORWAY = Organisation("no", "Norge", "no", "nb")
GRANVIK = Organisation("granvik", "Granvik kommune", "no", "nb", ("GK",))
STRANDLEV = Organisation("strandlev", "Strandlev Kommune", "dk", "da")


def two_municipalities(*, with_vectors: bool = True) -> SmallLibrary:
    """Granvik and Strandlev, each with an HR-forum, and general guidance for Norway."""
    library = SmallLibrary(with_vectors)
    library.add(
        GRANVIK,
        "Møtereglement",
        "HR-forum\nHR-forum møtes annenhver uke og ledes av HR-sjefen.\n\n"
        "Kommunedirektøren\nKommunedirektøren godkjenner innkjøp inntil 500 000 kroner. "
        "Over det avgjør formannskapet.\n\n"
        "Ledergruppen\nLedergruppen består av følgende medlemmer:\n"
        "- kommunedirektøren\n- økonomisjefen\n- HR-sjefen",
        owner="politisk sekretariat",
    )
    library.add(
        STRANDLEV, "Ledelsesfora", "HR-forum\nHR-forum mødes én gang om måneden og ledes af personalechefen."
    )
    library.add(
        GRANVIK,
        "Lederlønn",
        "Lønnspolitikk\nKommunalsjefenes lønn forhandles av personalutvalget i desember.",
        audience=frozenset({"ledelse"}),
    )
    library.add(
        NORWAY,
        "Håndbok for folkevalgte",
        "Rolleavklaring\nTillit mellom folkevalgte og administrasjon krever respekt for rollene.",
        kind=Kind.GUIDANCE,
    )
    return library
