"""Marks → one figure that orders sentences: a weighted sum, its weights learned from question sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from assistant.answering.data import load


@dataclass(frozen=True, slots=True)
class Ranker:
    """Mark → weight. A mark without a weight counts nothing.

    Scores are in nats: of two candidates the one that scores higher by d is e^d times as likely,
    by the sets it was learned from, to be the one that answers.
    """

    weights: Mapping[str, float]

    def score(self, marks: Mapping[str, float]) -> float:
        """How well a sentence with these marks answers, against others for the same question."""
        weights = self.weights
        return sum(weights[name] * value for name, value in marks.items() if name in weights)


@cache
def learned_ranker() -> Ranker:
    """The weights in `data/ranker.yaml`, made by `python -m assistant.evaluation.train_ranker`."""
    return Ranker(load("ranker")["learned"])


@cache
def plain_ranker() -> Ranker:
    """The weights set by hand that the learned ones have to beat."""
    return Ranker(load("ranker")["by_hand"])
