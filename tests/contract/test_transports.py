"""What every Transport promises, kept over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from newsletter.model.transport import Answer, Outcome, Transport
from newsletter.sandbox import Fault, FaultKind, SandboxOptions, serve
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.transports.smtp import SmtpTransport
from tests.peers.batches import NOW, StandingClock, make_batch
from tests.peers.http_peer import HttpPeer, answering, http_peer, reset_after_reading
from tests.peers.smtp_peer import HangUp, Reset, Rule, SmtpPeer, smtp_peer

SECRET = "the-secret-nobody-may-see"
Taken = Callable[[], list[tuple[str, str]]]


@dataclass
class Scene:
    """A transport, and what the other side took: (address, delivery) pairs."""

    transport: Transport
    taken: Taken


def sendgrid_scene(**faults: Any) -> AbstractContextManager[Scene]:
    behaviour = faults.get("sendgrid")

    @contextmanager
    def scene() -> Iterator[Scene]:
        with http_peer(behaviour) as peer:
            yield Scene(sendgrid_at(peer.url), lambda: taken_by_http(peer))

    return scene()


def smtp_scene(**faults: Any) -> AbstractContextManager[Scene]:
    rule: Rule | None = faults.get("smtp")

    @contextmanager
    def scene() -> Iterator[Scene]:
        with smtp_peer(rule) as peer:
            made = smtp_at(peer.port)
            yield Scene(made, lambda: taken_by_smtp(peer))
            made.close()

    return scene()


def sendgrid_at(url: str) -> Transport:
    return SendGridTransport(SECRET, url, clock=StandingClock(), timeout=2.0)


def smtp_at(port: int) -> Transport:
    return SmtpTransport(
        "127.0.0.1", port, clock=StandingClock(), security="none", username="lumen",
        password=SECRET, timeout=2.0,
    )  # fmt: skip


def taken_by_http(peer: HttpPeer) -> list[tuple[str, str]]:
    return [
        (reader["to"][0]["email"], reader["custom_args"]["nl_delivery"])
        for request in peer.requests
        for reader in request.json["personalizations"]
    ]


def taken_by_smtp(peer: SmtpPeer) -> list[tuple[str, str]]:
    return [(kept.to, kept.message["X-NL-Delivery"]) for kept in peer.kept]


def when(step: str, answer: str | type[Exception], who: str = "") -> Rule:
    """An SMTP rule: at that step, for that address, this happens."""

    def rule(current: str, argument: str) -> str | None:
        if current != step or who not in argument:
            return None
        if isinstance(answer, str):
            return answer
        raise answer

    return rule


def no(status: int, field: str | None = None, **headers: str) -> Any:
    return answering(status, {"errors": [{"message": f"no {SECRET}", "field": field}]}, **headers)


@pytest.fixture(params=[sendgrid_scene, smtp_scene], ids=["sendgrid", "smtp"])
def scene(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_everyone_is_handed_over_once(scene: Any) -> None:
    """Each reader reaches the other side once, with their delivery's id."""
    with scene() as it:
        receipt = it.transport.send(make_batch(20))
        assert receipt.answer is Answer.ACCEPTED
        assert receipt.outcomes == (Outcome.ACCEPTED,) * 20
        assert receipt.reason == ""
        assert it.taken() == [(f"reader{n}@example.test", f"lumen.{n}") for n in range(1, 21)]


def test_several_threads_send_at_once(scene: Any) -> None:
    """A transport is shared between threads."""
    with scene() as it:
        receipts = []

        def work() -> None:
            receipts.append(it.transport.send(make_batch(10)))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [receipt.answer for receipt in receipts] == [Answer.ACCEPTED] * 4
        assert len(it.taken()) == 40


