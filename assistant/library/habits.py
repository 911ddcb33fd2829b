"""What an encoder must be given, model by model: prefixes, length, how many texts at once."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields, replace
from pathlib import Path

from assistant.language.wordlists import read_yaml
from assistant.settings import Settings

_NAMED_BY = 3  # last parts of a folder: "models--owner--name/snapshots/…" names its model in the first


@dataclass(frozen=True, slots=True)
class Habits:
    """What is put before questions and passages, and how they are encoded.

    `normalise` brings vectors to length one; else they are as the model gives them. `max_length` is
    the tokens of a text that are read at most, 0 as many as the model does; `batch` the texts at once.
    """

    query: str = ""
    passage: str = ""
    normalise: bool = False
    max_length: int = 0
    batch: int = 32

    def mark(self, digest: str) -> str:
        """A fingerprint for a model of these files, another for each way of giving passages to it."""
        told = (self.passage, self.normalise, self.max_length)
        if told == ("", False, 0):
            return digest
        return hashlib.sha256(f"{digest}\0{told!r}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What the settings say otherwise than a model's habits: None and 0 leave those as they are.

    `device` is cpu, cuda, mps or auto, the best there is.
    """

    device: str = "auto"
    batch: int = 0
    max_length: int = 0
    query: str | None = None
    passage: str | None = None


UNADJUSTED = Adjustments()


def adjustments(settings: Settings) -> Adjustments:
    """What the settings say of encoding."""
    return Adjustments(
        settings.encoder_device,
        settings.encoder_batch,
        settings.encoder_max_length,
        settings.encoder_query_prefix,
        settings.encoder_passage_prefix,
    )


def habits_of(name: str, folder: Path | None, adjusted: Adjustments) -> Habits:
    """The habits of a model by its name: as its own files state them, else its family's, else none.

    The settings go before all of these.
    """
    known = read_yaml("assistant.library", "encoder_habits")
    called = "/".join(folder.absolute().parts[-_NAMED_BY:]) if folder else name
    habits = Habits(**known["otherwise"])
    for family in known["families"]:
        if re.search(family["model"], called, re.IGNORECASE):
            habits = replace(habits, **{key: value for key, value in family.items() if key != "model"})
            break
    return _adjusted(_as_declared(habits, folder, known["declared_as"]), adjusted)


def static_habits(folder: Path, adjusted: Adjustments) -> Habits:
    """The habits of a static encoder, which has those alone that its files or the settings state.

    So the bundled one is opened without reading what is known of others.
    """
    names = {"query": ["query"], "passage": ["document"]}
    return _adjusted(_as_declared(Habits(), folder, names), replace(adjusted, max_length=0))


def _as_declared(habits: Habits, folder: Path | None, names: dict[str, list[str]]) -> Habits:
    """The habits with the prompts that the model's files state, where they state any."""
    config = folder / "config_sentence_transformers.json" if folder else None
    stated = json.loads(config.read_text(encoding="utf-8")) if config and config.is_file() else {}
    prompts: dict[str, str] = stated.get("prompts") or {}
    default = prompts.get(stated.get("default_prompt_name") or "", "")
    query, passage = (
        next((prompts[name] for name in names[side] if prompts.get(name)), default)
        for side in ("query", "passage")
    )
    # sentence-transformers writes empty prompts for a model that has none
    return replace(habits, query=query, passage=passage) if query or passage else habits


def _adjusted(habits: Habits, adjusted: Adjustments) -> Habits:
    given = {
        field.name: value
        for field in fields(Habits)
        if (value := getattr(adjusted, field.name, None)) is not None and value != 0
    }
    return replace(habits, **given)
