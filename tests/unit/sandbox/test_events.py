"""Events of accepted mail: what is made, how it is told, and that it is the truth."""

from __future__ import annotations

import base64
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.errors import UsageError
from newsletter.sandbox import Happening, HappeningKind, SandboxOptions, parse_happening, serve
from tests.peers.http_peer import HttpPeer, answering, http_peer
from tests.unit.sandbox.client import KEY, Client
from tests.unit.sandbox.messages import make_message, make_reader

FIRST = "reader0@example.test"
LINKS = (
    '<p><a href="https://x.test/one?a=1&amp;b=2">1</a> <a class="b" href="nlx2">2</a>'
    '<a clicktracking="off" href="https://x.test/leave">3</a> <a href="https://x.test/four">4</a></p>'
)
TAKEN = answering(204)


@pytest.fixture
def peer() -> Iterator[HttpPeer]:
    """A webhook that takes everything."""
    with http_peer(TAKEN) as made:
        yield made


@pytest.fixture
def telling(client: Client, peer: HttpPeer) -> Iterator[Client]:
    """A sandbox that posts to it; nothing is left to chance unless a test says so."""
    tell(client, peer, "open:0")
    yield client
    client.ask("PUT", "/_sandbox/events", {})


def tell(client: Client, peer: HttpPeer, *events: str) -> None:
    value = {"url": peer.url + "/hook?x=1", "events": list(events), "seed": 7}
    answer = client.ask("PUT", "/_sandbox/events", value)
    assert answer.status == 200, answer.body


def told(client: Client, peer: HttpPeer) -> list[dict[str, Any]]:
    """Every event that was posted, once all are taken."""
    pause = threading.Event()
    for _ in range(1_000):
        if client.get("/_sandbox/events").json["waiting"] == 0:
            return [event for request in peer.requests for event in request.json]
        pause.wait(0.01)
    raise AssertionError("the events do not come")


def with_links(readers: int = 1) -> dict[str, Any]:
    content = [{"type": "text/plain", "value": "Hello"}, {"type": "text/html", "value": LINKS}]
    return make_message(readers, content=content)


def truth(client: Client, query: str = "") -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = client.get(f"/_sandbox/truth{query}").json
    return lines


def test_nothing_is_made_unless_it_is_asked_for(client: Client) -> None:
    """Without a webhook a mail is processed, and that is all."""
    client.send(make_message(1))
    assert client.get("/_sandbox/events").json["url"] == ""
    assert [line["events"] for line in truth(client)] == [["processed"]]


def test_a_delivered_mail(telling: Client, peer: HttpPeer) -> None:
    """Processed and delivered, with the custom args at the top and the vendor's own fields."""
    message_id = telling.send(make_message(1)).headers["x-message-id"]

    processed, delivered = told(telling, peer)

    assert (processed["event"], delivered["event"]) == ("processed", "delivered")
    assert delivered["timestamp"] > processed["timestamp"]
    assert delivered["sg_event_id"] != processed["sg_event_id"]
    for event in (processed, delivered):
        assert event["email"] == FIRST
        assert event["sg_message_id"].startswith(message_id)
        assert event["category"] == ["issue-12"]
        assert (event["nl_site"], event["nl_delivery"]) == ("s1", "site.0")
        assert "smtp-id" in event


def test_the_post_is_signed(telling: Client, peer: HttpPeer) -> None:
    """ECDSA on P-256 over timestamp and bytes, by the key that is shown; no other bytes pass."""
    telling.send(make_message(1))
    told(telling, peer)
    (request,) = peer.requests
    assert request.line == "POST /hook?x=1 HTTP/1.1"
    key = load_der_public_key(base64.b64decode(telling.get("/_sandbox/events/key").body))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"

    signature = request.headers["X-Twilio-Email-Event-Webhook-Signature"]
    timestamp = request.headers["X-Twilio-Email-Event-Webhook-Timestamp"]
    signed = timestamp.encode() + request.body
    key.verify(base64.b64decode(signature), signed, ec.ECDSA(SHA256()))


def test_reserved_names_win(telling: Client, peer: HttpPeer) -> None:
    """A custom arg of a name of the vendor's is not told."""
    args = {"event": "mine", "email": "mine", "sg_event_id": "mine", "status": "mine", "own": "x"}
    telling.send(make_message(personalizations=[make_reader(custom_args=args)]))

    for event in told(telling, peer):
        assert "mine" not in event.values()
        assert event["own"] == "x"