@pytest.mark.parametrize("made", [lambda port: sendgrid_at(f"http://127.0.0.1:{port}"), smtp_at])
def test_nothing_left_is_untouched(made: Callable[[int], Transport]) -> None:
    """A port nobody listens on touches nobody, and can be tried again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        receipt = made(probe.getsockname()[1]).send(make_batch(3))

    assert receipt.answer is Answer.UNREACHABLE
    assert receipt.outcomes == (Outcome.UNTOUCHED,) * 3


def test_taken_and_torn_is_unknown(scene: Any) -> None:
    """When the other side has it and the answer is lost, nobody may say untouched or accepted."""
    with scene(sendgrid=reset_after_reading, smtp=when(".", Reset)) as it:
        receipt = it.transport.send(make_batch(1))

    assert receipt.answer is Answer.AMBIGUOUS
    assert receipt.outcomes == (Outcome.UNKNOWN,)


def test_put_off_is_untouched_with_a_time(scene: Any) -> None:
    """ "Not now" touches nobody and says when to come back."""
    with scene(sendgrid=no(429), smtp=when("MAIL", "451 not now")) as it:
        receipt = it.transport.send(make_batch(2))

    assert receipt.answer is Answer.RATE_LIMITED
    assert receipt.outcomes == (Outcome.UNTOUCHED,) * 2
    assert receipt.not_before > NOW


def test_a_refused_reader_is_rejected_with_a_reason(scene: Any) -> None:
    """One bad address is one rejection; nobody else is rejected or unknown."""
    refused = when("RCPT", "550 no such mailbox", who="reader2@")
    with scene(sendgrid=no(400, "personalizations.1.to"), smtp=refused) as it:
        receipt = it.transport.send(make_batch(3))

    assert receipt.outcomes[1] is Outcome.REJECTED
    assert receipt.reasons.keys() == {1}
    assert {receipt.outcomes[0], receipt.outcomes[2]} <= {Outcome.ACCEPTED, Outcome.UNTOUCHED}


@pytest.mark.parametrize(
    ("sendgrid", "smtp", "answer"),
    [
        (no(401), when("AUTH", f"535 no {SECRET}"), Answer.KEY_REFUSED),
        (no(400, "from.email"), when("MAIL", f"553 no {SECRET}"), Answer.CONTENT_REFUSED),
    ],
)
def test_what_needs_a_person_touches_nobody(
    scene: Any, sendgrid: Any, smtp: Rule, answer: Answer
) -> None:
    """Key and content faults leave every reader as they were, in words without the secret."""
    with scene(sendgrid=sendgrid, smtp=smtp) as it:
        receipt = it.transport.send(make_batch(3))

    assert receipt.answer is answer
    assert receipt.outcomes == (Outcome.UNTOUCHED,) * 3
    assert receipt.reason
    assert SECRET not in repr((receipt, it.transport))


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA", ".", "RSET"])
@pytest.mark.parametrize("end", ["451 x", "552 x", "999 x", "", "\x00\xff", HangUp, Reset])
def test_smtp_never_raises_and_always_answers_for_each_reader(
    step: str, end: str | type[Exception]
) -> None:
    """Whatever a server says at any step, each reader has one outcome, and none is accepted
    that the server did not take."""
    with smtp_scene(smtp=when(step, end or "  ")) as it:
        receipt = it.transport.send(make_batch(3))
        accepted = receipt.outcomes.count(Outcome.ACCEPTED)
        assert len(receipt.outcomes) == 3
        assert accepted == len(it.taken())


@pytest.mark.parametrize("status", [*range(200, 209), *range(300, 309), *range(400, 432), 500, 503])
def test_sendgrid_never_raises_and_always_answers_for_each_reader(status: int) -> None:
    """Whatever the status, each reader has one outcome, and only 202 accepts."""
    with sendgrid_scene(sendgrid=answering(status, b"\xff<html>")) as it:
        receipt = it.transport.send(make_batch(3))
        assert len(receipt.outcomes) == 3
        assert (receipt.answer is Answer.ACCEPTED) == (status == 202)


def test_a_transport_says_how_many_it_takes(scene: Any) -> None:
    """More readers than `most` is the caller's mistake, found before anything is sent."""
    with scene() as it:
        with pytest.raises(ValueError, match="readers in one call"):
            it.transport.send(make_batch(it.transport.most + 1))
        assert it.taken() == []
        it.transport.close()
        it.transport.close()


ANSWERS = {
    FaultKind.NONE: Answer.ACCEPTED,
    FaultKind.TOO_MANY: Answer.RATE_LIMITED,
    FaultKind.SERVER_ERROR: Answer.AMBIGUOUS,
    FaultKind.SERVER_ERROR_AFTER_ACCEPT: Answer.AMBIGUOUS,
    FaultKind.UNAVAILABLE: Answer.AMBIGUOUS,
    FaultKind.BAD_REQUEST: Answer.REFUSED,
    FaultKind.BAD_READER: Answer.READERS_REFUSED,
    FaultKind.BAD_FIELD: Answer.CONTENT_REFUSED,
    FaultKind.UNAUTHORIZED: Answer.KEY_REFUSED,
    FaultKind.FORBIDDEN: Answer.KEY_REFUSED,
    FaultKind.REDIRECT: Answer.AMBIGUOUS,
    FaultKind.ODD_OK: Answer.AMBIGUOUS,
    FaultKind.SLOW: Answer.ACCEPTED,
    FaultKind.HANG: Answer.AMBIGUOUS,
    FaultKind.RESET_BEFORE: Answer.AMBIGUOUS,
    FaultKind.RESET_AFTER_ACCEPT: Answer.AMBIGUOUS,
    FaultKind.OUTAGE: Answer.AMBIGUOUS,
}
SECONDS = {FaultKind.SLOW: 0.05, FaultKind.HANG: 3.0, FaultKind.OUTAGE: 3.0}


@pytest.mark.parametrize("kind", FaultKind)
def test_sandbox_and_receipt_agree(kind: FaultKind) -> None:
    """Under every fault of the sandbox: accepted means taken, untouched and rejected mean not."""
    fault = Fault(kind, 1.0, SECONDS.get(kind, 0.0))
    with serve(options=SandboxOptions(faults=(fault,))) as sandbox:
        made = SendGridTransport(SECRET, sandbox.url, clock=StandingClock(), timeout=0.5)
        receipt = made.send(make_batch(5))
        taken = sandbox.stats()["recipients"]

    assert receipt.answer is ANSWERS[kind]
    outcomes = receipt.outcomes
    assert outcomes.count(Outcome.ACCEPTED) <= taken
    assert taken <= outcomes.count(Outcome.ACCEPTED) + outcomes.count(Outcome.UNKNOWN)


def test_sandbox_takes_a_full_request_and_fills_it_in() -> None:
    """A thousand readers of one call become a thousand mails with their own values."""
    with serve() as sandbox:
        made = SendGridTransport(SECRET, sandbox.url, clock=StandingClock())
        assert made.send(make_batch(1_000)).answer is Answer.ACCEPTED
        stats = sandbox.stats()

    assert (stats["distinct_recipients"], stats["duplicates"]) == (1_000, 0)
