"""Prompt files, filled in: what a model is told stands in `prompts/` and nowhere in the code.

A file has two parts, `--- system ---` and `--- user ---`; `{{name}}` is a variable. Variables are
strict: one that is missing or not asked for is an error. Values are put in once and never read again,
so that braces in a document are only braces.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from assistant.errors import PromptError

_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_PART = re.compile(r"^--- (system|user) ---\n", re.MULTILINE)
_HASH_CHARS = 12


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told: `system` is ours alone, `user` holds the question and the evidence."""

    name: str
    system: str
    user: str


def render(name: str, **values: str) -> Prompt:
    """The prompt file of that name with its variables filled in.

    Raises:
        PromptError: there is no such file, it has not the two parts, or its variables are others.
    """
    text = _read(f"{name}.md")
    wanted = set(_VARIABLE.findall(text))
    if wanted != set(values):
        missing, extra = sorted(wanted - set(values)), sorted(set(values) - wanted)
        raise PromptError(f"prompts/{name}.md: missing {missing or 'none'}, not asked for {extra or 'none'}")
    parts = _PART.split(text)
    if parts[0].strip() or parts[1::2] != ["system", "user"]:
        raise PromptError(f"prompts/{name}.md: it needs `--- system ---`, then `--- user ---`")
    system, user = (
        _VARIABLE.sub(lambda match: values[match[1]], part.strip()) for part in (parts[2], parts[4])
    )
    return Prompt(name, system, user)


@cache
def version(*files: str) -> str:
    """The version of some prompt files: a hash of their content."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file}\0{_read(file)}\0".encode())
    return digest.hexdigest()[:_HASH_CHARS]


@cache
def _read(file: str) -> str:
    try:
        return resources.files("prompts").joinpath(file).read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"prompts/{file} cannot be read; reinstall the product") from error
