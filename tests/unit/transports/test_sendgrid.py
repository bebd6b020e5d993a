"""SendGrid: what is sent, and what each answer means, over real sockets."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import UsageError
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.transports.sendgrid import SendGridTransport
from tests.peers.batches import (
    LINK,
    NAME,
    NOW,
    StandingClock,
    make_batch,
    make_letter,
    make_recipient,
)
from tests.peers.certificates import self_signed
from tests.peers.http_peer import (
    Behaviour,
    HttpPeer,
    answering,
    hang_up,
    http_peer,
    reset_after_reading,
    reset_before_reading,
    saying,
    stay_silent,
)

KEY = "SG.a-key-nobody.may-see"


@pytest.fixture
def peer() -> Iterator[HttpPeer]:
    with http_peer() as it:
        yield it


def transport(url: str, **options: Any) -> SendGridTransport:
    options.setdefault("timeout", 2.0)
    return SendGridTransport(KEY, url, clock=StandingClock(), **options)


def sent(batch: Batch, behaviour: Behaviour, **options: Any) -> Receipt:
    with http_peer(behaviour) as it:
        return transport(it.url, **options).send(batch)


def test_request_is_exactly_this(peer: HttpPeer) -> None:
    """One request carries the letter once and each reader's own values, headers and ids."""
    receipt = transport(peer.url).send(make_batch(2))

    (request,) = peer.requests
    assert request.line == "POST /v3/mail/send HTTP/1.1"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.json == {
        "personalizations": [
            {
                "to": [{"email": f"reader{n}@example.test", "name": f"Reader {n}"}],
                "headers": {
                    "List-Unsubscribe": f"<https://news.lumen.test/u/{n}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
                "substitutions": {NAME: f"Name{n}", LINK: f"https://news.lumen.test/u/{n}"},
                "custom_args": {"nl_delivery": f"lumen.{n}", "nl_attempt": "lumen.a7"},
            }
            for n in (1, 2)
        ],
        "from": {"email": "letters@lumen.test", "name": "Lumen Skin Clinic"},
        "reply_to": {"email": "hello@lumen.test"},
        "subject": f"Microneedling, {NAME}",
        "content": [
            {"type": "text/plain", "value": f"Hello {NAME}\nLeave: {LINK}\n"},
            {
                "type": "text/html",
                "value": f'<!DOCTYPE html><p>Hello {NAME}</p><a href="{LINK}">leave</a>',
            },
        ],
        "headers": {"List-Id": "Lumen Skin Clinic <news.lumen.test>"},
        "categories": ["issue-12"],
        "tracking_settings": {"subscription_tracking": {"enable": False}},
    }
    assert receipt == Receipt(
        Answer.ACCEPTED, (Outcome.ACCEPTED,) * 2, message_id="msg-1", status=202
    )


def test_plain_way_says_the_same(peer: HttpPeer) -> None:
    """Without ready bodies the vendor's client makes the same JSON, as application/json."""
    transport(peer.url).send(make_batch(3))
    transport(peer.url, ready_bodies=False).send(make_batch(3))

    ready, plain = peer.requests
    assert plain.headers["Content-Type"] == "application/json"
    assert plain.json == ready.json


def test_test_mail_has_no_unsubscribe_headers(peer: HttpPeer) -> None:
    """A reader without an unsubscribe address gets no List-Unsubscribe."""
    transport(peer.url).send(Batch(make_letter(), "a", [make_recipient(unsubscribe="")]))

    assert "headers" not in peer.requests[0].json["personalizations"][0]


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("Ruiz, Ana; Dr.\r\nBcc: x@y.test", "Ruiz Ana Dr. Bcc: x@y.test"),
        ("Zoë 日本", "Zoë 日本"),
        (";,\n", None),
        ("", None),
    ],
)
def test_recipient_names_are_cleaned(peer: HttpPeer, name: str, to: str | None) -> None:
    """Names lose `;`, `,` and control characters; an empty one is left out."""
    transport(peer.url).send(Batch(make_letter(), "a", [make_recipient(name=name)]))

    assert peer.requests[0].json["personalizations"][0]["to"][0].get("name") == to