@pytest.mark.parametrize(
    ("kind", "words", "listed"),
    [
        ("bounce", ["processed", "bounce"], "bounces"),
        ("blocked", ["processed", "blocked"], "blocks"),
        ("late_bounce", ["processed", "delivered", "bounce"], "bounces"),
        ("spamreport", ["processed", "delivered", "spamreport"], "spam_reports"),
        ("unsubscribe", ["processed", "delivered", "unsubscribe"], "unsubscribes"),
        ("deferred", ["processed", "deferred", "delivered"], ""),
        ("machine_open", ["processed", "delivered", "open:machine"], ""),
    ],
)
def test_what_can_happen(
    telling: Client, peer: HttpPeer, kind: str, words: list[str], listed: str
) -> None:
    """Each kind makes its events, the truth says the same, and whoever is hurt is listed."""
    tell(telling, peer, f"{kind}:1")
    telling.send(make_message(1))

    events = told(telling, peer)

    assert truth(telling)[0]["events"] == words
    names = [word.partition(":")[0].replace("blocked", "bounce") for word in words]
    assert [event["event"] for event in events] == names
    for name in ("bounces", "blocks", "spam_reports", "unsubscribes"):
        rows = telling.ask("GET", f"/v3/suppression/{name}", headers=KEY).json
        assert [row["email"] for row in rows] == ([FIRST] if name == listed else [])


def test_bounces_say_which_kind(telling: Client, peer: HttpPeer) -> None:
    """`bounce` is for good, `blocked` for this time; a late one lacks the name of the mail."""
    for kind in ("bounce", "blocked", "late_bounce"):
        telling.ask("DELETE", "/_sandbox/messages")
        tell(telling, peer, f"{kind}:1")
        telling.send(make_message(1))
        told(telling, peer)
    hard, soft, late = [
        event for request in peer.requests for event in request.json if event["event"] == "bounce"
    ]
    assert (hard["type"], soft["type"], late["type"]) == ("bounce", "blocked", "bounce")
    assert hard["status"].startswith("5")
    assert soft["status"].startswith("4")
    assert "sg_message_id" in hard
    assert "sg_message_id" not in late


def test_a_bounced_address_is_dropped_next_time(telling: Client, peer: HttpPeer) -> None:
    """The vendor does not even try; a block keeps nobody from being tried again."""
    tell(telling, peer, "bounce:1")
    telling.send(make_message(1))
    tell(telling, peer, "open:0")
    telling.send(make_message(1))

    assert [line["events"][-1] for line in truth(telling)] == ["bounce", "dropped"]
    assert told(telling, peer)[-1]["reason"] == "Bounced Address"


def test_clicks_follow_the_links_of_the_mail(telling: Client, peer: HttpPeer) -> None:
    """A reader's own links, as they stand in their mail, and only those that are followed."""
    tell(telling, peer, "click:1")
    telling.send(with_links(30))

    events = told(telling, peer)

    clicks = [event for event in events if event["event"] == "click"]
    assert len(clicks) == 30
    assert Counter(event["event"] for event in events)["open"] == 30
    urls = {event["url"] for event in clicks}
    assert urls == {"https://x.test/one?a=1&b=2", "https://x.test/four"} | {
        url for url in urls if url.startswith("https://x.test/u/")
    }


def test_a_scanner_follows_every_link_at_once(telling: Client, peer: HttpPeer) -> None:
    """All links within two seconds, and no open."""
    tell(telling, peer, "scanner:1")
    telling.send(with_links())

    clicks = [event for event in told(telling, peer) if event["event"] == "click"]

    assert [event["url"] for event in clicks] == [
        *("https://x.test/one?a=1&b=2", "https://x.test/four"),
    ]
    assert clicks[-1]["timestamp"] - clicks[0]["timestamp"] <= 2
    assert set(truth(telling)[0]["events"]) == {"processed", "delivered", "click:scanner"}


def test_what_is_not_tracked_is_not_told(telling: Client, peer: HttpPeer) -> None:
    """A message that wants no opens and clicks followed has none."""
    tell(telling, peer, "click:1", "open:1", "machine_open:1", "scanner:1")
    off = {"enable": False}
    message = {**with_links(), "tracking_settings": {"click_tracking": off, "open_tracking": off}}
    telling.send(message)

    assert [event["event"] for event in told(telling, peer)] == ["processed", "delivered"]


