"""Encoders: text to vectors. The bundled one reads its matrix with numpy; others need torch.

A folder in sentence-transformers form whose modules are a static embedding (and perhaps a
normalisation) is read without torch, whatever its name; anything else is handed to
sentence-transformers, whose import takes seconds and happens only then. Code that comes with a
model is never run.
"""

from __future__ import annotations

import json
import threading
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.errors import EncoderUnavailable
from assistant.library.habits import UNADJUSTED, Adjustments, Habits, habits_of, static_habits
from assistant.library.models import digest_of, find_model, hide_loading

BUNDLED = Path(__file__).parent / "nordic-static-256"

Vectors = NDArray[np.float32]

_STATIC_BATCH = 256
_OWNER = "sentence-transformers"  # that library's own convention for a bare name


class Encoder(Embeddings):
    """Texts to vectors of `dimension` numbers.

    `fingerprint` is equal only for encoders that give equal vectors for passages: it is made of the
    model's files and of how passages are given to it, not of its place, nor of what computes.
    `batch` is how many texts it encodes at once.
    """

    fingerprint: str
    dimension: int
    batch: int

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text of a library."""

    @abstractmethod
    def encode_question(self, text: str) -> Vectors:
        """The vector of what is searched for."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """`encode`, in LangChain's form."""
        return [[float(number) for number in row] for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """`encode_question`, in LangChain's form."""
        return [float(number) for number in self.encode_question(text)]


class StaticEncoder(Encoder):
    """A matrix with a row a token: a text is the mean of its tokens' rows."""

    batch = _STATIC_BATCH

    def __init__(self, folder: Path, habits: Habits, fingerprint: str) -> None:
        from safetensors import safe_open
        from tokenizers import Tokenizer

        modules = _modules(folder)
        place = folder / str(modules[0]["path"])
        self.fingerprint = fingerprint
        self._tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
        self._tokenizer.no_padding()
        with safe_open(place / "model.safetensors", framework="np") as tensors:
            # Kept as stored (float16): half the memory, and only the rows asked for are widened.
            self._matrix = tensors.get_tensor("embedding.weight")
        self._normalises = len(modules) > 1
        self._habits = habits
        self.dimension = int(self._matrix.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text; a text without any token is all zeros."""
        return self._encode([self._habits.passage + text for text in texts])

    def encode_question(self, text: str) -> Vectors:
        """The vector of what is searched for."""
        row: Vectors = self._encode([self._habits.query + text])[0]
        return row

    def _encode(self, texts: list[str]) -> Vectors:
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), self.batch):
            encodings = self._tokenizer.encode_batch(
                texts[begin : begin + self.batch], add_special_tokens=False
            )
            for at, encoding in enumerate(encodings, begin):
                if encoding.ids:
                    found[at] = self._matrix[encoding.ids].astype(np.float32).mean(axis=0)
        return unit(found) if self._normalises else found


class TransformerEncoder(Encoder):
    """Any sentence-transformers model, run by sentence-transformers.

    `name` is for the message when it fails.
    """

    def __init__(self, model: Any, name: str, habits: Habits, fingerprint: str) -> None:
        self._model, self._name, self._habits = model, name, habits
        self._lock = threading.Lock()  # a tokenizer is not for two threads at once
        self.fingerprint = fingerprint
        self.batch = habits.batch
        self.dimension = int(self.encode_question("a").shape[0])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text.

        Raises:
            EncoderUnavailable: the model failed, as for want of memory.
        """
        return self._run(self._model.encode_document, list(texts), self._habits.passage)

    def encode_question(self, text: str) -> Vectors:
        """The vector of what is searched for.

        Raises:
            EncoderUnavailable: the model failed.
        """
        return self._run(self._model.encode_query, text, self._habits.query)

    def _run(self, encode: Any, texts: list[str] | str, prefix: str) -> Vectors:
        try:
            with self._lock:
                rows = encode(
                    texts,
                    prompt=prefix,
                    batch_size=self.batch,
                    normalize_embeddings=self._habits.normalise,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
        except Exception as error:
            raise EncoderUnavailable(
                f"encoder {self._name!r} failed ({type(error).__name__}: {error}); if it wants for memory "
                f"or a device, set MANDAT_ENCODER_BATCH (now {self.batch}), MANDAT_ENCODER_MAX_LENGTH or "
                "MANDAT_ENCODER_DEVICE"
            ) from error
        return np.asarray(rows, dtype=np.float32)


def open_encoder(name: str, adjusted: Adjustments = UNADJUSTED) -> Encoder:
    """The encoder of this name: `bundled`, a folder, or a model's name on the Hugging Face hub.

    A model of the hub is taken from the local cache when it is there, without asking the network.

    Raises:
        EncoderUnavailable: there is no such model here, or it cannot be loaded.
    """
    folder = _find(name)
    try:
        if folder is not None and _is_static(folder):
            static = static_habits(folder, adjusted)
            return StaticEncoder(folder, static, static.mark(digest_of(folder)))
        if folder is not None:
            hide_loading()
        model = _load_transformer(str(folder or name), adjusted.device)
        folder = folder or _find(name)  # by now it was fetched
        habits = habits_of(name, folder, adjusted)
        if habits.max_length:
            own = model.max_seq_length or habits.max_length
            model.max_seq_length = adjusted.max_length or min(habits.max_length, own)
        digest = digest_of(folder) if folder is not None else f"{name}@{_revision(model)}"
        return TransformerEncoder(model, name, habits, habits.mark(digest))
    except EncoderUnavailable:
        raise
    except Exception as error:
        raise EncoderUnavailable(_refusal(name, f"{type(error).__name__}: {error}")) from error


def encoder_fingerprint(name: str, adjusted: Adjustments = UNADJUSTED) -> str:
    """What `open_encoder` gives the encoder, without loading the model where it is on this machine.

    Raises:
        EncoderUnavailable: there is no such model here, or it cannot be loaded.
    """
    folder = _find(name)
    if folder is None:
        return open_encoder(name, adjusted).fingerprint
    is_static = _is_static(folder)
    habits = static_habits(folder, adjusted) if is_static else habits_of(name, folder, adjusted)
    return habits.mark(digest_of(folder))


def unit(rows: Vectors) -> Vectors:
    """The rows at length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    divided: Vectors = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return divided


def _refusal(name: str, why: str) -> str:
    return (
        f"encoder {name!r} cannot be loaded ({why}); MANDAT_ENCODER takes `bundled`, the folder of a "
        "sentence-transformers model, or the name of one that is in the local Hugging Face cache or "
        "can be downloaded, MANDAT_ENCODER_DEVICE what there is to compute on"
    )


def _find(name: str) -> Path | None:
    """Where the model's files are on this machine; None when they are not."""
    if name == "bundled":
        return BUNDLED
    try:
        return find_model(name, _OWNER)
    except FileNotFoundError as error:
        raise EncoderUnavailable(_refusal(name, str(error))) from error


def _load_transformer(name: str, device: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, device=None if device == "auto" else device)


def _revision(model: Any) -> str:
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return str(getattr(config, "_commit_hash", "") or config)


def _modules(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    return sorted(listed, key=lambda module: int(module["idx"]))


def _is_static(folder: Path) -> bool:
    if not (folder / "modules.json").is_file():
        return False
    kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in _modules(folder)]
    return kinds in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"])
