"""Asking SendGrid afterwards: what is sent, and what each answer means, over real sockets."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.errors import ProviderSilent, UsageError
from newsletter.model.consent import SuppressionReason
from newsletter.model.event import EventKind, LogEntry, SuppressionEntry
from newsletter.transports.sendgrid_log import ROWS_A_PAGE, SendGridLog
from tests.peers.batches import NOW, StandingClock
from tests.peers.http_peer import (
    Behaviour,
    HttpPeer,
    answering,
    hang_up,
    http_peer,
    reset_after_reading,
    saying,
    stay_silent,
)

KEY = "SG.a-key-nobody.may-see"
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SINCE = datetime(2026, 12, 1, 11, 50, tzinfo=UTC)
UNTIL = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
Asking = Callable[[SendGridLog], Any]


def log(url: str, **options: Any) -> SendGridLog:
    options.setdefault("timeout", 2.0)
    return SendGridLog(KEY, url, clock=StandingClock(), **options)


def find(it: SendGridLog) -> Any:
    return it.find("ann@example.test", SINCE, UNTIL)


def asked(behaviour: Behaviour, asking: Asking = find) -> Any:
    with http_peer(behaviour) as peer:
        return asking(log(peer.url))


@pytest.fixture
def empty() -> Iterator[HttpPeer]:
    with http_peer(answering(200, {"messages": []})) as peer:
        yield peer


def row(**changes: Any) -> dict[str, Any]:
    """A line of the log as the vendor writes it."""
    return {
        "from_email": "letters@news.test",
        "sg_message_id": "m1.recvd-1",
        "subject": "Hello",
        "to_email": "ann@example.test",
        "status": "delivered",
        "sg_message_id_created_at": "2026-12-01T12:00:00Z",
        **changes,
    }


def test_the_search_is_exactly_this(empty: HttpPeer) -> None:
    """One POST with address and span in the vendor's query language; the key in its header only."""
    assert find(log(empty.url)) == []

    (request,) = empty.requests
    assert request.line == "POST /v3/logs HTTP/1.1"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.json == {
        "query": (
            "to_email = 'ann@example.test'"
            ' AND sg_message_id_created_at >= TIMESTAMP "2026-12-01T11:50:00Z"'
            ' AND sg_message_id_created_at <= TIMESTAMP "2026-12-01T13:00:00Z"'
        ),
        "limit": 100,
    }


def test_an_apostrophe_and_a_domain_of_the_world(empty: HttpPeer) -> None:
    """An address can not end the query's string, and is asked for as it was sent."""
    log(empty.url).find("o'neil@bücher.test", SINCE, UNTIL)

    assert empty.requests[0].json["query"].startswith('to_email = "o\'neil@xn--bcher-kva.test" AND')


@pytest.mark.parametrize("email", ["a'b\"c@example.test", "a\\b@example.test"])
def test_an_address_that_can_not_be_asked_for(empty: HttpPeer, email: str) -> None:
    """Silence, and never absence, is what an address becomes that the query can not hold."""
    with pytest.raises(ProviderSilent):
        log(empty.url).find(email, SINCE, UNTIL)
    assert empty.requests == []


def test_what_the_search_finds() -> None:
    """Each mail, newest first; custom args are not in it."""
    later = row(
        sg_message_id="m2", status="blocked", sg_message_id_created_at="2026-12-01T12:30:00"
    )
    found = asked(answering(200, {"messages": [row(), later]}))

    assert found == [
        LogEntry("m2", "ann@example.test", "blocked", NOON + timedelta(minutes=30)),
        LogEntry("m1.recvd-1", "ann@example.test", "delivered", NOON),
    ]


def test_one_mail_is_read_with_its_marks() -> None:
    """GET by the name of the mail, quoted; the custom args are the delivery and the attempt."""
    events = [{"event": "processed", "timestamp": int(NOW.timestamp())}]
    args = {"nl_delivery": "s1-a", "nl_attempt": "s1-b", "nl_mail": "s1-m3", "more": "x"}
    detail = row(custom_args=args, events=events)
    with http_peer(answering(200, detail)) as peer:
        found = log(peer.url).read("m1/../x y")

    assert peer.requests[0].line == "GET /v3/logs/m1%2F..%2Fx%20y HTTP/1.1"
    assert found == LogEntry(
        "m1.recvd-1", "ann@example.test", "delivered", NOW, "s1-a", "s1-b", "s1-m3"
    )


def test_a_mail_that_is_not_there() -> None:
    """404 is an answer: the log does not have it."""
    assert asked(answering(404, {"errors": []}), lambda it: it.read("m1")) is None


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        (EventKind.BOUNCED, ["bounces", "invalid_emails"]),
        (EventKind.BLOCKED, ["blocks"]),
        (EventKind.COMPLAINED, ["spam_reports"]),
        (EventKind.UNSUBSCRIBED, ["unsubscribes"]),
    ],
)
def test_a_list_is_asked_for_since_then(kind: EventKind, paths: list[str]) -> None:
    """GET with the start in seconds, page by page until one is not full."""
    one = {"created": int(NOW.timestamp()), "email": "ann@example.test", "reason": "550\nno"}
    with http_peer(answering(200, [one])) as peer:
        found = log(peer.url).suppressed(kind, SINCE)

    start = int(SINCE.timestamp())
    assert [request.line for request in peer.requests] == [
        f"GET /v3/suppression/{path}?limit=500&offset=0&start_time={start} HTTP/1.1"
        for path in paths
    ]
    assert found == (SuppressionEntry("ann@example.test", kind, NOW, "550 no"),) * len(paths)


