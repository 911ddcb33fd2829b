"""What an encoder gives to finding the passage: words alone, the encoder alone, and both together.

    python -m assistant.evaluation.measure_encoder --shared SHARED --encoder NAME … HOME=FILE[,FILE…] …

SHARED is the folder that `train_encoder` learns from: measured is what that leaves out. HOME is a
library (a `MANDAT_HOME`, whichever encoder filled it), each FILE a question set about its
documents. For every language of question and passage, evidence@1 and @3 are printed, by the
product's own retrieval: with its glossary and, to see what the encoder knows of other languages
itself, without. The encoders share one process, so that their figures are of the same questions.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from assistant.answering.understanding import settle_language, understand
from assistant.domain.document import Document, Kind, Passage
from assistant.domain.fusion import Fusion
from assistant.domain.scope import Scope
from assistant.evaluation.encoder_lessons import LANGUAGES, Shared, read_lines
from assistant.evaluation.metrics import has_evidence
from assistant.evaluation.questions import read_cases
from assistant.library.encoders import Encoder, open_encoder
from assistant.library.library import Library
from assistant.library.records import searchable
from assistant.library.rows import OPEN_FROM, OPEN_TO, Filter, Hit, IndexRow
from assistant.library.words import Query, WordIndex, build_words
from assistant.retrieval.evidence import Searches, find_evidence
from assistant.retrieval.glossary import nordic_glossary
from assistant.retrieval.method import EVERYTHING, Method
from assistant.retrieval.scoping import find_scope

_LOOKED_AT = (1, 3)
_MOST = 400  # questions of a set
_TIMED = 5000  # passages
_ALL = Scope(None, None)
_CODES = dict(zip(LANGUAGES, ("nb", "nn", "da", "sv"), strict=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its language, and the passages that answer it."""

    text: str
    language: str
    scope: Scope
    leave_out: frozenset[str]
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Exam:
    """Questions put to one pool of passages."""

    name: str
    pool: Searches
    texts: Mapping[str, str]
    owners: Mapping[str, str]
    asked: Sequence[Asked]


class Pool:
    """Passages of no document in particular, searched by words as a library is."""

    def __init__(self, folder: Path, language: str, texts: Sequence[str]) -> None:
        self.texts = {f"{at:06}": text for at, text in enumerate(texts)}
        build_words(
            folder,
            (IndexRow(key, key, "", "", OPEN_FROM, OPEN_TO, 1, text) for key, text in self.texts.items()),
        )
        self._words = WordIndex(folder)
        self._document = Document("pool", "1", "", "", Kind.OTHER, language, "", "")

    def search_words(self, scope: Scope, query: Query, limit: int) -> list[Hit]:
        """The passages that have words or letter groups of the query."""
        return [hit for _, hit in self._words.search(Filter(None, ("",), None), query, limit)]

    def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Hit]:
        """None: the encoder is beside (`WithEncoder`)."""
        return []

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages of these ids."""
        return {
            key: Passage(key, "pool", "1", 0, 0, len(self.texts[key]), self.texts[key], (), "") for key in ids
        }

    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> list[Document]:
        """The one document all are of."""
        return [self._document]

    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many passages each stem stands, and how many there are."""
        return self._words.frequencies(terms)

    def titled(self, scope: Scope, begins: Collection[str]) -> frozenset[str]:
        """None: what encoders find is measured without what a subject index finds."""
        return frozenset()

    def sections(self, scope: Scope, title: str, locators: Collection[str]) -> tuple[Passage, ...]:
        """None."""
        return ()

    def fusion(self) -> Fusion:
        """As for any encoder."""
        return Fusion()


class WithEncoder:
    """A pool or library with an encoder of one's choice in the place of its own."""

    def __init__(self, exam: Exam, encoder: Encoder) -> None:
        self._exam, self._encoder = exam, encoder
        self._ids = list(exam.texts)
        self._rows = encoder.encode(list(exam.texts.values()))
        self._rows /= np.maximum(np.linalg.norm(self._rows, axis=1, keepdims=True), 1e-9)
        self.search_words = exam.pool.search_words
        self.passages = exam.pool.passages
        self.documents = exam.pool.documents
        self.frequencies = exam.pool.frequencies
        self.fusion = exam.pool.fusion
        self.titled = exam.pool.titled
        self.sections = exam.pool.sections

    def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Hit]:
        """The passages in scope nearest by cosine."""
        vector = self._encoder.encode_question(text)
        cosines = self._rows @ (vector / max(float(np.linalg.norm(vector)), 1e-9))
        inside = {document.id for document in self._exam.pool.documents(scope)}
        found: list[Hit] = []
        for at in np.argsort(-cosines, kind="stable"):
            if self._exam.owners.get(self._ids[at], "pool") in inside:
                found.append(Hit(self._ids[at], float(cosines[at])))
                if len(found) == limit:
                    break
        return found


