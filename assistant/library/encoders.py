"""Encoders: text to vectors. The bundled one reads its matrix with numpy; others need torch.

A folder in sentence-transformers form whose modules are a static embedding (and perhaps a
normalisation) is read without torch, whatever its name; anything else is handed to
sentence-transformers, whose import takes seconds and happens only then.
"""

from __future__ import annotations

import hashlib
import json
import os
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.errors import EncoderUnavailable

BUNDLED = Path(__file__).parent / "nordic-static-256"

Vectors = NDArray[np.float32]

_BATCH = 256
_WHOLE_BYTES = 64 << 20
_SAMPLE_BYTES = 4 << 20
_HASHED = (".json", ".txt", ".model", ".safetensors", ".bin")


class Encoder(Embeddings):
    """Texts to vectors of `dimension` numbers.

    `fingerprint` is equal only for encoders that give equal vectors: it is made of the model's
    files, not of its name or place.
    """

    fingerprint: str
    dimension: int

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

    def __init__(self, folder: Path, fingerprint: str) -> None:
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
        self._prompts = _prompts(folder)
        self.dimension = int(self._matrix.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text; a text without any token is all zeros."""
        return self._encode([self._prompts.get("document", "") + text for text in texts])

    def encode_question(self, text: str) -> Vectors:
        """The vector of what is searched for."""
        row: Vectors = self._encode([self._prompts.get("query", "") + text])[0]
        return row

    def _encode(self, texts: list[str]) -> Vectors:
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), _BATCH):
            encodings = self._tokenizer.encode_batch(texts[begin : begin + _BATCH], add_special_tokens=False)
            for at, encoding in enumerate(encodings, begin):
                if encoding.ids:
                    found[at] = self._matrix[encoding.ids].astype(np.float32).mean(axis=0)
        return unit(found) if self._normalises else found


class TransformerEncoder(Encoder):
    """Any sentence-transformers model, run by sentence-transformers on the processor."""

    def __init__(self, model: Any, fingerprint: str) -> None:
        self._model = model
        self.fingerprint = fingerprint
        self.dimension = int(self.encode_question("a").shape[0])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""
        rows = self._model.encode_document(list(texts), show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(rows, dtype=np.float32)

    def encode_question(self, text: str) -> Vectors:
        """The vector of what is searched for."""
        row = self._model.encode_query(text, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(row, dtype=np.float32)


def open_encoder(name: str) -> Encoder:
    """The encoder of this name: `bundled`, a folder, or a model's name on the Hugging Face hub.

    A model of the hub is taken from the local cache when it is there, without asking the network.

    Raises:
        EncoderUnavailable: there is no such model here, or it cannot be loaded.
    """
    folder = _local_folder(name)
    try:
        if folder is None:
            model = _load_transformer(name)
            folder = _local_folder(name)
            made_of = _fingerprint(folder) if folder is not None else f"{name}@{_revision(model)}"
            return TransformerEncoder(model, made_of)
        if _is_static(folder):
            return StaticEncoder(folder, _fingerprint(folder))
        return TransformerEncoder(_load_transformer(str(folder)), _fingerprint(folder))
    except Exception as error:
        raise EncoderUnavailable(_refusal(name, f"{type(error).__name__}: {error}")) from error


def encoder_fingerprint(name: str) -> str:
    """What `open_encoder(name).fingerprint` is, without loading the model where it is on this machine.

    Raises:
        EncoderUnavailable: there is no such model here, or it cannot be loaded.
    """
    folder = _local_folder(name)
    return _fingerprint(folder) if folder is not None else open_encoder(name).fingerprint


def unit(rows: Vectors) -> Vectors:
    """The rows at length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    divided: Vectors = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return divided


def _refusal(name: str, why: str) -> str:
    return (
        f"encoder {name!r} cannot be loaded ({why}); MANDAT_ENCODER takes `bundled`, the folder of a "
        "sentence-transformers model, or the name of one that is in the local Hugging Face cache or "
        "can be downloaded"
    )


def _local_folder(name: str) -> Path | None:
    """Where the model's files are on this machine; None when they are not."""
    if name == "bundled":
        return BUNDLED
    if os.path.isdir(name):
        if not any((Path(name) / form).is_file() for form in ("modules.json", "config.json")):
            raise EncoderUnavailable(_refusal(name, "the folder has neither modules.json nor config.json"))
        return Path(name)
    if name.startswith((".", "~")) or os.path.isabs(name):
        raise EncoderUnavailable(_refusal(name, "there is no such folder"))
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    # sentence-transformers' own convention for a bare name
    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def _load_transformer(name: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, device="cpu")


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


def _prompts(folder: Path) -> dict[str, str]:
    config = folder / "config_sentence_transformers.json"
    found = json.loads(config.read_text(encoding="utf-8")).get("prompts") if config.is_file() else None
    return {name: prompt for name, prompt in (found or {}).items() if prompt}


def _fingerprint(folder: Path) -> str:
    """A hash of the model's files: whole, save that of a very large one the ends stand for it."""
    total = hashlib.sha256()
    files = [path for path in folder.rglob("*") if path.suffix in _HASHED and path.is_file()]
    for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
        relative = path.relative_to(folder)
        if relative.parts[0] in ("onnx", "openvino") or any(part.startswith(".") for part in relative.parts):
            continue
        size = path.stat().st_size
        total.update(f"{relative.as_posix()}\0{size}\0".encode())
        with path.open("rb") as stream:
            if size <= _WHOLE_BYTES:
                total.update(stream.read())
            else:
                total.update(stream.read(_SAMPLE_BYTES))
                stream.seek(-_SAMPLE_BYTES, os.SEEK_END)
                total.update(stream.read())
    return total.hexdigest()