def test_a_long_list_has_pages() -> None:
    """The next page is asked for while the last one was full."""
    pages = [[{"created": 1, "email": f"r{n}@x.test"} for n in range(size)] for size in (500, 2)]

    def behave(peer: HttpPeer, connection: Any) -> None:
        answering(200, pages[len(peer.requests)])(peer, connection)

    with http_peer(behave) as peer:
        found = log(peer.url).suppressed(EventKind.COMPLAINED, SINCE)

    assert len(found) == ROWS_A_PAGE + 2
    assert "&offset=500&" in peer.requests[1].line


@pytest.mark.parametrize(
    ("reason", "lists"),
    [
        (SuppressionReason.BOUNCE, {"bounces", "invalid_emails", "blocks"}),
        (SuppressionReason.COMPLAINT, {"spam_reports"}),
        (SuppressionReason.IMPORTED, {"bounces", "invalid_emails", "blocks", "spam_reports"}),
    ],
)
@pytest.mark.parametrize("status", [204, 404])
def test_an_address_is_taken_off(reason: SuppressionReason, lists: set[str], status: int) -> None:
    """DELETE on each list that the reason may have put it on; not being there is fine."""
    with http_peer(answering(status)) as peer:
        log(peer.url).lift(reason, "a+b@example.test")

    assert {request.line for request in peer.requests} == {
        f"DELETE /v3/suppression/{name}/a%2Bb@example.test HTTP/1.1" for name in lists
    }


@pytest.mark.parametrize(
    "asking", [find, lambda it: it.read("m"), lambda it: it.lift("bounce", "a@b.c")]
)
@pytest.mark.parametrize("status", [202, 302, 400, 405, 500, 503])
def test_only_what_is_documented_is_an_answer(status: int, asking: Asking) -> None:
    """Any other status is silence; nothing is followed, and nothing becomes absence."""
    with pytest.raises(ProviderSilent, match=f"HTTP {status}") as told:
        asked(answering(status, b"{}", Location="http://127.0.0.1:1/"), asking)
    assert told.value.not_before is None


def test_a_limit_says_when_to_come_back() -> None:
    """429 with the moment of its reset header, or a minute from now without one."""
    reset = str(int(NOW.timestamp()) + 37)
    with pytest.raises(ProviderSilent) as told:
        asked(answering(429, {"errors": []}, X_RateLimit_Reset=reset))
    assert told.value.not_before == NOW + timedelta(seconds=37)

    with pytest.raises(ProviderSilent) as told:
        asked(answering(429, {"errors": []}))
    assert told.value.not_before == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_ask(status: int) -> None:
    """It says which permissions are missing, and is not asked again at once."""
    with pytest.raises(ProviderSilent, match="Email Activity") as told:
        asked(answering(status, {"errors": [{"message": f"forbidden for {KEY}"}]}))

    assert told.value.not_before == NOW + timedelta(hours=1)
    assert KEY not in str(told.value)


@pytest.mark.parametrize("behaviour", [hang_up, reset_after_reading, stay_silent, saying(b"what?")])
def test_a_broken_line_is_silence(behaviour: Behaviour) -> None:
    """Whatever the network does, within the timeout."""
    with http_peer(behaviour) as peer, pytest.raises(ProviderSilent):
        find(log(peer.url, timeout=0.3))


def test_nobody_there_is_silence() -> None:
    """A refused connection too."""
    with http_peer() as peer:
        url = peer.url
    with pytest.raises(ProviderSilent):
        find(log(url))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        json.dumps({}).encode(),
        json.dumps({"messages": "none"}).encode(),
        json.dumps({"messages": [1]}).encode(),
        json.dumps({"messages": [row(sg_message_id=None)]}).encode(),
        json.dumps({"messages": [row(sg_message_id_created_at="today")]}).encode(),
    ],
)
def test_an_answer_that_is_not_as_documented(body: bytes) -> None:
    """It is silence: an empty list is the only way to say that there is nothing."""
    with pytest.raises(ProviderSilent, match="documentation"):
        asked(answering(200, body))


def test_the_key_is_never_shown(empty: HttpPeer, caplog: pytest.LogCaptureFixture) -> None:
    """Not in logs at any level, not in what the object says of itself."""
    caplog.set_level(logging.DEBUG)
    made = log(empty.url)
    find(made)

    assert KEY not in caplog.text
    assert KEY not in repr(made)
    with pytest.raises(UsageError):
        log("http://elsewhere.test")
