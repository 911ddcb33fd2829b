"""What the bundled encoder learns from: pairs of texts that belong together, from open texts.

`SHARED` in the functions here is a folder with `data/` (statute sections, aligned wordnets, sentence
pairs) and `questions/` (questions with passages, the headings of statutes). What `is_held` says of
is left out of every lesson, and is what `measure_encoder` measures on: a tenth of the acts, a tenth
of SQuAD's passages with all their questions in both languages, a third of NorQuAD's passages, a
fifth of the sentence pairs with English, and SweFAQ wholly.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

from assistant.evaluation.word_pairs import Dictionary, aligned_words, cognates, read_dictionary
from assistant.language.wordlists import read_words

_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 12  # characters of a sentence that can stand for a question
_SPAN = (3, 9)  # words
_AS_IT_IS, _MIXED = 0.25, 0.45  # of what is asked; the rest is put in English
_WORDS_SHARE = 0.4  # of the dictionary, in each epoch
_QUESTIONS = 2  # times that questions of people come, against once a section
_ACT_HELD, _SQUAD_HELD, _NORQUAD_HELD, _PAIR_HELD = 10, 10, 3, 5
LANGUAGES = ("nob", "nno", "dan", "swe")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a statute; `group` is equal for sections of one act."""

    group: str
    language: str
    title: str
    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and the sentences that belong to it; `group` is equal for what is easily mistaken."""

    asked: str
    told: tuple[str, ...]
    group: str


def is_held(key: str, parts: int) -> bool:
    """Whether this is the one in so many that nothing is learnt from; always the same."""
    return crc32(key.encode()) % parts == 0


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, compressed or not; none where there is no such file."""
    if path.is_file():
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
        yield from (json.loads(line) for line in text.split("\n") if line.strip())


