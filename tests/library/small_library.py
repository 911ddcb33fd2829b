"""A made-up library, small enough to build in a test."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from assistant.domain.document import Document, Kind, Organisation, Passage, Status
from assistant.domain.scope import Scope
from assistant.language.tokens import grams, stems
from assistant.library.library import Library
from assistant.library.rows import Hit
from assistant.library.writer import LibraryWriter

NORDVIK = Organisation("nordvik", "Nordvik kommune", "no", "nb", ("Nordvik",))
SUNDBY = Organisation("sundby", "Sundby Kommune", "dk", "da")
EVERYONE = Scope(None, None)
TODAY = Scope(None, date(2026, 6, 1))

DELEGATION = (
    "Kommunedirektøren avgjør saker om tilsetting av seksjonsledere.",
    "Formannskapet avgjør kjøp av eiendom over fem millioner kroner.",
    "Ordføreren godkjenner reiser til utlandet for medlemmer av kommunestyret.",
)
FORUM = (
    "Lederforum drøfter kommunens samlede budsjett hver måned.",
    "Lederforum har ingen egen beslutningsmyndighet.",
)
SECRET = ("Varslingssaken om Havnekontoret behandles av kontrollutvalget alene.",)


def a_document(
    id_: str = "nordvik/delegering",
    version: str = "2024",
    *,
    title: str = "Delegeringsreglement",
    organisation: str = "nordvik",
    language: str = "nb",
    status: Status = Status.IN_FORCE,
    valid_from: date | None = None,
    valid_to: date | None = None,
    audience: Iterable[str] = (),
    origin: str = "delegering.docx",
    sha256: str = "0" * 64,
) -> Document:
    return Document(
        id=id_,
        version=version,
        title=title,
        organisation=organisation,
        kind=Kind.DELEGATION,
        language=language,
        sha256=sha256,
        origin=origin,
        status=status,
        valid_from=valid_from,
        valid_to=valid_to,
        audience=frozenset(audience),
    )


def cut(document: Document, paragraphs: Sequence[str]) -> tuple[str, list[Passage]]:
    """The text of the paragraphs, and a passage for each."""
    text = "\n\n".join(paragraphs)
    found: list[Passage] = []
    start = 0
    for ordinal, paragraph in enumerate(paragraphs):
        found.append(
            Passage(
                id=f"{document.id}@{document.version}#{ordinal}",
                document_id=document.id,
                version=document.version,
                ordinal=ordinal,
                start=start,
                end=start + len(paragraph),
                text=paragraph,
                heading_path=("Kapittel 1", f"§ {ordinal + 1}"),
                locator=f"§ {ordinal + 1}",
                context="Myndighet",
                marks=((start, f"§ {ordinal + 1} første ledd"),),
            )
        )
        start += len(paragraph) + 2
    return text, found


def put(
    writer: LibraryWriter,
    document: Document,
    paragraphs: Sequence[str] = DELEGATION,
    *,
    source: str = "docs",
    origin: str = "",
    fingerprint: str = "f1",
    organisation: Organisation = NORDVIK,
) -> None:
    """Store a document of these paragraphs."""
    text, passages = cut(document, paragraphs)
    writer.store(
        source, origin or document.origin, fingerprint, document, text, [(0, 3)], passages, organisation
    )


def put_all(writer: LibraryWriter) -> None:
    """Three documents of two organisations, one of them restricted."""
    put(writer, a_document())
    put(
        writer,
        a_document("sundby/forum", title="Lederforum", organisation="sundby", origin="forum.pdf"),
        FORUM,
        organisation=SUNDBY,
    )
    put(writer, a_document("nordvik/varsling", title="Varsling", audience=["hr"], origin="hr.docx"), SECRET)


def by_words(library: Library, scope: Scope, question: str, limit: int = 10) -> list[Hit]:
    return library.search_words(
        scope,
        {
            "body": [{stem: 1.0} for stem in stems(question)],
            "context": [{stem: 0.5} for stem in stems(question)],
            "grams": [{gram: 0.5} for gram in dict.fromkeys(grams(question))],
        },
        limit,
    )


def tiny_encoder(folder: Path, seed: int = 1) -> str:
    """A static encoder of 8 numbers in sentence-transformers form; its path."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("æøå")
    vocabulary = {
        token: at for at, token in enumerate(["[UNK]", *letters, *(f"##{letter}" for letter in letters)])
    }
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    matrix = np.random.default_rng(seed).standard_normal((len(vocabulary), 8)).astype(np.float16)
    save_file({"embedding.weight": matrix}, folder / "model.safetensors")
    module = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}
    (folder / "modules.json").write_text(json.dumps([module]))
    return str(folder)
