"""Whether a request over HTTP is Slack's: pure, and before anything of it is parsed.

Slack's own library answers 500 where it should refuse: to a time that is no number, a signature
outside ASCII, a body outside UTF-8. See docs.slack.dev/authentication/verifying-requests-from-slack.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

TIMESTAMP_HEADER = "x-slack-request-timestamp"
SIGNATURE_HEADER = "x-slack-signature"
REPLAY_WINDOW_S = 300


def is_from_slack(secret: str, headers: Mapping[str, str], body: bytes, now_s: float) -> bool:
    """Whether `body` was signed with the secret at a time within `REPLAY_WINDOW_S` of `now_s` (Unix time).

    `headers` are looked up by lower-case name, decoded as Latin-1 (as ASGI servers do).
    """
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    if not secret or re.fullmatch(r"[0-9]{1,12}", timestamp, re.ASCII) is None:
        return False
    if abs(now_s - int(timestamp)) > REPLAY_WINDOW_S:
        return False
    signed = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    given = headers.get(SIGNATURE_HEADER, "").encode("latin-1", "replace")
    return hmac.compare_digest(b"v0=" + signed.hexdigest().encode(), given)
