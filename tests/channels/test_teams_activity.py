"""What Teams sends, read; and who it is from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.channels.teams.activity import (
    MAX_QUESTION_CHARS,
    activity_from_json,
    language_of,
    read_activity,
    read_message,
)
from assistant.channels.teams.audience import Audience, Readers, read_audience
from assistant.channels.teams.feedback import Verdict, read_verdict
from assistant.channels.teams.tokens import KeySet, KeysUnavailable, TokenRefused, is_allowed_service
from assistant.domain.reply import Complaint
from assistant.errors import SettingError

USER = "99999999-8888-7777-6666-555555555555"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
SENT: dict[str, Any] = {
    "type": "message",
    "id": "1",
    "channelId": "msteams",
    "serviceUrl": "https://smba.trafficmanager.net/emea/",
    "from": {"id": "29:1", "aadObjectId": USER.upper()},
    "recipient": {"id": "28:bot", "name": "Mandat"},
    "conversation": {
        "id": "19:a@thread.tacv2;messageid=7",
        "conversationType": "channel",
        "tenantId": TENANT,
    },
    "channelData": {"tenant": {"id": TENANT}},
    "text": "<at>Mandat</at> Hvem?",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Hvem avgjør?", "Hvem avgjør?"),
        ("<at>Mandat</at> Hvem avgjør?", "Hvem avgjør?"),
        ("<at>Mandat</at>&nbsp;Hvem avgjør?\n", "Hvem avgjør?"),
        ("Hei <at>Mandat</at>, spør <at id=\"1\">Kari Nordmann</at> hvem?", "Hei , spør hvem?"),
        ("<p>Hvem <b>avgjør</b>?</p><p>Og når?</p>", "Hvem avgjør?\nOg når?"),
        ("<div>Hvem<br/>avgjør</div>", "Hvem\navgjør"),
        ("Er 3 &lt; 5 &amp;&amp; 5 &gt; 3?", "Er 3 < 5 && 5 > 3?"),
        ("&lt;at&gt;Mandat&lt;/at&gt; hvem?", "<at>Mandat</at> hvem?"),
        ("a <b", "a <b"),
        ("Rektor\u200b og \u00adinspektør\ufeff", "Rektor og inspektør"),
        ("\u00a0\u2003 ", ""),
        (None, ""),
        (5, ""),
        ("x" * 50_000, "x" * MAX_QUESTION_CHARS),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_a_message_is_read_as_it_was_meant(text: object, read: str) -> None:
    assert read_message(text) == read


def test_an_activity_is_read_and_kept_whole() -> None:
    activity = read_activity(SENT)
    assert activity is not None
    assert (activity.text, activity.user, activity.tenant) == ("Hvem?", USER, TENANT)
    assert not activity.is_personal
    assert activity.place == f"teams:{TENANT}:19:a@thread.tacv2;messageid=7"
    assert activity_from_json(activity.to_json()) == activity


def test_each_place_kind_and_number_is_another_event() -> None:
    changed = [
        SENT,
        SENT | {"id": "2"},
        SENT | {"type": "installationUpdate"},
        SENT | {"conversation": {**SENT["conversation"], "id": "19:b"}},
        SENT | {"conversation": {**SENT["conversation"], "tenantId": USER}, "channelData": {}},
    ]
    events = [activity.event for each in changed if (activity := read_activity(each))]
    assert len(set(events)) == len(changed)


@pytest.mark.parametrize(
    ("mentions", "expected"),
    [
        ([{"type": "mention", "mentioned": {"id": "28:bot"}}], True),
        ([{"type": "mention", "mentioned": {"id": "29:other"}}], False),
        ([{"type": "clientInfo"}, {"type": "mention", "mentioned": {"id": "28:bot"}}], True),
        ([{"type": "clientInfo", "mentioned": {"id": "28:bot"}}], False),
        (None, False),
    ],
)
def test_a_mention_is_told_by_its_entity(mentions: Any, expected: bool) -> None:
    activity = read_activity(SENT | {"entities": mentions})
    assert activity is not None
    assert activity.mentions_us is expected


@pytest.mark.parametrize(
    ("locale", "language"),
    [("nb-NO", "nb"), ("no", "nb"), ("nn-NO", "nn"), ("da_DK", "da"), ("SV-se", "sv"), ("en-GB", "en"), ("fi-FI", "en"), ("", "en")],
)  # fmt: skip
def test_the_language_of_a_client(locale: str, language: str) -> None:
    assert language_of(locale) == language


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("- user: kari\n  groups: [a]", "user"),
        (f"- user: {USER}", "groups"),
        (f"- user: {USER}\n  groups: []", "groups"),
        (f"- user: {USER}\n  entra_group: {USER}\n  groups: [a]", "give `user` or `entra_group`"),
        ("- groups: [a]", "give `user` or `entra_group`"),
        (f"- user: {USER}\n  group: [a]\n  groups: [a]", "group"),
        ("a: b", "the list"),
        ("- [", "cannot be read"),
    ],
)
def test_an_audience_of_another_form_is_refused(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "audience.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingError, match="MANDAT_TEAMS_AUDIENCE") as raised:
        read_audience(path)
    assert named in str(raised.value)


def test_an_audience_is_read_and_a_missing_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audience.yaml"
    path.write_text(
        f"- user: {USER.upper()}\n  groups: [a]\n- user: {USER}\n  groups: [b]\n", encoding="utf-8"
    )
    assert read_audience(path) == Audience({USER: frozenset("ab")}, {})
    assert read_audience(None) == Audience()
    with pytest.raises(SettingError, match="cannot be read"):
        read_audience(tmp_path / "none.yaml")


@pytest.mark.anyio
async def test_a_membership_counts_for_some_minutes_and_a_failure_for_none() -> None:
    now = [0.0]
    answers: list[Any] = [["G1"], OSError("down"), [], ["g1"]]
    asked: list[str] = []

    async def member_of(user: str, groups: Any) -> Any:
        asked.append(user)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    audience = Audience({USER: frozenset({"own"})}, {"g1": frozenset({"ledere"})})
    readers = Readers(audience, member_of, clock=lambda: now[0])
    assert await readers.groups(USER) == {"own", "ledere"}
    now[0] = 299.0
    assert await readers.groups(USER) == {"own", "ledere"}
    now[0] = 301.0
    assert await readers.groups(USER) == {"own"}  # it cannot be asked: what was known is too old
    assert await readers.groups(USER) == {"own"}
    assert await readers.groups("") == frozenset()
    assert await readers.groups("stranger") == {"ledere"}
    assert asked == [USER, USER, USER, "stranger"]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://SMBA.trafficmanager.net/emea/", True),
        ("https://smba.trafficmanager.net:443/emea/", True),
        ("https://smba.trafficmanager.net:8443/emea/", False),
        ("http://smba.trafficmanager.net/emea/", False),
        ("http://127.0.0.1:9000/", True),
        ("http://127.0.0.1:9001/", False),
        ("https://x.smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net.evil.example/", False),
        ("https://user@smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net/?a=b", False),
        ("https://smba.trafficmanager.net/#a", False),
        ("https:///emea/", False),
        ("https://smba.trafficmanager.net:port/", False),
        ("smba.trafficmanager.net", False),
    ],
)
def test_our_token_goes_to_the_allowed_hosts_only(address: str, allowed: bool) -> None:
    assert is_allowed_service(address, frozenset({"smba.trafficmanager.net", "127.0.0.1:9000"})) is allowed


def test_a_verdict_of_another_form_is_none() -> None:
    assert read_verdict({}) is None
    assert read_verdict(
        {"actionValue": {"reaction": "dislike", "feedback": {"complaint": "wrong"}}}
    ) == Verdict(False, "", Complaint.WRONG)
    assert read_verdict({"actionValue": {"reaction": "like", "feedback": "fritt"}}) == Verdict(True, "fritt")


@pytest.mark.anyio
async def test_keys_are_fetched_seldom_serve_while_the_host_is_away_and_end() -> None:
    now, fetched, down = [0.0], [0], [False]

    def fetch(url: str) -> dict[str, Any]:
        fetched[0] += 1
        if down[0]:
            raise OSError("down")
        return {"one": object()}

    keys = KeySet("https://keys.example", fetch=fetch, clock=lambda: now[0])
    assert await keys.find("one")
    assert fetched == [1]
    for _ in range(5):
        with pytest.raises(TokenRefused):
            await keys.find("two")
    assert fetched == [1]  # not more often than once a minute
    now[0] += 61
    with pytest.raises(TokenRefused):
        await keys.find("two")
    assert fetched == [2]
    down[0] = True
    now[0] += 13 * 3600
    assert await keys.find("one")
    await keys.warm()  # until the fetch that began then has failed
    now[0] += 61
    with pytest.raises(KeysUnavailable):
        await keys.find("two")
    now[0] += 48 * 3600
    with pytest.raises(KeysUnavailable):
        await keys.find("one")
    down[0] = False
    now[0] += 6
    assert await keys.find("one")
    await keys.close()


@pytest.mark.anyio
async def test_many_who_wait_for_keys_cause_one_fetch() -> None:
    import asyncio

    fetched = [0]

    def fetch(url: str) -> dict[str, Any]:
        fetched[0] += 1
        return {"one": object()}

    keys = KeySet("https://keys.example", fetch=fetch)
    await asyncio.gather(*(keys.find("one") for _ in range(20)))
    assert fetched == [1]
    await keys.close()
