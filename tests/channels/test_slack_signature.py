from __future__ import annotations

import hashlib
import hmac

import pytest

from assistant.channels.slack.signature import REPLAY_WINDOW_S, is_from_slack

NOW = 1_700_000_000
SECRET = "8f742231b10e"
BODY = "token=å&text=hvem".encode()


def headers(body: bytes = BODY, timestamp: str = str(NOW), secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={digest}"}


def test_the_example_of_slacks_documentation() -> None:
    """docs.slack.dev/authentication/verifying-requests-from-slack"""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signed = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    assert is_from_slack("8f742231b10e8888abcd99yyyzzz85a5", signed, body, 1531420618)


@pytest.mark.parametrize("age", [-REPLAY_WINDOW_S, 0, REPLAY_WINDOW_S])
def test_signed_within_the_window(age: int) -> None:
    assert is_from_slack(SECRET, headers(), BODY, NOW + age)


@pytest.mark.parametrize("age", [-REPLAY_WINDOW_S - 1, REPLAY_WINDOW_S + 1])
def test_signed_outside_the_window(age: int) -> None:
    assert not is_from_slack(SECRET, headers(), BODY, NOW + age)


@pytest.mark.parametrize(
    "timestamp", ["", "soon", "-5", "1.7e9", f" {NOW}", f"{NOW}\n", "²", "٣", "9" * 5000]
)
def test_a_time_that_is_no_number(timestamp: str) -> None:
    assert not is_from_slack(SECRET, headers(timestamp=timestamp), BODY, NOW)


@pytest.mark.parametrize("signature", ["", "v0=", "v0=é", "\udcff", "v1=" + "0" * 64])
def test_a_signature_that_is_none(signature: str) -> None:
    assert not is_from_slack(SECRET, headers() | {"x-slack-signature": signature}, BODY, NOW)


def test_another_secret_another_body_no_secret() -> None:
    assert not is_from_slack("another", headers(), BODY, NOW)
    assert not is_from_slack(SECRET, headers(), BODY + b" ", NOW)
    assert not is_from_slack("", headers(secret=""), BODY, NOW)
    assert not is_from_slack(SECRET, {}, BODY, NOW)
