"""What is put before questions and passages, model by model, and what that does to the fingerprint."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_library import tiny_encoder

from assistant.errors import EncoderUnavailable
from assistant.library.encoders import TransformerEncoder, encoder_fingerprint, open_encoder
from assistant.library.habits import UNADJUSTED, Adjustments, Habits, habits_of

E5 = Habits("query: ", "passage: ", True, 512, 32)


class Noted:
    """Notes what a model of sentence-transformers is asked to encode."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any, dict[str, Any]]] = []

    def encode_query(self, texts: Any, **options: Any) -> Any:
        self.asked.append(("query", texts, options))
        return np.zeros(3, dtype=np.float64)

    def encode_document(self, texts: Any, **options: Any) -> Any:
        self.asked.append(("document", texts, options))
        return np.zeros((len(texts), 3))


class Exhausted(Noted):
    def encode_document(self, texts: Any, **options: Any) -> Any:
        raise RuntimeError("CUDA out of memory")


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("intfloat/e5-base-v2", "query: ", "passage: "),
        ("intfloat/multilingual-e5-large-instruct", "Instruct: Given", ""),
        ("BAAI/bge-m3", "", ""),
        ("BAAI/bge-base-en-v1.5", "Represent this sentence", ""),
        ("NbAiLab/nb-sbert-base", "", ""),
        ("KBLab/sentence-bert-swedish-cased", "", ""),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", "", ""),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", "query: ", ""),
        ("Snowflake/snowflake-arctic-embed-m", "Represent this sentence", ""),
        ("jinaai/jina-embeddings-v3", "Represent the query", "Represent the document"),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("Alibaba-NLP/gte-multilingual-base", "", ""),
        ("Qwen/Qwen3-Embedding-0.6B", "Instruct: Given", ""),
    ],
)
def test_a_family_is_known_by_its_name(name: str, query: str, passage: str) -> None:
    habits = habits_of(name, None, UNADJUSTED)
    assert habits.query.startswith(query)
    assert bool(habits.query) == bool(query)
    assert habits.passage.startswith(passage)
    assert bool(habits.passage) == bool(passage)
    assert habits.normalise


def test_a_model_nobody_knows_is_given_texts_as_they_are() -> None:
    assert habits_of("granvik/our-own", None, UNADJUSTED) == Habits()


@pytest.mark.parametrize(
    "folder", ["multilingual-e5-small", "models--intfloat--multilingual-e5-small/snapshots/0a1b"]
)
def test_a_folder_is_known_by_its_name_and_by_no_more_of_the_path(tmp_path: Path, folder: str) -> None:
    assert habits_of("here", tmp_path / "bge-base-en" / "a" / "b" / folder, UNADJUSTED) == E5
    assert habits_of("here", tmp_path / "e5-base" / "a" / "b" / "c", UNADJUSTED) == Habits()


def declared(folder: Path, **stated: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config_sentence_transformers.json").write_text(json.dumps(stated), encoding="utf-8")
    return folder


def test_what_the_model_states_goes_before_its_family_and_the_settings_before_both(tmp_path: Path) -> None:
    folder = declared(tmp_path / "e5-base", prompts={"query": "spørsmål: ", "document": "tekst: "})
    assert habits_of("x", folder, UNADJUSTED) == replace(E5, query="spørsmål: ", passage="tekst: ")
    declared(folder, prompts={"retrieval.query": "finn: ", "other": "o"})
    assert habits_of("x", folder, UNADJUSTED) == replace(E5, query="finn: ", passage="")
    declared(folder, prompts={"always": "text: "}, default_prompt_name="always")
    assert habits_of("x", folder, UNADJUSTED) == replace(E5, query="text: ", passage="text: ")
    declared(folder, prompts={"query": "", "document": ""}, default_prompt_name=None)
    assert habits_of("x", folder, UNADJUSTED) == E5
    adjusted = Adjustments("cpu", batch=7, max_length=99, query="", passage="p: ")
    assert habits_of("x", folder, adjusted) == Habits("", "p: ", True, 99, 7)


def test_the_fingerprint_is_of_what_makes_the_vectors_of_passages() -> None:
    assert Habits(query="query: ", batch=2).mark("files") == Habits().mark("files") == "files"
    others = [Habits(passage="p: "), Habits(normalise=True), Habits(max_length=5), Habits(passage="p")]
    assert len({each.mark("files") for each in others} | {"files"}) == 5


def test_device_and_batch_leave_a_fingerprint_and_a_passage_prefix_does_not(tmp_path: Path) -> None:
    name = tiny_encoder(tmp_path / "model")
    plain = encoder_fingerprint(name)
    assert encoder_fingerprint(name, Adjustments("cuda", batch=3, max_length=7, query="q: ")) == plain
    assert encoder_fingerprint(name, Adjustments(passage="p: ")) != plain
    adjusted = Adjustments(passage="p: ", query="q: ")
    encoder = open_encoder(name, adjusted)
    assert encoder.fingerprint == encoder_fingerprint(name, adjusted)
    assert np.array_equal(encoder.encode(["abc"]), open_encoder(name).encode(["p: abc"]))
    assert np.array_equal(encoder.encode_question("abc"), open_encoder(name).encode_question("q: abc"))


def test_a_model_is_given_its_prefixes_and_batch() -> None:
    model = Noted()
    encoder = TransformerEncoder(model, "e5", replace(E5, batch=4), "f")
    assert (encoder.dimension, encoder.batch) == (3, 4)
    assert encoder.encode(["a", "b"]).dtype == np.float32
    for kind, _, options in model.asked:
        assert options["prompt"] == ("query: " if kind == "query" else "passage: ")
        assert (options["batch_size"], options["normalize_embeddings"]) == (4, True)


def test_a_model_that_fails_names_the_settings_that_may_help() -> None:
    encoder = TransformerEncoder(Exhausted(), "big", Habits(), "f")
    with pytest.raises(EncoderUnavailable, match=r"'big'.*out of memory.*MANDAT_ENCODER_BATCH"):
        encoder.encode(["a"])
