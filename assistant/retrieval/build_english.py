"""Makes `english.tsv` from WordNet and the Nordic wordnets that are aligned with it.

    python -m assistant.retrieval.build_english WORDNET ALIGNED

WORDNET is the `dict` folder of WordNet 3.0 (`index.noun` and so on). ALIGNED is a table with a
heading and the columns synset (`02207206-v`), nb, nn, da, sv; several words in a cell are divided
by "|". Only the two commonest senses of an English word are taken: rarer ones mislead a question.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_SENSES = 2
_WORDS = 12  # Nordic words kept for an English one, of its commonest sense first
_SHORTEST = 3


def main() -> None:
    """Read the arguments and write the dictionary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("aligned", type=Path)
    arguments = parser.parse_args()
    entries = english_to_nordic(arguments.wordnet, arguments.aligned)
    path = Path(str(resources.files("assistant.retrieval").joinpath("english.tsv")))
    remarks = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines = (f"{word}\t{' '.join(nordic)}" for word, nordic in sorted(entries.items()))
    path.write_text("\n".join([*remarks, *lines]) + "\n", encoding="utf-8")


def english_to_nordic(wordnet: Path, aligned: Path) -> dict[str, tuple[str, ...]]:
    """English word → Nordic words that mean the same, those of its commonest sense first."""
    english = _senses(wordnet)
    ranks: dict[str, dict[str, int]] = defaultdict(dict)
    for line in aligned.read_text(encoding="utf-8").splitlines()[1:]:
        synset, *cells = line.split("\t")
        nordic = [word.lower() for cell in cells for word in cell.split("|") if _is_word(word)]
        for word, rank in english.get(synset, {}).items():
            for other in nordic:
                if other != word:
                    ranks[word][other] = min(rank, ranks[word].get(other, rank))
    return {
        word: tuple(sorted(others, key=lambda other: (others[other], other))[:_WORDS])
        for word, others in ranks.items()
        if others
    }


def _senses(wordnet: Path) -> dict[str, dict[str, int]]:
    """Synset → its English words, each with the place of that sense among the word's senses, from 1."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for part, word, synsets in _index(wordnet):
        if word.isalpha() and len(word) >= _SHORTEST:
            for rank, synset in enumerate(synsets[:_SENSES], 1):
                found[f"{synset}-{part}"][word] = rank
    return found


def _index(wordnet: Path) -> Iterator[tuple[str, str, list[str]]]:
    for part, name in _FILES.items():
        for line in (wordnet / f"index.{name}").read_text(encoding="latin-1").splitlines():
            if not line.startswith(" "):
                word, _, count, *rest = line.split()
                yield part, word, rest[-int(count) :]


def _is_word(text: str) -> bool:
    return text.replace("-", "").isalpha()


if __name__ == "__main__":
    main()