def sentences(text: str) -> tuple[str, ...]:
    """The text's sentences, roughly: in a list, its entries."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text) if part.strip())


@dataclass(frozen=True)
class Shared:
    """The open texts, read once. `held` chooses between what is learnt from and what is measured on."""

    folder: Path
    held: bool = False

    @cached_property
    def sections(self) -> list[Section]:
        """Sections of statutes, by act."""
        files = [self.folder / "data" / f"law-sections-{code}.jsonl.gz" for code in ("no", "da", "sv")]
        files += [self.folder / "questions" / f"law-headings-{code}.jsonl" for code in ("nb", "nn", "sv")]
        found: dict[tuple[str, str, str], Section] = {}
        for file in files:
            for line in read_lines(file):
                act = str(line.get("refid") or line.get("law"))
                if is_held(act, _ACT_HELD) != self.held:
                    continue
                text, title = str(line.get("text") or line["context"]), line.get("law") or line.get("title")
                heading = line.get("heading") or line.get("question") or ""
                section = Section(act, line["lang"], str(title), heading, sentences(text))
                if section.sentences:
                    found.setdefault((act, heading, text[:200]), section)
        return list(found.values())

    @cached_property
    def squad(self) -> dict[str, dict[str, tuple[str, str]]]:
        """id → language → the question and the passage it is asked about."""
        asked: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        first: dict[str, str] = {}
        for code in ("da", "sv"):
            for line in read_lines(self.folder / "questions" / f"squad-v2-{code}.jsonl.gz"):
                asked[line["id"]][code] = (line["question"], line["context"])
        # Passages that share a question are one, in whatever language: the passage's first question.
        for by_language in asked.values():
            for _, passage in by_language.values():
                first.setdefault(passage, "")
        for _ in range(2):
            for key, by_language in sorted(asked.items()):
                names = [name for _, passage in by_language.values() if (name := first[passage])]
                for _, passage in by_language.values():
                    first[passage] = min([key, *names])
        return {
            key: by_language
            for key, by_language in asked.items()
            if is_held(min(first[passage] for _, passage in by_language.values()), _SQUAD_HELD) == self.held
        }

    @cached_property
    def norquad(self) -> list[tuple[str, str]]:
        """Norwegian questions and their passages."""
        lines = read_lines(self.folder / "questions" / "norquad.jsonl.gz")
        return [
            (line["question"], line["context"])
            for line in lines
            if is_held(line["context"], _NORQUAD_HELD) == self.held
        ]

    @cached_property
    def english(self) -> dict[str, list[tuple[str, str]]]:
        """Language → sentences and what they are in English."""
        found = {}
        for code in LANGUAGES:
            path = self.folder / "data" / "tatoeba" / f"tatoeba_{code}_eng.tsv"
            lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
            pairs = [(one, other) for one, _, other in (line.partition("\t") for line in lines) if other]
            found[code] = [pair for pair in pairs if is_held(pair[1], _PAIR_HELD) == self.held]
        return found

    def parallel(self) -> Iterator[tuple[str, str]]:
        """Danish and Swedish texts that say the same, sentence by sentence where they can be paired."""
        passages = {}
        for by_language in self.squad.values():
            if len(by_language) > 1:
                (asked, one), (same, other) = by_language["da"], by_language["sv"]
                yield asked, same
                passages[one] = other
        for one, other in passages.items():
            pairs = sentences(one), sentences(other)
            if len(pairs[0]) == len(pairs[1]):
                yield from zip(*pairs, strict=True)


class Teacher:
    """Lessons drawn anew for each epoch: other sentences asked, other words in other languages."""

    def __init__(self, shared: Shared, seed: int = 0) -> None:
        self._shared = shared
        self._random = random.Random(seed)  # noqa: S311 - the same lessons every time
        self._counts: dict[str, int] = defaultdict(int)
        for section in shared.sections:
            for sentence in section.sentences:
                for word in _WORD.findall(sentence):
                    self._counts[word.lower()] += 1
        self.dictionary: Dictionary = read_dictionary(
            shared.folder / "data" / "omw_nordic.tsv",
            [*aligned_words(shared.parallel()), *cognates(self._counts)],
            self._counts,
        )
        self._stops = [read_words(f"stopwords/{code}.txt") for code in ("en", "nb", "da", "sv")]

    def texts(self) -> Iterator[str]:
        """A sample of the texts and every word of the dictionary, to make a vocabulary of."""
        for section in self._shared.sections[::3]:
            yield " ".join((section.title, section.heading, *section.sentences))
        for lesson in self._questions():
            yield " ".join((lesson.asked, *lesson.told))
        for word in self.dictionary.words:
            yield " ".join([word] * 20)

    def lessons(self) -> Iterator[Lesson]:
        """One epoch, those of a group one after another."""
        for section in self._shared.sections:
            yield self._of_section(section)
        for _ in range(_QUESTIONS):
            for lesson in self._questions():
                yield Lesson(self._otherwise(lesson.asked), lesson.told, lesson.group)
        for one, other in self._shared.parallel():
            yield Lesson(one, (other,), "parallel")
        for pairs in self._shared.english.values():
            for one, other in pairs:
                yield Lesson(other, (one,), "english")
                yield Lesson(self.dictionary.in_english(one, self._random), (one,), "english")
        for one, other in self.dictionary.pairs(self._random):
            if self._random.random() < _WORDS_SHARE:
                yield Lesson(one, (other,), "words")

    def examination(self) -> Iterator[Lesson]:
        """Headings and questions that are set aside, words in other languages among them; always the same."""
        before, held = self._random, Shared(self._shared.folder, held=True)
        self._random = random.Random(1)  # noqa: S311
        for section in held.sections[::3]:
            if section.heading:
                yield Lesson(self._otherwise(section.heading), section.sentences, section.group)
        self._random = before

    def _questions(self) -> Iterator[Lesson]:
        for by_language in self._shared.squad.values():
            for code, (question, passage) in by_language.items():
                yield Lesson(question, sentences(passage), "squad-" + code)
            if len(by_language) > 1:
                for code, other in (("da", "sv"), ("sv", "da")):
                    yield Lesson(by_language[code][0], sentences(by_language[other][1]), "squad-" + other)
        for question, passage in self._shared.norquad:
            yield Lesson(question, sentences(passage), "norquad")
        for line in read_lines(self._shared.folder / "questions" / "swequad_mc.jsonl.gz"):
            yield Lesson(line["question"], sentences(line["context"]), "swequad")

    def _of_section(self, section: Section) -> Lesson:
        draw = self._random.random()
        told = section.sentences
        context: tuple[str, ...] = (section.title, section.heading)
        if section.heading and draw < 0.5:
            asked, context = section.heading, (section.title,)
            if draw > 0.35:
                asked, context = f"{section.title} {section.heading}", ()
        elif draw < 0.55:
            asked, context = section.title, (section.heading,)
        else:
            long = [at for at, sentence in enumerate(told) if len(sentence) >= _SHORTEST]
            at = self._random.choice(long) if long else 0
            asked = told[at]
            rest = told[:at] + told[at + 1 :]
            if draw > 0.8 or not rest:  # a few words of it, which the passage need not be without
                words = asked.split()
                size = self._random.randint(*_SPAN)
                begin = self._random.randint(0, max(0, len(words) - size))
                asked = " ".join(words[begin : begin + size])
            if rest and draw < 0.9:
                told = rest
        if self._random.random() < 0.5:
            told = (*context, *told)
        return Lesson(self._otherwise(asked), told, section.group)

    def _otherwise(self, text: str) -> str:
        """The text as it is, or with words in other languages, or in what English the dictionary has."""
        draw = self._random.random()
        if draw < _AS_IT_IS:
            return text
        if draw < _AS_IT_IS + _MIXED:
            said = self.dictionary.mixed(text, self._random)
            stops = self._random.choice(self._stops)
        else:
            said = self.dictionary.in_english(text, self._random)
            stops = self._stops[0]
        extra = self._random.sample(sorted(stops), min(len(stops), self._random.randint(0, 4)))
        return " ".join((said, *extra))
