"""Rerankers: a cross-encoder reads question and passage together and says how well they go together.

Any CrossEncoder of sentence-transformers with one output. It is loaded by the first question (or by
`warm`), for the import of torch takes seconds. Code that comes with a model is never run.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import RerankerUnavailable
from assistant.library.models import find_model, hide_loading

_log = logging.getLogger("mandat")

_OWNER = "cross-encoder"
_BATCH = 32
_MAX_LENGTH = 512  # tokens of question and passage together; time grows with it
_RETRY_S = 60.0

Load = Callable[[str, str], Any]


class Reranker:
    """A cross-encoder by its folder or its name on the Hugging Face hub. Thread-safe."""

    def __init__(self, name: str, device: str = "auto", batch: int = 0, *, load: Load | None = None) -> None:
        self._name, self._device, self._batch = name, device, batch or _BATCH
        self._load = load or _load_cross_encoder
        self._lock = threading.Lock()
        self._model: Any = None
        self._failure = (0.0, "")

    def warm(self) -> None:
        """Load the model now.

        Raises:
            RerankerUnavailable: there is no such model here, or it cannot be loaded.
        """
        with self._lock:
            self._opened()

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text goes with the question, from 0 to 1, in order.

        Raises:
            RerankerUnavailable: the model cannot be loaded (tried again after a minute), or failed.
        """
        if not texts:
            return []
        with self._lock:  # a tokenizer is not for two threads at once
            model = self._opened()
            try:
                pairs = [(question, text) for text in texts]
                scores = model.predict(pairs, batch_size=self._batch, show_progress_bar=False)
                found = np.asarray(scores, dtype=np.float64)
                if found.shape != (len(texts),) or not np.isfinite(found).all():
                    raise ValueError(f"its scores are no numbers, one a passage (form {found.shape})")
            except Exception as error:
                # Its own message is left out: it may repeat what was asked.
                message = (
                    f"reranker {self._name!r} failed ({type(error).__name__}); if it wants for memory or a "
                    f"device, set MANDAT_ENCODER_BATCH (now {self._batch}) or MANDAT_ENCODER_DEVICE, or "
                    "leave MANDAT_RERANKER empty"
                )
                _log.warning("%s", message)
                raise RerankerUnavailable(message) from error
        return [float(score) for score in found]

    def _opened(self) -> Any:
        if self._model is None:
            since, message = self._failure
            if message and time.monotonic() - since < _RETRY_S:
                raise RerankerUnavailable(message)
            try:
                self._model = self._load(self._name, self._device)
            except Exception as error:
                message = (
                    f"reranker {self._name!r} cannot be loaded ({type(error).__name__}: {error}); "
                    "MANDAT_RERANKER takes the folder of a cross-encoder of sentence-transformers, or the "
                    "name of one that is in the local Hugging Face cache or can be downloaded; empty is none"
                )
                self._failure = (time.monotonic(), message)
                _log.warning("%s", message)
                raise RerankerUnavailable(message) from error
        return self._model


@cache
def shared_reranker(name: str, device: str, batch: int) -> Reranker:
    """The reranker of these settings: one model in memory, whoever asks for it."""
    return Reranker(name, device, batch)


def _load_cross_encoder(name: str, device: str) -> Any:
    folder = find_model(name, _OWNER)
    if folder is not None:
        _require_cross_encoder(folder)
        hide_loading()
    import torch
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(
        str(folder or name),
        device=None if device == "auto" else device,
        activation_fn=torch.nn.Sigmoid(),  # whatever its own: some give bare numbers
    )
    if model.num_labels != 1:
        raise ValueError(f"it has {model.num_labels} outputs; a reranker has one")
    model.max_seq_length = min(model.max_seq_length or _MAX_LENGTH, _MAX_LENGTH)
    return model


def _require_cross_encoder(folder: Path) -> None:
    """Refuse an encoder, which would be given an output of random weights without a word.

    Raises:
        ValueError: the files are not of a cross-encoder.
    """
    made = [*_read(folder / "config.json").get("architectures", ())]
    kind = _read(folder / "config_sentence_transformers.json").get("model_type", "")
    if kind != "CrossEncoder" and not any(name.endswith("ForSequenceClassification") for name in made):
        raise ValueError(f"it is no cross-encoder but {', '.join(made) or kind or 'something else'}")


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found
