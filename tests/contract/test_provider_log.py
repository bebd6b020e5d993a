"""The adapter that asks SendGrid afterwards, against the sandbox: both by the same documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.errors import ProviderSilent
from newsletter.model.consent import SuppressionReason
from newsletter.model.event import EventKind
from newsletter.model.transport import Answer
from newsletter.sandbox import RunningSandbox, SandboxOptions, serve
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.transports.sendgrid_log import SendGridLog
from tests.faults.promises import call, script
from tests.peers.batches import StandingClock, make_batch

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with serve(options=SandboxOptions(keep="counts")) as running:
        yield running


@pytest.fixture
def log(sandbox: RunningSandbox) -> SendGridLog:
    return SendGridLog("a-key", sandbox.url, clock=StandingClock())


def send(sandbox: RunningSandbox, readers: int = 2) -> Answer:
    transport = SendGridTransport("a-key", sandbox.url, clock=StandingClock(), timeout=10)
    return transport.send(make_batch(readers)).answer


def test_a_mail_that_was_taken_is_found_and_read(sandbox: RunningSandbox, log: SendGridLog) -> None:
    """Without an answer, too; the marks are those that were sent."""
    script(sandbox, "reset_after_accept")
    assert send(sandbox) is Answer.AMBIGUOUS
    now = datetime.now(UTC)

    (found,) = log.find("reader2@example.test", now - MINUTE, now + MINUTE)
    whole = log.read(found.message_id)

    assert (found.delivery, found.attempt, found.status) == ("", "", "processed")
    assert whole is not None
    assert (whole.delivery, whole.attempt, whole.email) == ("lumen.2", "lumen.a7", found.email)
    assert abs(whole.at - now) < MINUTE


def test_a_mail_that_is_not_there(sandbox: RunningSandbox, log: SendGridLog) -> None:
    """Neither at another time, nor to another address, nor by another name."""
    send(sandbox)
    now = datetime.now(UTC)

    assert log.find("reader2@example.test", now - 3 * MINUTE, now - 2 * MINUTE) == []
    assert log.find("nobody@example.test", now - MINUTE, now + MINUTE) == []
    assert log.read("no-such-mail") is None


def test_lists_are_read_and_lifted(sandbox: RunningSandbox, log: SendGridLog) -> None:
    """Whoever is on a list is told with its kind, and is gone once lifted; twice is fine."""
    now = datetime.now(UTC)
    for name in ("bounces", "invalid_emails", "blocks", "spam_reports", "unsubscribes"):
        sandbox.suppress(name, f"{name}@example.test")

    def listed(kind: EventKind) -> list[str]:
        return [entry.email for entry in log.suppressed(kind, now - MINUTE)]

    assert listed(EventKind.BOUNCED) == ["bounces@example.test", "invalid_emails@example.test"]
    assert listed(EventKind.BLOCKED) == ["blocks@example.test"]
    assert listed(EventKind.COMPLAINED) == ["spam_reports@example.test"]
    assert listed(EventKind.UNSUBSCRIBED) == ["unsubscribes@example.test"]
    assert list(log.suppressed(EventKind.BOUNCED, now + MINUTE)) == []

    for _ in range(2):
        log.lift(SuppressionReason.BOUNCE, "bounces@example.test")
        log.lift(SuppressionReason.COMPLAINT, "spam_reports@example.test")
    assert listed(EventKind.BOUNCED) == ["invalid_emails@example.test"]
    assert listed(EventKind.COMPLAINED) == []


def test_a_limit_says_when(sandbox: RunningSandbox, log: SendGridLog) -> None:
    """429 is silence with a moment; any other failure is silence without one."""
    call(sandbox, "PUT", "logs", {"calls_per_minute": 1})
    assert log.read("m") is None
    with pytest.raises(ProviderSilent) as told:
        log.read("m")
    assert told.value.not_before is not None

    call(sandbox, "PUT", "logs", {"failing": 500})
    with pytest.raises(ProviderSilent) as told:
        log.read("m")
    assert told.value.not_before is None
