"""How right one reply is, and how right many are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from assistant.domain.reply import Answer, Citation, Exchange
from assistant.evaluation.questions import Case

TEXT_CHARS = 900  # of a reply's text, and
QUOTE_CHARS = 700  # of a quote, are what a person is shown
OVERLAP = 0.5  # of the evidence's characters, when the quote is the shorter
ERROR = "error"

TextOf = Callable[[str, str], str]
"""(document id, version) → canonical text."""

LOWER_IS_BETTER = frozenset({"never_shown", "wrong_abstention", "errors", "p50_ms", "p95_ms"})
METRICS = (
    "right",
    "evidence@1",
    "evidence@3",
    "evidence@5",
    "mrr",
    "answer_accuracy",
    "never_shown",
    "citation_precision",
    "verbatim",
    "correct_abstention",
    "wrong_abstention",
    "expected_outcome",
    "reply_language",
    "errors",
    "p50_ms",
    "p95_ms",
)


@dataclass(frozen=True, slots=True)
class Score:
    """One case with its reply. `exchange` is None when asking failed (`error` names the failure's code).

    `rank` is the place of the first citation that has the evidence, from 1; 0 when none has.
    `supporting` of the `citations` have evidence; `verbatim` of them equal the stored text
    (-1 when that was not checked). `shows_never` tells that something stands in it that must not.
    `seconds` is the time asking took.
    """

    case: Case
    exchange: Exchange | None
    seconds: float
    rank: int = 0
    accurate: bool = False
    citations: int = 0
    supporting: int = 0
    verbatim: int = -1
    shows_never: bool = False
    error: str = ""

    @property
    def outcome(self) -> str:
        """The reply's outcome, or "error"."""
        return self.exchange.reply.outcome.value if self.exchange else ERROR

    @property
    def answered(self) -> bool:
        """Whether the reply is an answer."""
        return self.exchange is not None and isinstance(self.exchange.reply, Answer)

    @property
    def as_expected(self) -> bool:
        """Whether the reply is of the sort the case asks for: an answer or none, or the very outcome."""
        if self.exchange is None:
            return False
        if self.case.expect is not None:
            return self.exchange.reply.outcome is self.case.expect
        return self.answered == self.case.answerable

    @property
    def right(self) -> bool:
        """Whether nothing is to be faulted: the outcome, the evidence among the first three, the answer."""
        if not self.as_expected or self.shows_never:
            return False
        found = 1 <= self.rank <= 3 or not self.case.evidence or not self.case.answerable
        return found and (self.accurate or not self.case.answer_contains)


def score(
    case: Case, exchange: Exchange | None, seconds: float, text_of: TextOf | None = None, error: str = ""
) -> Score:
    """The score of one reply; an abstention's nearest passages are no citations."""
    if exchange is None or not isinstance(exchange.reply, Answer):
        said = exchange.reply.text if exchange else ""
        return Score(
            case,
            exchange,
            seconds,
            accurate=not case.answerable and has_answer(case.answer_contains, said),
            error=error,
        )
    answer = exchange.reply
    shown = "\n".join((answer.text, *(citation.quote for citation in answer.citations)))
    supporting = [has_evidence(case.evidence, citation.quote) for citation in answer.citations]
    return Score(
        case,
        exchange,
        seconds,
        rank=supporting.index(True) + 1 if any(supporting) else 0,
        accurate=is_accurate(case.answer_contains, answer),
        citations=len(supporting),
        supporting=sum(supporting),
        verbatim=sum(_is_verbatim(c, text_of) for c in answer.citations) if text_of else -1,
        shows_never=any(has_answer([[never]], shown) for never in case.never),
    )


def has_evidence(evidence: Sequence[str], quote: str) -> bool:
    """Whether a quote holds one of the evidence spans, or is half of one or more.

    Spaces do not count, nor the bars between cells.
    """
    shown = _plain(quote)
    for span in map(_plain, evidence):
        if span in shown or (shown and shown in span and len(shown) >= OVERLAP * len(span)):
            return True
    return False


def has_answer(groups: Sequence[Sequence[str]], text: str) -> bool:
    """Whether an alternative of every group is in the text; spaces, bars and case do not count."""
    shown = _plain(text).casefold()
    return all(any(_plain(alternative).casefold() in shown for alternative in group) for group in groups)


def is_accurate(groups: Sequence[Sequence[str]], answer: Answer) -> bool:
    """Whether an alternative of every group is in the reply's text and in what its citations show."""
    cited = "\n".join(
        part
        for citation in answer.citations
        for part in (citation.quote[:QUOTE_CHARS], citation.document.title, citation.locator)
    )
    return has_answer(groups, answer.text[:TEXT_CHARS]) and has_answer(groups, cited)


def summarise(scores: Sequence[Score]) -> dict[str, float]:
    """Metric → value, 0 to 1 (milliseconds for p50_ms and p95_ms); what nothing bears on is left out."""
    grounded = [one for one in scores if one.case.evidence and one.case.answerable]
    answerable = [one for one in scores if one.case.answerable]
    unanswerable = [one for one in scores if not one.case.answerable]
    with_answer = [one for one in answerable if one.case.answer_contains]
    with_never = [one for one in scores if one.case.never]
    checked = [one for one in scores if one.verbatim >= 0]
    shares: dict[str, tuple[float, int]] = {
        f"evidence@{k}": (sum(1 <= one.rank <= k for one in grounded), len(grounded)) for k in (1, 3, 5)
    }
    shares |= {
        "right": (sum(one.right for one in scores), len(scores)),
        "never_shown": (sum(one.shows_never for one in with_never), len(with_never)),
        "mrr": (sum(1 / one.rank for one in grounded if one.rank), len(grounded)),
        "answer_accuracy": (sum(one.accurate for one in with_answer), len(with_answer)),
        "citation_precision": (sum(o.supporting for o in grounded), sum(o.citations for o in grounded)),
        "verbatim": (sum(one.verbatim for one in checked), sum(one.citations for one in checked)),
        "correct_abstention": (sum(one.as_expected for one in unanswerable), len(unanswerable)),
        "wrong_abstention": (sum(_abstained(one) for one in answerable), len(answerable)),
        "expected_outcome": (sum(one.as_expected for one in scores), len(scores)),
        "reply_language": _reply_language(scores),
        "errors": (sum(one.exchange is None for one in scores), len(scores)),
    }
    values = {name: part / whole for name, (part, whole) in shares.items() if whole}
    if scores:
        values |= {
            f"p{share}_ms": 1000 * percentile([s.seconds for s in scores], share) for share in (50, 95)
        }
    return {name: values[name] for name in METRICS if name in values}


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest of the values that `share` per cent of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, ceil(len(values) * share / 100) - 1)]


def _abstained(one: Score) -> bool:
    return one.exchange is not None and not one.answered


def _reply_language(scores: Sequence[Score]) -> tuple[int, int]:
    told = [
        (one.exchange.reply.language, one.case.language)
        for one in scores
        if one.exchange and one.case.language
    ]
    return sum(given == wanted for given, wanted in told), len(told)


def _is_verbatim(citation: Citation, text_of: TextOf) -> bool:
    text = text_of(citation.document.id, citation.document.version)
    return text[citation.start : citation.end] == citation.quote


def _plain(text: str) -> str:
    """Without what is between words: runs of space, and the bar that stands between a row's cells."""
    return " ".join(text.replace("|", " ").split())