def test_non_ascii_list_id_and_domain(peer: HttpPeer) -> None:
    """List-Id and the address's domain travel in ASCII (RFC 2047, RFC 5890)."""
    letter = make_letter(list_id="Zürich <news.lumen.test>")
    transport(peer.url).send(Batch(letter, "a", [make_recipient(email="ana@bücher.test")]))

    body = peer.requests[0].json
    assert body["headers"]["List-Id"] == "=?utf-8?q?Z=C3=BCrich?= <news.lumen.test>"
    assert body["personalizations"][0]["to"][0]["email"] == "ana@xn--bcher-kva.test"


@pytest.mark.parametrize("value", ["x" * 9_600, "é" * 4_800, '"' * 5_000, "\ud800"])
def test_a_reader_who_would_spoil_the_call_is_rejected_before_it(
    peer: HttpPeer, value: str
) -> None:
    """Values too large, or no Unicode, reject that reader alone; nothing is sent."""
    recipients = [make_recipient(1), make_recipient(2, values=(value, "x")), make_recipient(3)]

    receipt = transport(peer.url).send(Batch(make_letter(), "a", recipients))

    assert receipt.answer is Answer.READERS_REFUSED
    assert receipt.outcomes == (Outcome.UNTOUCHED, Outcome.REJECTED, Outcome.UNTOUCHED)
    assert set(receipt.reasons) == {1}
    assert "this reader" in receipt.reasons[1]
    assert peer.connections == 0


def test_values_just_within_the_limit_are_sent(peer: HttpPeer) -> None:
    """The limit is one of size, not of caution."""
    recipient = make_recipient(values=("é" * 4_700, "x"))

    assert transport(peer.url).send(Batch(make_letter(), "a", [recipient])).answer is (
        Answer.ACCEPTED
    )


def test_letter_that_is_no_unicode_is_refused(peer: HttpPeer) -> None:
    """A fault of the letter touches no reader."""
    receipt = transport(peer.url).send(make_batch(2, make_letter(html="\ud800")))

    assert receipt.answer is Answer.CONTENT_REFUSED
    assert set(receipt.outcomes) == {Outcome.UNTOUCHED}


def test_letter_over_thirty_megabytes_stays_here(peer: HttpPeer) -> None:
    """The vendor's limit of a message is seen before it is sent."""
    receipt = transport(peer.url).send(make_batch(1, make_letter(html="x" * 30_000_000)))

    assert (receipt.answer, peer.connections) == (Answer.TOO_LARGE, 0)


def test_empty_batch_is_done_and_a_large_one_a_mistake(peer: HttpPeer) -> None:
    """Nobody to mail needs no call; more than `most` is the caller's error."""
    assert transport(peer.url).send(make_batch(0)).outcomes == ()
    with pytest.raises(ValueError, match="1001 readers"):
        transport(peer.url).send(make_batch(1_001))
    assert peer.connections == 0


@pytest.mark.parametrize("status", [200, 201, 204, 302, 307, 408, 500, 502, 503, 504, 599])
def test_anything_but_yes_and_a_known_no_is_unknown(status: int) -> None:
    """Only 202 accepts; an unexpected answer may have been a yes."""
    receipt = sent(make_batch(2), answering(status, b"" if status == 204 else b"odd"))

    assert receipt.answer is Answer.AMBIGUOUS
    assert receipt.outcomes == (Outcome.UNKNOWN,) * 2
    assert receipt.status == status
    assert str(status) in receipt.reason


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(peer: HttpPeer, status: int) -> None:
    """The key goes to no other address, whatever the answer says."""
    receipt = sent(make_batch(1), answering(status, Location=f"{peer.url}/v3/mail/send"))

    assert receipt.answer is Answer.AMBIGUOUS
    assert peer.connections == 0


