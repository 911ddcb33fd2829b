"""Where a model's files are on this machine, and what they are: for encoders and rerankers alike."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_WHOLE_BYTES = 64 << 20
_SAMPLE_BYTES = 4 << 20
_HASHED = (".json", ".txt", ".model", ".safetensors", ".bin")


def find_model(name: str, owner: str) -> Path | None:
    """The folder of a model named by its folder, or by its name on the Hugging Face hub.

    A name of the hub is looked up in the local cache, without asking the network; None when it is
    not there. `owner` is whose model a bare name means.

    Raises:
        FileNotFoundError: the name is a folder's, and there is none or it holds no model.
    """
    if os.path.isdir(name):
        if not any((Path(name) / form).is_file() for form in ("modules.json", "config.json")):
            raise FileNotFoundError("the folder has neither modules.json nor config.json")
        return Path(name)
    if name.startswith((".", "~")) or os.path.isabs(name):
        raise FileNotFoundError("there is no such folder")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name if "/" in name else f"{owner}/{name}", local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def digest_of(folder: Path) -> str:
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


def hide_loading() -> None:
    """Keep transformers from drawing a bar on standard error for a model that has not to be fetched."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
