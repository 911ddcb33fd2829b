"""Trains the bundled static encoder from open texts.

    python -m assistant.evaluation.train_encoder SHARED --write FOLDER [--epochs 6] [--dimension 256]

SHARED has `data/` and `questions/` (see `encoder_lessons`). A token's row is learnt as a vector of
its own plus those of the letter groups of its spelling, Nordic habits of spelling set aside, times
a weight that begins as smooth inverse frequency (Arora, Liang and Ma 2017); the finished rows are
written in sentence-transformers' form, so reading them needs no code. Each batch holds sections of
the same acts side by side, so that what is told from what is as hard as in one act. The rows with
the best loss on acts set aside are kept.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.encoder_lessons import Lesson, Shared, Teacher
from assistant.evaluation.word_pairs import skeleton

_BATCH = 2048
_RUN = 8  # lessons of one group side by side
_TOKENS = 128  # of a passage
_SCALE = 20.0
_DROPPED = 0.1  # of the tokens, while learning
_RATE = 0.01
_BUCKETS = 1 << 15
_GROUPS = (3, 4, 5)  # letters
_FREQUENT = 1e-3  # the a of a / (a + p)
_SEED = 0
_UNKNOWN = "[UNK]"

Ids = NDArray[np.int64]


def main() -> None:
    """Read the arguments, train, and write the model's folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("shared", type=Path)
    parser.add_argument("--write", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--vocabulary", type=int, default=32_000)
    arguments = parser.parse_args()
    teacher = Teacher(Shared(arguments.shared))
    tokenizer = make_tokenizer(teacher.texts(), arguments.vocabulary)
    rows = train(teacher, tokenizer, arguments.epochs, arguments.dimension)
    write(arguments.write, tokenizer, rows)


def make_tokenizer(texts: Iterable[str], size: int) -> Any:
    """Word pieces in lower case, ä as æ and ö as ø, without accents but for å."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token=_UNKNOWN, max_input_chars_per_word=60))
    letters = [("ä", "æ"), ("ö", "ø"), ("é", "e"), ("è", "e"), ("à", "a"), ("ü", "u"), ("ò", "o"), ("ô", "o")]
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Lowercase(), *(normalizers.Replace(*pair) for pair in letters)]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=["[PAD]", _UNKNOWN], limit_alphabet=120, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def letter_groups(token: str) -> list[int]:
    """The letter groups of a token by number, and the whole of it; "<" where a word begins."""
    begins = not token.startswith("##")
    plain = skeleton(token.removeprefix("##"))
    framed = f"<{plain}" if begins else plain
    groups = {framed[at : at + size] for size in _GROUPS for at in range(len(framed) - size + 1)}
    return [crc32(group.encode()) % _BUCKETS for group in sorted({f"{framed}>", *groups})]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as token numbers, one after another, each beginning at its offset."""

    ids: Ids
    offsets: Ids


def _texts(rows: Sequence[NDArray[np.int32]]) -> Texts:
    lengths = np.array([len(row) for row in rows])
    return Texts(np.concatenate(rows).astype(np.int64), np.cumsum(lengths) - lengths)


class Tokens:
    """Texts to token numbers; sentences that come again are remembered."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, NDArray[np.int32]] = {}

    def of(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """The numbers of each text; never empty."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(each.ids or [1], dtype=np.int32) for each in found]

    def told(self, lesson: Lesson) -> NDArray[np.int32]:
        """The first tokens of the sentences."""
        return np.concatenate([self._known[sentence] for sentence in lesson.told])[:_TOKENS]

    def learn(self, lessons: Sequence[Lesson]) -> None:
        """Remember the sentences of the lessons."""
        new = list({s: None for lesson in lessons for s in lesson.told if s not in self._known})
        for begin in range(0, len(new), 4096):
            some = new[begin : begin + 4096]
            self._known.update(zip(some, (ids[:_TOKENS] for ids in self.of(some)), strict=True))


def batches(lessons: Sequence[Lesson], draw: random.Random, size: int = _BATCH) -> Iterator[list[Lesson]]:
    """The lessons in batches, runs of one group kept together, the runs shuffled."""
    runs: list[list[Lesson]] = []
    by_group: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        by_group.setdefault(lesson.group, []).append(lesson)
    for group in by_group.values():
        draw.shuffle(group)
        runs += [group[at : at + _RUN] for at in range(0, len(group), _RUN)]
    draw.shuffle(runs)
    flat = [lesson for run in runs for lesson in run]
    yield from (flat[at : at + size] for at in range(0, len(flat), size))


def train(teacher: Teacher, tokenizer: Any, epochs: int, dimension: int) -> NDArray[np.float32]:
    """A row a token."""
    import torch

    torch.manual_seed(_SEED)
    draw = random.Random(_SEED)  # noqa: S311 - the same order every time
    tokens = Tokens(tokenizer)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    spelling = _texts([np.array(letter_groups(token), dtype=np.int32) for token, _ in vocabulary])
    lessons = list(teacher.lessons())
    tokens.learn(lessons)
    counts = np.full(len(vocabulary), 0.5)
    for lesson in lessons:
        np.add.at(counts, tokens.told(lesson), 1)
    model = _model(spelling, dimension, _FREQUENT / (_FREQUENT + counts / counts.sum()))
    optimizer = torch.optim.Adam(model.parameters(), lr=_RATE, fused=True)
    steps, step = epochs * (len(lessons) // _BATCH + 1), 0
    best, kept = np.inf, np.zeros((0, dimension), dtype=np.float32)
    held = list(batches(list(teacher.examination()), draw))
    for examined in held:
        tokens.learn(examined)
    for epoch in range(epochs):
        begun, losses = time.monotonic(), []
        if epoch:
            lessons = list(teacher.lessons())
            tokens.learn(lessons)
        for some in batches(lessons, draw):
            optimizer.param_groups[0]["lr"] = _RATE * max(0.02, 1 - step / steps)
            optimizer.zero_grad()
            loss = _loss(model(), some, tokens, _DROPPED)
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
            step += 1
        with torch.no_grad():
            rows = model()
            examined_loss = float(np.mean([float(_loss(rows, some, tokens)) for some in held]))
        print(  # noqa: T201 - the command's output
            f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, on what is set aside {examined_loss:.3f}, "
            f"{time.monotonic() - begun:.0f} s",
            flush=True,
        )
        if examined_loss < best:
            best, kept = examined_loss, rows.numpy()
    return kept


def _model(spelling: Texts, dimension: int, weights: NDArray[np.float64]) -> Any:
    """What gives the rows of all tokens."""
    import torch
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    size = len(spelling.offsets)
    begins = np.append(spelling.offsets, len(spelling.ids))
    lengths = np.diff(begins)
    token_of = np.repeat(np.arange(size), lengths)
    shares = (1 / lengths)[token_of]
    mix = csr_matrix((shares, (token_of, spelling.ids)), shape=(size, _BUCKETS), dtype=np.float32)
    back = mix.T.tocsr()

    class Mixed(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, groups: Any) -> Any:
            return torch.from_numpy(mix @ groups.detach().numpy())

        @staticmethod
        def backward(_: Any, slope: Any) -> Any:
            return torch.from_numpy(back @ slope.numpy())

    mixed: Any = Mixed.apply

    class Rows(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = torch.nn.Parameter(0.3 * dimension**-0.5 * torch.randn(size, dimension))
            self.groups = torch.nn.Parameter(2 * dimension**-0.5 * torch.randn(_BUCKETS, dimension))
            self.weights = torch.nn.Parameter(torch.tensor(np.log(weights), dtype=torch.float32))

        def forward(self) -> Any:
            return (self.own + mixed(self.groups)) * torch.exp(self.weights).unsqueeze(1)

    return Rows()


def _loss(rows: Any, lessons: Sequence[Lesson], tokens: Tokens, dropped: float = 0.0) -> Any:
    """Cross-entropy of each text's own partner among the batch's, both ways; what is equal is no mistake."""
    import torch
    from torch.nn import functional

    asked = tokens.of([lesson.asked for lesson in lessons])
    both = _texts([*asked, *(tokens.told(lesson) for lesson in lessons)])
    # The sum has the direction of the mean, and lets tokens be left out.
    kept = (torch.rand(len(both.ids)) >= dropped).float()
    pooled = functional.embedding_bag(
        torch.from_numpy(both.ids), rows, torch.from_numpy(both.offsets), mode="sum", per_sample_weights=kept
    )
    unit = functional.normalize(pooled, dim=1)
    scores = _SCALE * unit[: len(lessons)] @ unit[len(lessons) :].T
    same = torch.zeros_like(scores, dtype=torch.bool)
    for keys in ([hash(each.told) for each in lessons], [hash(each.asked.lower()) for each in lessons]):
        same |= torch.tensor(keys).unsqueeze(0) == torch.tensor(keys).unsqueeze(1)
    same.fill_diagonal_(False)
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(lessons))
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2


def write(folder: Path, tokenizer: Any, rows: NDArray[np.float32]) -> None:
    """The model's folder, as sentence-transformers writes it: half-precision rows, then unit length."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    scaled = rows / np.sqrt((rows**2).mean())
    save_file({"embedding.weight": scaled.astype(np.float16)}, str(folder / "model.safetensors"))
    module = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
    modules = [{"idx": 0, "name": "0", "path": "", "type": module}]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n", encoding="utf-8")
    config = {
        "default_prompt_name": None,
        "model_type": "SentenceTransformer",
        "prompts": {"document": "", "query": ""},
        "similarity_fn_name": "cosine",
    }
    text = json.dumps(config, indent=2) + "\n"
    (folder / "config_sentence_transformers.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
