"""What real processes write down while they work, and what they never do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.acceptance.newsroom import Newsroom, in_utc, make_due, until
from tests.peers.http_peer import answering, http_peer

KEY = "SG.a-key-that-no-line-may-show"
_PAIR = re.compile(r'(?P<key>\w+)(?:=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^ "]*)))?(?: |$)')


def read(line: str) -> dict[str, str]:
    """A line of logfmt; fails where it is none. https://brandur.org/logfmt"""
    found: dict[str, str] = {}
    at = 0
    while at < len(line):
        pair = _PAIR.match(line, at)
        assert pair, line
        found[pair["key"]] = pair["quoted"] or pair["bare"] or ""
        at = pair.end()
    return found


def readers_and_plan(newsroom: Newsroom, readers: int) -> list[str]:
    """An approved issue that is due."""
    emails = newsroom.bring(readers)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.run("schedule", "1", "--at", in_utc(hours=3), "--timezone", "UTC")
    make_due(newsroom, hours_ago=0.01)
    return emails


def test_a_provider_that_repeats_readers_brings_none_into_the_log(newsroom: Newsroom) -> None:
    """It refuses with address and key in its words: each line says what, which batch, which call
    and who sent it, and neither the address nor the key.
    """
    emails = readers_and_plan(newsroom, 4)
    words = f"{emails[1]} is not wanted, nor is {emails[2]}%40x; Bearer {KEY}"
    refusing = answering(400, {"errors": [{"message": words, "field": None}]})
    newsroom.environ |= {"SENDGRID_API_KEY": KEY, "NEWSLETTER_LOG__LEVEL": "debug"}
    with http_peer(refusing) as peer:
        newsroom.environ["SENDGRID_URL"] = peer.url
        with newsroom.scheduler() as running:
            until(lambda: newsroom.status()["state"] == "paused")
        written = running.wait().err
    assert "reader.example" not in written
    assert KEY not in written
    lines = [read(line) for line in written.splitlines() if line.startswith("timestamp=")]
    assert {"a process begins", "a process ends"} <= {line["event"] for line in lines}
    refused = [line for line in lines if line.get("answer") == "refused"]
    assert len(refused) >= 2
    for line in refused:
        assert line["level"] == "warning"
        assert line.keys() >= {"batch", "dispatch", "attempt", "worker", "readers", "status"}
        assert "is not wanted" in line["reason"]
    (stuck,) = [line for line in lines if line["level"] == "error"]
    assert (stuck["event"], stuck["state"]) == ("a dispatch needs a person", "paused")
    assert stuck["attempt"] in {line["attempt"] for line in refused}


def test_a_log_of_json(newsroom: Newsroom) -> None:
    """A line is a document, and an issue that goes well is a handful of them."""
    readers_and_plan(newsroom, 30)
    newsroom.environ["NEWSLETTER_LOG__FORMAT"] = "json"
    with newsroom.scheduler() as running:
        until(lambda: newsroom.status()["state"] == "sent")
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in running.wait().err.splitlines() if line.startswith("{")
    ]
    assert {line["level"] for line in lines} == {"info"}
    moved = [line for line in lines if line["event"] == "a dispatch moved"]
    assert [line["state"] for line in moved] == ["preparing", "sending", "sent"]
    assert (moved[1]["readers"], moved[2]["accepted"], moved[2]["unknown"]) == (30, 30, 0)
    assert len(lines) < 10


def test_a_command_is_quiet(newsroom: Newsroom) -> None:
    """It answers; the log is for what stays."""
    newsroom.environ["NEWSLETTER_LOG__LEVEL"] = "debug"
    newsroom.bring(3)
    newsroom.run("approve", "1", "--by", "Ada")
    assert "level=" not in newsroom.run("send", "1", "--by", "Ada")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("FORMAT", "jsn", 'Did you mean "json"?'), ("LEVEL", "loud", "Known: debug")],
)
def test_a_wrong_setting_is_told(newsroom: Newsroom, name: str, value: str, told: str) -> None:
    """With the nearest right word."""
    newsroom.environ[f"NEWSLETTER_LOG__{name}"] = value
    assert told in newsroom.run("status", code=2)
