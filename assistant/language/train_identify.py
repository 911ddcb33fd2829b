"""Learns the weights in `data/identify.tsv` from sentences of known language.

    python -m assistant.language.train_identify OUT nb=FILE… nn=FILE… da=FILE… sv=FILE… en=FILE…

A FILE has one sentence a line (.txt), or one JSON object a line with `text` (.jsonl or .jsonl.gz,
long texts are cut into sentences), or a sentence and its English translation (.tsv; `en=FILE.tsv`
takes the second column). Given `--hold-out N`, every Nth line of a .tsv is left out of training
and the share of those sentences identified rightly is printed. What is written is weights of
words and letter groups; no sentence can be read out of them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.language.identify import LANGUAGES, features, identify_with
from assistant.language.sentences import sentences

FEATURES = 10800  # kept: a file of under 200 kB
FORMAL = 3000  # sentences a language from documents; the rest are everyday sentences
LONGEST = 2000  # characters of a document's entry that are read
PIECE_WORDS = (4, 14)
EPOCHS = 8
RATE = 0.05
DECAY = 3e-3
SCALE = 20  # weights are written as whole numbers, this many to one

Sentence = tuple[str, str]  # text, language


def read_sentences(path: Path, language: str) -> Iterator[str]:
    """The sentences of one file in order."""
    content = path.read_bytes()
    lines = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8").splitlines()
    for line in lines:
        if ".jsonl" in path.name:
            entry = json.loads(line)
            if entry.get("lang", language) == language:
                text = entry["text"][:LONGEST]
                yield from (text[start:end] for start, end in sentences(text))
        elif path.suffix == ".tsv":
            yield line.split("\t")[1 if language == "en" else 0]
        else:
            yield line.strip()


def _piece(sentence: str, chance: random.Random) -> str:
    """Some words in a row, as many as a question has: statutes have longer sentences."""
    listed = sentence.split()
    count = chance.randint(*PIECE_WORDS)
    at = chance.randint(0, max(0, len(listed) - count))
    return " ".join(listed[at : at + count])


def choose_features(examples: Sequence[Sentence], count: int) -> list[str]:
    """The features whose presence tells most about the language, best first (information gain)."""
    having: dict[str, Counter[str]] = {}
    for text, language in examples:
        for feature in set(features(text)):
            having.setdefault(feature, Counter())[language] += 1
    totals = Counter(language for _, language in examples)
    everyone = len(examples)

    def gain(counts: Counter[str]) -> float:
        # Kullback-Leibler divergence of the languages that have it from the languages at large
        seen = sum(counts.values())
        return seen * sum(
            share * float(np.log(share * everyone / totals[language]))
            for language, number in counts.items()
            if (share := number / seen)
        )

    frequent = {feature: gain(counts) for feature, counts in having.items() if sum(counts.values()) >= 3}
    return sorted(frequent, key=lambda feature: (-frequent[feature], feature))[:count]


def fit(examples: Sequence[Sentence], chosen: Sequence[str], seed: int = 0) -> NDArray[np.float64]:
    """Weights, one row a feature and one column a language: logistic regression by Adagrad."""
    index = {feature: at for at, feature in enumerate(chosen)}
    rows = [
        (
            np.array(sorted({index[f] for f in features(text) if f in index}), dtype=np.intp),
            LANGUAGES.index(language),
        )
        for text, language in examples
    ]
    weights = np.zeros((len(chosen), len(LANGUAGES)))
    squares = np.full_like(weights, 1e-8)
    order = random.Random(seed)  # noqa: S311 (an order, not a secret)
    for _ in range(EPOCHS):
        order.shuffle(rows)
        for at, answer in rows:
            if not at.size:
                continue
            scores = weights[at].sum(axis=0)
            gradient = np.exp(scores - scores.max())
            gradient /= gradient.sum()
            gradient[answer] -= 1
            step = gradient + DECAY * weights[at]
            squares[at] += step**2
            weights[at] -= RATE * step / np.sqrt(squares[at])
    return weights


def main(arguments: Sequence[str]) -> None:
    """Train as the module says and write the weights to OUT."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("files", nargs="+", metavar="LANGUAGE=FILE")
    parser.add_argument("--hold-out", type=int, default=0)
    options = parser.parse_args(arguments)
    training: list[Sentence] = []
    held_out: list[Sentence] = []
    formal: dict[str, list[Sentence]] = {}
    for given in options.files:
        language, _, name = given.partition("=")
        for at, text in enumerate(read_sentences(Path(name), language)):
            if ".jsonl" in name:
                formal.setdefault(language, []).append((text, language))
            elif options.hold_out and at % options.hold_out == 0:
                held_out.append((text, language))
            else:
                training.append((text, language))
    sample = random.Random(0)  # noqa: S311 (a sample, not a secret)
    for found in formal.values():
        some = sample.sample(found, min(FORMAL, len(found)))
        training += [(_piece(text, sample), language) for text, language in some]
    chosen = choose_features(training, FEATURES)
    weights = np.rint(fit(training, chosen) * SCALE).astype(int)
    lines = [
        f"{feature}\t" + " ".join(map(str, row))
        for feature, row in sorted(zip(chosen, weights.tolist(), strict=True))
        if any(row)
    ]
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = {line.partition("\t")[0]: tuple(map(int, line.partition("\t")[2].split())) for line in lines}
    right = Counter(
        language for text, language in held_out if identify_with(table, text, LANGUAGES) == language
    )
    for language, number in sorted(Counter(language for _, language in held_out).items()):
        sys.stdout.write(f"{language} {right[language] / number:.3f} of {number}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