@pytest.mark.parametrize(
    "behaviour",
    [
        reset_before_reading,
        reset_after_reading,
        hang_up,
        saying(b"SSH-2.0-OpenSSH\r\n"),
        saying(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nshort"),
        saying(b"HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nshort"),
        saying(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
)
def test_a_connection_that_breaks_leaves_unknown(behaviour: Behaviour) -> None:
    """Once the connection stood, the request may have been taken."""
    receipt = sent(make_batch(2), behaviour)

    assert receipt.answer is Answer.AMBIGUOUS
    assert receipt.outcomes == (Outcome.UNKNOWN,) * 2
    assert receipt.reason


def test_silence_is_ambiguous() -> None:
    """A server that takes the request and says nothing is given up after the timeout."""
    receipt = sent(make_batch(1), stay_silent, timeout=0.1)

    assert receipt.answer is Answer.AMBIGUOUS
    assert "timed out" in receipt.reason


def test_refused_port_is_unreachable() -> None:
    """Nothing left this machine, so nobody was touched."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        receipt = transport(f"http://127.0.0.1:{probe.getsockname()[1]}").send(make_batch(2))

    assert receipt.answer is Answer.UNREACHABLE
    assert receipt.outcomes == (Outcome.UNTOUCHED,) * 2
    assert "refused" in receipt.reason


def test_timeout_while_connecting_is_unreachable() -> None:
    """A TLS handshake that never ends has carried nothing of the request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        receipt = transport(url, timeout=0.1).send(make_batch(1))

    assert receipt.answer is Answer.UNREACHABLE
    assert "timed out" in receipt.reason


def test_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS failure is nothing left."""

    def no_such_host(*_: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    receipt = transport("https://nowhere.invalid").send(make_batch(1))

    assert receipt.answer is Answer.UNREACHABLE
    assert "not known" in receipt.reason


def test_unvouched_certificate_is_unreachable(tmp_path: Path) -> None:
    """A server that can not prove its name gets neither key nor readers."""
    context, _ = self_signed(tmp_path)
    with http_peer(tls=context) as it:
        receipt = transport(it.url).send(make_batch(1))

    assert receipt.answer is Answer.UNREACHABLE
    assert "CERTIFICATE_VERIFY_FAILED" in receipt.reason
    assert it.requests == []


def test_https_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate that is vouched for, the same request goes out over TLS."""
    context, authority = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with http_peer(tls=context) as it:
        receipt = transport(it.url).send(make_batch(1))

    assert receipt.answer is Answer.ACCEPTED
    assert it.requests[0].json["subject"]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxy_never_sees_loopback_calls(
    peer: HttpPeer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A proxy from the environment is not asked for what stays on this machine."""
    with http_peer() as proxy:
        monkeypatch.setenv(variable, proxy.url)
        receipt = transport(peer.url).send(make_batch(1))

    assert receipt.answer is Answer.ACCEPTED
    assert (proxy.connections, len(peer.requests)) == (0, 1)


def test_https_proxy_gets_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy for the vendor is asked for a tunnel, without the key; its no is nothing left."""
    with http_peer(answering(407)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        receipt = transport("https://mail.example.test").send(make_batch(1))

    assert receipt.answer is Answer.UNREACHABLE
    assert proxy.requests[0].line.startswith("CONNECT mail.example.test:443")
    assert KEY not in str(proxy.requests)


def error(field: str | None, message: str = "is wrong") -> dict[str, object]:
    return {"message": message, "field": field, "help": None}


@pytest.mark.parametrize(
    ("status", "errors", "answer"),
    [
        (400, [error("from.email")], Answer.CONTENT_REFUSED),
        (400, [error("personalizations")], Answer.CONTENT_REFUSED),
        (400, [error("personalizations.7.to")], Answer.CONTENT_REFUSED),
        (400, [error("personalizations.0.to"), error("subject")], Answer.CONTENT_REFUSED),
        (400, [error(None)], Answer.REFUSED),
        (400, "not a list", Answer.REFUSED),
        (401, [error(None)], Answer.KEY_REFUSED),
        (403, [error("from")], Answer.KEY_REFUSED),
        (404, [], Answer.CONTENT_REFUSED),
        (405, [], Answer.CONTENT_REFUSED),
        (413, [], Answer.TOO_LARGE),
        (415, [], Answer.CONTENT_REFUSED),
        (429, [], Answer.RATE_LIMITED),
    ],
)
def test_a_no_touches_nobody(status: int, errors: object, answer: Answer) -> None:
    """Each documented refusal has its own answer, and leaves the readers as they were."""
    receipt = sent(make_batch(2), answering(status, {"errors": errors}))

    assert receipt.answer is answer
    assert receipt.outcomes == (Outcome.UNTOUCHED,) * 2
    assert receipt.status == status
    assert str(status) in receipt.reason


@pytest.mark.parametrize("field", ["personalizations.1.to.0.email", "personalizations[1].to"])
def test_named_reader_is_rejected(field: str) -> None:
    """A 400 that names a reader rejects that reader, with the provider's words."""
    answer = answering(400, {"errors": [error(field, "Does not contain a valid address.")]})

    receipt = sent(make_batch(3), answer)

    assert receipt.answer is Answer.READERS_REFUSED
    assert receipt.outcomes == (Outcome.UNTOUCHED, Outcome.REJECTED, Outcome.UNTOUCHED)
    assert receipt.reasons[1] == f"Does not contain a valid address. ({field})"
    assert receipt.status == 400


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        (str(NOW.timestamp() + 25), 25),
        (str(NOW.timestamp() - 2), 1),
        (str(NOW.timestamp() + 86_400), 60),
        ("0", 60),
        ("soon", 60),
        ("nan", 60),
        ("inf", 60),
        ("", 60),
    ],
)
def test_rate_limit_says_when_to_come_back(reset: str, seconds: int) -> None:
    """X-RateLimit-Reset is believed when it is near, and a minute is waited otherwise."""
    receipt = sent(make_batch(1), answering(429, X_RateLimit_Reset=reset))

    assert receipt.not_before == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.sendgrid.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "https://user:word@api.sendgrid.com",
        "https://api.sendgrid.com/v3",
        "https://api.sendgrid.com?x=1",
        "ftp://127.0.0.1",
        "api.sendgrid.com",
        "",
    ],
)
def test_key_never_travels_readable(url: str) -> None:
    """Plain http is for loopback only, and an address is host and port."""
    with pytest.raises(UsageError, match="https") as caught:
        transport(url)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", ["", " ", "SG.x\n", "SG.x y", "SG.ü"])
def test_unusable_key_is_told_without_showing_it(key: str) -> None:
    """An empty or broken key is found at the start, and the environment is not asked."""
    with pytest.raises(UsageError) as caught:
        SendGridTransport(key, clock=StandingClock())
    assert "SG.x" not in str(caught.value)


def test_key_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Not in repr, not in a reason that quotes it, not in any log at DEBUG."""
    caplog.set_level(logging.DEBUG)
    shown: list[object] = []
    for status in (202, 401, 500):
        with http_peer(answering(status, {"errors": [error(None, f"bad key {KEY}")]})) as it:
            made = transport(it.url)
            made.send(make_batch(1))
            logging.getLogger("python_http_client").setLevel(logging.DEBUG)
            logging.getLogger("python_http_client.client").setLevel(logging.DEBUG)
            shown += [made, made.send(make_batch(1))]

    assert KEY not in repr(shown)
    assert "****" in repr(shown)
    assert KEY not in caplog.text
    assert "reader1@example.test" not in caplog.text


def test_threads_do_not_share_headers(peer: HttpPeer) -> None:
    """Several threads may send at once, each with its own client."""
    made = transport(peer.url)
    threads = [threading.Thread(target=made.send, args=(make_batch(20),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(peer.requests) == 8
    assert {json.dumps(request.json) for request in peer.requests} == {
        json.dumps(peer.requests[0].json)
    }