def test_told_twice_and_in_any_order(telling: Client, peer: HttpPeer) -> None:
    """The same event twice has the same id and the same words; none is lost."""
    tell(telling, peer, "double:1", "shuffle:1:0.2")
    telling.send(make_message(50))

    events = told(telling, peer)

    assert len(events) == 200
    times = Counter(orjson.dumps(event) for event in events)
    assert set(times.values()) == {2}
    assert len({event["sg_event_id"] for event in events}) == 100
    order = [event["email"] for event in events]
    assert order != sorted(order)


def test_late_events_come_late(telling: Client, peer: HttpPeer) -> None:
    """They wait their time while others are posted."""
    tell(telling, peer, "late:0.5:0.3")
    telling.send(make_message(20))
    assert len(told(telling, peer)) == 40
    assert len(peer.requests) > 1


def test_a_webhook_that_fails_is_tried_again(telling: Client, peer: HttpPeer) -> None:
    """The same bytes until it says 2xx."""

    def behave(it: HttpPeer, connection: Any) -> None:
        answering(500 if len(it.requests) < 2 else 204)(it, connection)

    peer.behaviour = behave
    telling.send(make_message(1))
    told(telling, peer)

    assert len(peer.requests) == 3
    assert len({request.body for request in peer.requests}) == 1
    counts = telling.get("/_sandbox/events").json
    assert (counts["posts"], counts["posted"], counts["lost"]) == (1, 2, 0)


def test_the_truth_can_be_read_by_address_and_page(telling: Client, peer: HttpPeer) -> None:
    """Oldest request first; the custom args say which mail it was."""
    telling.send(make_message(3))
    telling.send(make_message(1))

    assert [line["custom_args"]["nl_delivery"] for line in truth(telling)] == [
        *("site.0", "site.1", "site.2", "site.0"),
    ]
    assert len(truth(telling, f"?to={FIRST}")) == 2
    assert [line["email"] for line in truth(telling, "?offset=2&limit=1")] == [
        "reader2@example.test"
    ]
    assert telling.get("/_sandbox/truth?limit=x").status == 400


def test_the_mails_page_says_what_happened(telling: Client, peer: HttpPeer) -> None:
    """In words, each once."""
    tell(telling, peer, "scanner:1")
    telling.send(with_links())
    page = telling.get("/").body.decode()
    assert "processed, delivered, click by a scanner × 2" in page


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "http://example.com/x",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "x",
        "http://[::1",
    ],
)
def test_events_stay_on_this_machine(client: Client, url: str) -> None:
    """Any other target is refused, and nothing changes."""
    answer = client.ask("PUT", "/_sandbox/events", {"url": url})
    assert answer.status == 400
    assert "this machine only" in answer.json["errors"][0]["message"]
    with pytest.raises(UsageError):
        serve(options=SandboxOptions(events=url))


@pytest.mark.parametrize(
    "value",
    [{"urls": ""}, [], {"events": "open:1"}, {"events": ["opn:1"]}, {"seed": "x"}, {"url": 1}],
)
def test_settings_that_make_no_sense(client: Client, value: Any) -> None:
    """400 with words."""
    assert client.ask("PUT", "/_sandbox/events", value).status == 400


def test_a_happening_as_text() -> None:
    """KIND:RATE or KIND:RATE:SECONDS, with the nearest right name for a wrong one."""
    assert parse_happening("bounce:0.02") == Happening(HappeningKind.BOUNCE, 0.02)
    assert parse_happening("late:0.1:9").seconds == 9
    for text in ("bounce", "bounce:2", "bounce:x", "bounce:0.1:5", "late:0.1:9999", "a:b:c:d"):
        with pytest.raises(UsageError):
            parse_happening(text)
    with pytest.raises(UsageError, match='Did you mean "bounce"'):
        parse_happening("bounc:0.1")


def test_bad_ends_share_one_mail(client: Client) -> None:
    """Their rates add up to one at most."""
    value = {"events": ["bounce:0.6", "blocked:0.6"]}
    assert client.ask("PUT", "/_sandbox/events", value).status == 400
