"""How much the nearest passages by meaning count beside those found by words."""

from __future__ import annotations

from dataclasses import dataclass

# Bokmål, nynorsk and Danish share most words, and a short question is easily taken for its neighbour.
_WRITTEN_ALIKE = {"nn": "nb", "da": "nb"}


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the vectors: the nearest passage counts so much, the last of those looked at nothing.

    The best passage by words counts 1. `within` holds where question and document are in one
    written language, `across` where they are not: there words often fail. These are what an encoder
    has that was not calibrated.
    """

    within: float = 0.1
    across: float = 0.1

    def weight(self, asked: str, told: str) -> float:
        """The weight for a question and a document of these languages; "" is unknown."""
        written = {_WRITTEN_ALIKE.get(language, language) for language in (asked, told) if language}
        return self.across if len(written) > 1 else self.within


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fusion that questions found best for an encoder, and how many they were."""

    fusion: Fusion
    questions: int