def main() -> None:
    """Read the arguments, measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--encoder", action="append", default=[], help="`bundled`, or a model's folder")
    parser.add_argument("homes", nargs="*", metavar="HOME=FILE[,FILE…]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        exams = list(held_out(arguments.shared, Path(folder))) if arguments.shared else []
        exams += [exam for given in arguments.homes for exam in of_home(given)]
        for line in report(exams, arguments.encoder or ["bundled"]):
            print(line, flush=True)  # noqa: T201 - the command's output


def held_out(folder: Path, place: Path) -> Iterator[Exam]:
    """Questions that `train_encoder` leaves out, each with passages of the same sort around the right one."""
    shared = Shared(folder, held=True)
    for language in ("nb", "nn", "sv"):
        sections = [
            (section.heading, "\n".join(section.sentences))
            for at, section in enumerate(shared.sections)
            if section.language == language and at % 3
        ]
        yield _exam(f"law headings {language}", language, language, sections, place)
    yield _exam("NorQuAD nb", "nb", "nb", shared.norquad, place)
    faqs = read_lines(folder / "questions" / "swefaq_dev_test.jsonl")
    yield _exam("SweFAQ sv", "sv", "sv", [(line["question"], line["context"]) for line in faqs], place)
    for one, other in (("da", "da"), ("sv", "sv"), ("da", "sv"), ("sv", "da")):
        pairs = [
            (each[one][0], each[other][1]) for each in shared.squad.values() if one in each and other in each
        ]
        yield _exam(f"SQuAD {one}→{other}", one, other, pairs, place)
    for code, pairs in shared.english.items():
        told = [(english, text) for text, english in pairs]
        told += [("", text) for text, _ in Shared(folder).english[code]]
        yield _exam(f"Tatoeba en→{_CODES[code]}", "en", _CODES[code], told, place)


def _exam(name: str, asked: str, told: str, pairs: Sequence[tuple[str, str]], place: Path) -> Exam:
    """An exam of (question, passage), the question empty where there is only a passage."""
    numbers: dict[str, str] = {}
    for _, text in pairs:
        numbers.setdefault(text, f"{len(numbers):06}")
    pool = Pool(place / name.replace(" ", "-"), told, list(numbers))
    right: dict[str, set[str]] = defaultdict(set)
    for question, text in pairs:
        if question:
            right[question].add(numbers[text])
    questions = sorted(right)
    chosen = questions[:: max(1, len(questions) // _MOST)]
    return Exam(
        name, pool, pool.texts, {},
        [Asked(text, asked, _ALL, frozenset(), frozenset(right[text])) for text in chosen],
    )  # fmt: skip


def of_home(given: str) -> Iterator[Exam]:
    """The exams of one HOME=FILE,FILE: one for each language of question and document."""
    home, _, files = given.partition("=")
    library = Library(Path(home))
    today = datetime.now(UTC).date()
    everything = Scope(None, None, library.groups())
    documents = library.documents(everything)
    passages = {
        passage.id: (document, passage)
        for document in documents
        for passage in library.document_passages(everything, document.id, document.version)
    }
    texts = {key: searchable(document.title, passage) for key, (document, passage) in passages.items()}
    owners = {key: document.id for key, (document, _) in passages.items()}
    sets: dict[str, list[Asked]] = defaultdict(list)
    for case in read_cases([Path(file) for file in files.split(",")]):
        subject = find_scope(case.question, library.organisations(), "", today)
        understanding = settle_language(understand(case.question), subject.named)
        right = {key for key, (_, passage) in passages.items() if has_evidence(case.evidence, passage.text)}
        if understanding.refusal or not case.evidence or not right:
            continue
        told = sorted({passages[key][0].language for key in right})[0]
        text, language = understanding.text, understanding.language
        sets[f"{case.language}→{told}"].append(
            Asked(text, language, subject.scope, subject.name_words, frozenset(right))
        )
    for name, asked in sorted(sets.items()):
        yield Exam(name, library, texts, owners, asked)


def report(exams: Sequence[Exam], names: Sequence[str]) -> Iterator[str]:
    """Lines of a table: a row an exam, and those of homes with the same languages together."""
    encoders = {name: open_encoder(name) for name in names}
    columns = ["set", "questions", "words"]
    columns += [column for name in names for column in (f"{name} alone", f"words and {name}")]
    columns += ["words, no glossary", *(f"words and {name}, no glossary" for name in names)]
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for exam in exams:
        if not exam.asked:
            continue
        cells = [exam.name, str(len(exam.asked))]
        for glossary in (True, False):
            method = EVERYTHING if glossary else EVERYTHING.without("glossary")
            cells.append(_shown(hits(exam, exam.pool, method.without("vectors"))))
            for encoder in encoders.values():
                both = WithEncoder(exam, encoder)
                if glossary:
                    cells.append(_shown(_alone(exam, both)))
                cells.append(_shown(hits(exam, both, method)))
        yield "| " + " | ".join(cells) + " |"
    for name, encoder in encoders.items():
        yield f"{Path(name).name}: {_passages_a_second(encoder, exams):.0f} passages a second"


def hits(exam: Exam, pool: Searches, method: Method) -> list[int]:
    """For each question the place of the first right passage, from 1; 0 where it is not found."""
    glossary = nordic_glossary()
    places = []
    for asked in exam.asked:
        found = find_evidence(
            pool,
            asked.scope,
            asked.text,
            glossary=glossary,
            language=asked.language,
            leave_out=asked.leave_out,
            method=method,
        )
        places.append(_place([each.passage.id for each in found.evidence], asked.right))
    return places


def _alone(exam: Exam, both: WithEncoder) -> list[int]:
    return [
        _place([hit.passage_id for hit in both.search_vectors(asked.scope, asked.text, 20)], asked.right)
        for asked in exam.asked
    ]


def _place(ids: Sequence[str], right: frozenset[str]) -> int:
    return next((at for at, each in enumerate(ids, 1) if each in right), 0)


def _shown(places: Sequence[int]) -> str:
    return " ".join(f"{np.mean([0 < at <= most for at in places]):.3f}" for most in _LOOKED_AT)


def _passages_a_second(encoder: Encoder, exams: Sequence[Exam]) -> float:
    texts = [text for exam in exams for text in exam.texts.values()][:_TIMED]
    begun = time.monotonic()
    encoder.encode(texts)
    return len(texts) / (time.monotonic() - begun)


if __name__ == "__main__":
    main()
