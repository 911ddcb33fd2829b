"""One deadline for a reply, retries within it, a model left alone when it is down, calls bounded."""

from __future__ import annotations

import threading
import time

import pytest
from played import PlayedModel, failing

from assistant.domain.reply import Ended
from assistant.errors import ModelFailed
from assistant.narration.patience import ATTEMPTS, FAILURES, REST_S, Breaker, PatientModel
from assistant.narration.prompts import Prompt

PROMPT = Prompt("x", "system", "user")


def say(model: PatientModel) -> str:
    return model.say(PROMPT, {}, model.begin()).text


def why(model: PatientModel) -> str:
    with pytest.raises(ModelFailed) as failed:
        say(model)
    return failed.value.why


def test_what_may_pass_is_tried_again_and_tokens_are_counted() -> None:
    answers = iter([ModelFailed(Ended.RATE_LIMITED), ModelFailed(Ended.UNREACHABLE), "{}"])
    model = PatientModel(PlayedModel(lambda _: next(answers)), 5, first_wait_s=0.001)
    spent = model.begin()
    assert model.say(PROMPT, {}, spent).text == "{}"
    assert (spent.calls, spent.tokens_in, spent.tokens_out) == (3, 100, 20)


@pytest.mark.parametrize("ended", [Ended.REFUSED, Ended.MALFORMED, Ended.REJECTED, Ended.TIMEOUT])
def test_what_will_not_pass_is_not_tried_again(ended: Ended) -> None:
    played = failing(ended)
    assert why(PatientModel(played, 5, first_wait_s=0.001)) == ended
    assert len(played.prompts) == 1


def test_it_is_tried_only_so_often_and_never_past_the_deadline() -> None:
    played = failing(Ended.UNREACHABLE)
    assert why(PatientModel(played, 5, first_wait_s=0.001)) == Ended.UNREACHABLE
    assert len(played.prompts) == ATTEMPTS
    began = time.perf_counter()
    assert why(PatientModel(failing(Ended.RATE_LIMITED, wait_s=60), 1)) == Ended.RATE_LIMITED
    assert time.perf_counter() - began < 0.5


def test_a_call_that_hangs_is_given_up_at_the_deadline() -> None:
    release = threading.Event()

    def hang(_: Prompt) -> str:
        release.wait(10)
        return "{}"

    began = time.perf_counter()
    assert why(PatientModel(PlayedModel(hang), 0.2)) == Ended.TIMEOUT
    assert time.perf_counter() - began < 1
    release.set()


def test_a_crash_of_the_client_is_a_failure_like_another() -> None:
    assert why(PatientModel(PlayedModel(lambda _: RuntimeError("secret question")), 1)) == Ended.MALFORMED


def test_calls_at_once_are_bounded_those_given_up_among_them() -> None:
    release = threading.Event()

    def hang(_: Prompt) -> str:
        release.wait(10)
        return "{}"

    model = PatientModel(PlayedModel(hang), 0.1, at_once=1)
    assert why(model) == Ended.TIMEOUT
    assert why(model) == Ended.BUSY
    release.set()


def test_a_model_that_is_down_is_left_alone_and_tried_again_after_a_rest() -> None:
    now = [0.0]
    answers: list[str | Exception] = [ModelFailed(Ended.TIMEOUT)] * (FAILURES + 1)
    played = PlayedModel(lambda _: answers.pop(0) if answers else "{}")
    model = PatientModel(played, 5, breaker=Breaker(lambda: now[0]))
    for _ in range(FAILURES):
        assert why(model) == Ended.TIMEOUT
    assert why(model) == Ended.RESTING
    assert len(played.prompts) == FAILURES
    now[0] += REST_S
    assert why(model) == Ended.TIMEOUT  # one tries, and it is still down
    assert why(model) == Ended.RESTING
    now[0] += REST_S
    assert say(model) == "{}"
    assert say(model) == "{}"


def test_a_refusal_or_a_bad_draft_does_not_count_as_being_down() -> None:
    model = PatientModel(failing(Ended.REFUSED), 5)
    assert {why(model) for _ in range(FAILURES + 2)} == {Ended.REFUSED}
