"""A draft as it is being written: checked statement by statement, and told as soon as that is safe.

What was told is never taken back. So a statement is told once those before it and itself answer by
themselves; from then on they stand, whatever becomes of the rest of the draft.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering.worded import Tell
from assistant.domain.reply import Answer
from assistant.narration.drafting import Draft, DraftStatement, begun
from assistant.narration.locating import Located


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement that passed the checks, and the places it rests on."""

    text: str
    grounds: tuple[Located, ...]
    is_proposal: bool = False


class Telling:
    """Hears one draft. `answer` is the answer of what it has so far, None while that does not answer.

    `check` gives a statement that holds, or the name of the check it fails; `compose` the answer of such
    statements, each of which begins with those of a shorter one unless it is not `early`: then nothing is
    told before the draft is whole. `most` is how many statements there is room for.
    """

    def __init__(
        self,
        check: Callable[[DraftStatement], Kept | str],
        compose: Callable[[Sequence[Kept]], Answer | None],
        tell: Tell,
        *,
        most: int,
        early: bool,
    ) -> None:
        self._check = check
        self._compose = compose
        self._tell = tell
        self._most = most
        self._early = early
        self.answer: Answer | None = None
        self.begin()

    def begin(self) -> None:
        """Forgets what was heard; never called once something was told."""
        self._heard: list[DraftStatement] = []
        self._kept: list[Kept] = []
        self.dropped: list[str] = []

    @property
    def is_bound(self) -> bool:
        """Whether a statement was told."""
        return self.answer is not None

    def hear(self, text: str) -> None:
        """Takes the statements that stand whole in the draft so far."""
        if self._early:
            self._take(begun(text))

    def end(self, draft: Draft) -> None:
        """Takes the whole draft."""
        if list(draft.statements[: len(self._heard)]) != self._heard:
            if self.is_bound:
                return
            self.begin()
        self._take(draft.statements)
        if not self._early:
            self.answer = self._compose(self._kept)

    def _take(self, statements: Sequence[DraftStatement]) -> None:
        for statement in statements[len(self._heard) :]:
            self._heard.append(statement)
            kept = self._check(statement)
            if isinstance(kept, str):
                self.dropped.append(kept)
            elif any(kept.text.casefold() == other.text.casefold() for other in self._kept):
                self.dropped.append("repeated")
            elif len(self._kept) < self._most:
                self._kept.append(kept)
                self._tell_more()

    def _tell_more(self) -> None:
        answer = self._compose(self._kept) if self._early else None
        if answer is None:
            return
        told = len(self.answer.statements) if self.answer else 0
        self.answer = answer
        for statement in answer.statements[told:]:
            self._tell(statement)
