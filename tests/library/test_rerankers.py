"""Rerankers: what a cross-encoder is asked, and what becomes of one that fails."""

from __future__ import annotations

import importlib.util
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import RerankerUnavailable
from assistant.library.rerankers import Reranker, shared_reranker


class Lengths:
    """Finds a text the more relevant the longer it is; notes what it is asked."""

    def __init__(self, *failures: Exception | Any) -> None:
        self.asked: list[tuple[list[tuple[str, str]], dict[str, Any]]] = []
        self.failures = list(failures)

    def predict(self, pairs: list[tuple[str, str]], **options: Any) -> Any:
        self.asked.append((pairs, options))
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        return np.array([len(text) / 10 for _, text in pairs], dtype=np.float32)


def reranker_of(model: Any, batch: int = 0) -> Reranker:
    return Reranker("ours", "cpu", batch, load=lambda name, device: model)


def test_question_and_passage_are_read_together_in_batches() -> None:
    model = Lengths()
    found = reranker_of(model, batch=7).relevance("hvem?", ["aaa", "b"])
    assert found == pytest.approx([0.3, 0.1])
    ((pairs, options),) = model.asked
    assert pairs == [("hvem?", "aaa"), ("hvem?", "b")]
    assert options["batch_size"] == 7
    assert reranker_of(model).relevance("hvem?", []) == []
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError("CUDA out of memory at: hemmelig"),
        np.array([0.5, np.nan]),
        np.array([[0.5, 0.1], [0.1, 0.2]]),
    ],
)
def test_a_failure_names_the_settings_and_repeats_nothing_asked(
    failure: Any, caplog: pytest.LogCaptureFixture
) -> None:
    reranker = reranker_of(Lengths(failure))
    with caplog.at_level(logging.WARNING), pytest.raises(RerankerUnavailable, match="MANDAT_ENCODER_BATCH"):
        reranker.relevance("hemmelig", ["a", "b"])
    assert "ours" in caplog.text
    assert "hemmelig" not in caplog.text
    assert reranker.relevance("hvem?", ["a"]) == pytest.approx([0.1])


def test_a_model_is_loaded_once_and_one_that_cannot_be_is_left_alone_for_a_while() -> None:
    loaded: list[str] = []

    def load(name: str, device: str) -> Any:
        loaded.append(device)
        raise OSError("no such thing")

    broken = Reranker("ingen", "cuda", load=load)
    for _ in range(3):
        with pytest.raises(RerankerUnavailable, match=r"'ingen' cannot be loaded.*MANDAT_RERANKER"):
            broken.relevance("hvem?", ["a"])
    assert loaded == ["cuda"]

    model = Lengths()
    whole = Reranker("god", load=lambda name, device: loaded.append(device) or model)
    whole.warm()
    whole.relevance("hvem?", ["a"])
    assert loaded == ["cuda", "auto"]
    assert shared_reranker("a", "cpu", 1) is shared_reranker("a", "cpu", 1)


@pytest.mark.parametrize("name", ["/no/such/folder", "./none"])
def test_a_missing_folder_is_named(name: str) -> None:
    with pytest.raises(RerankerUnavailable, match=r"no such folder.*MANDAT_RERANKER"):
        Reranker(name).warm()


def test_an_encoder_is_no_reranker(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}))
    with pytest.raises(RerankerUnavailable, match="no cross-encoder but BertModel"):
        Reranker(str(tmp_path)).warm()


def tiny_cross_encoder(folder: Path, outputs: int = 1) -> str:
    """A cross-encoder of random weights that knows a few letters; its path."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=outputs,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


@pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None, reason="sentence-transformers is not installed"
)
def test_a_cross_encoder_is_run(tmp_path: Path) -> None:
    # One test for all: the import of torch takes many seconds.
    path = tiny_cross_encoder(tmp_path / "tiny")
    texts = ["leder", "vann " * 600, "x"]
    found = Reranker(path, "cpu").relevance("hvem leder?", texts)
    assert len(found) == 3
    assert len(set(found)) == 3
    assert all(0 < score < 1 for score in found)
    alone = [Reranker(path, "cpu", 1).relevance("hvem leder?", [text])[0] for text in texts]
    assert found == pytest.approx(alone, abs=1e-5)
    with pytest.raises(RerankerUnavailable, match="3 outputs; a reranker has one"):
        Reranker(tiny_cross_encoder(tmp_path / "three", 3), "cpu").warm()
    with pytest.raises(RerankerUnavailable, match="MANDAT_RERANKER"):
        Reranker(path, "cuda:99").warm()
