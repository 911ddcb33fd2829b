"""Words that mean the same in several languages, from dictionaries, parallel texts and spelling."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from assistant.language.tokens import fold, stems, stop_words
from assistant.language.wordlists import read_yaml

_WORD = re.compile(r"[^\W\d_]+")
_LEAST = 5  # times a word must stand in the texts to be another word's translation
_LONGEST = 6  # words that spelling makes one: more are an accident
_SAID = 0.2  # of the words that people have another way of saying
_FORMS = 4  # inflections of a word, the commonest first
_ENGLISH_KEPT = 0.25  # of the words without an English one
_TOGETHER, _ALIKE = 3, 0.4  # how often, and Dice's measure

# What is spelt otherwise in a neighbour's language, in order, on folded words.
_SPELLINGS = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r"^af|^av", "av"), (r"hed(en|er)?$", r"het\1"), (r"tion", "sjon"), (r"ck", "k"), (r"x", "ks"),
        (r"[cq]", "k"), (r"w|^hv", "v"), (r"z", "s"), (r"nd", "n"), (r"ld", "l"), (r"ei|æ", "e"),
        (r"øj|øy|au", "ø"), (r"b", "p"), (r"d", "t"), (r"g", "k"), (r"(?<=[ks])j", ""), (r"(.)\1", r"\1"),
    )
)  # fmt: skip


@lru_cache(maxsize=1 << 18)
def skeleton(word: str) -> str:
    """What is left of a word's spelling when the Nordic languages' habits are set aside."""
    word = fold(word)
    for pattern, other in _SPELLINGS:
        word = pattern.sub(other, word)
    return word


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Stem → words that mean the same, in any language, those of them that are English, and sayings.

    `spoken` are what people say and what is written for it; `sayings` the same by written stem.
    """

    others: Mapping[str, tuple[str, ...]]
    english: Mapping[str, tuple[str, ...]]
    spoken: tuple[tuple[str, str], ...]
    sayings: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]

    def mixed(self, text: str, draw: random.Random, share: float = 0.6) -> str:
        """The text with this share of the words that are known put otherwise."""
        said = []
        for word in _WORD.findall(text):
            stem = _stem(word)
            known = self.sayings.get(stem) if draw.random() < _SAID else None
            known = known or self.others.get(stem)
            said.append(draw.choice(known) if known and draw.random() < share else word)
        return " ".join(said)

    def in_english(self, text: str, draw: random.Random) -> str:
        """The text in what English is known; most other words are left out."""
        said = []
        for word in _WORD.findall(text):
            known = self.english.get(_stem(word))
            if known:
                said.append(draw.choice(known))
            elif draw.random() < _ENGLISH_KEPT:
                said.append(word)
        return " ".join(said) or text

    def pairs(self, draw: random.Random) -> Iterator[tuple[str, str]]:
        """Every word with one that means the same, and sayings with the words written for them."""
        for stem, others in self.others.items():
            if len(others) > 1:
                one, other = draw.sample(others, 2)
                yield one, other
            else:
                yield stem, others[0]
        yield from self.spoken


@lru_cache(maxsize=1 << 18)
def _stem(word: str) -> str:
    folded = fold(word)
    return "" if folded in stop_words() else (stems(word) or [folded])[-1]


def aligned_words(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Words that stand in translations of each other and hardly elsewhere (Dice's measure)."""
    both: Counter[tuple[str, str]] = Counter()
    ones: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for one, other in pairs:
        left, right = ({w.lower() for w in _WORD.findall(text)} for text in (one, other))
        if len(left) > 40 or len(right) > 40:
            continue
        ones.update(left)
        others.update(right)
        both.update((a, b) for a in left for b in right)
    alike = {
        pair: 2 * count / (ones[pair[0]] + others[pair[1]])
        for pair, count in both.items()
        if count >= _TOGETHER
    }
    best: dict[tuple[int, str], float] = defaultdict(float)
    for pair, value in alike.items():
        for side, word in enumerate(pair):
            best[side, word] = max(best[side, word], value)
    return [
        pair
        for pair, value in sorted(alike.items())
        if value >= _ALIKE
        and value == best[0, pair[0]] == best[1, pair[1]]
        and not {fold(word) for word in pair} & stop_words()
    ]


def cognates(counts: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """Words that are one but for the languages' habits of spelling."""
    same: dict[str, set[str]] = defaultdict(set)
    for word, count in counts.items():
        if count >= _LEAST and len(word) > 4:
            same[skeleton(word)].add(word)
    yield from (tuple(sorted(group)) for group in same.values() if 1 < len(group) <= _LONGEST)


def read_dictionary(aligned: Path, more: Iterable[Sequence[str]], counts: Mapping[str, int]) -> Dictionary:
    """The dictionaries of the product, the wordnets in the file where there is one, and more groups.

    `counts` are words of the texts: a translation is given in any of the forms it has there.
    """
    groups = [list(group) for group in more]
    english = _lines("english.tsv")
    glossary = read_yaml("assistant.retrieval", "glossary")
    groups += [[word for word in group if " " not in word] for group in glossary["same"]]
    wordnet = aligned.read_text(encoding="utf-8").splitlines()[1:] if aligned.is_file() else []
    groups += [_single(re.split(r"[\t|]", line)[1:]) for line in wordnet]
    pairs: dict[str, set[str]] = defaultdict(set)
    to_english: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for word in group:
            pairs[_stem(word)].update(other for other in group if other != word)
    spoken = []
    sayings: dict[str, set[str]] = defaultdict(set)
    for line in english:
        word, _, nordic = line.partition("\t")
        for other in nordic.split():
            to_english[_stem(other)].add(word)
            pairs[_stem(other)].add(word)
            pairs[_stem(word)].add(other)
    for several, single in glossary["phrases"].items():
        for word in single:
            to_english[_stem(word)].add(several)
            spoken.append((several, word))
    known = {stem for word in to_english.values() for each in word for stem in [_stem(each)]}
    for group in glossary["same"]:
        some = [word for word in group if _is_english(word, known)]
        for word in group:
            to_english[_stem(word)].update(other for other in some if other != word)
    for line in _lines("everyday.txt"):
        said, divided, written = line.partition(" = ")
        if divided:
            for phrase in said.split(", "):
                spoken.append((phrase, written.replace(",", "")))
                for word in written.split(", "):
                    spoken.append((phrase, word))
                    sayings[_stem(word)].add(phrase)
    forms: dict[str, list[str]] = defaultdict(list)
    for word in sorted((w for w, c in counts.items() if c >= _LEAST), key=lambda w: -counts[w]):
        if len(forms[_stem(word)]) < _FORMS:
            forms[_stem(word)].append(word)
    others = {
        stem: tuple(sorted({form for word in words for form in (word, *forms.get(_stem(word), ()))}))
        for stem, words in pairs.items()
        if stem and words
    }
    return Dictionary(
        others,
        {stem: tuple(sorted(words)) for stem, words in to_english.items() if stem and words},
        tuple(spoken),
        {stem: tuple(sorted(phrases)) for stem, phrases in sayings.items() if stem},
        tuple(sorted({word for words in (*others.values(), *to_english.values()) for word in words})),
    )


def _is_english(word: str, known: set[str]) -> bool:
    return word.isascii() and " " not in word and _stem(word) in known


def _single(words: Iterable[str]) -> list[str]:
    return [word for word in words if word and word.replace("-", "").isalpha()]


def _lines(name: str) -> list[str]:
    text = resources.files("assistant.retrieval").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
