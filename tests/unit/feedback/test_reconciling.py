"""Asking the provider about readers of whom nobody knows, against a sandbox, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.feedback.reconciling import AskingRules, Reconciled, reconcile
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox, SandboxOptions, serve
from newsletter.store import Store
from newsletter.store.tables import evidence
from newsletter.transports.sendgrid_log import SendGridLog
from tests.databases import *  # noqa: F403
from tests.faults.inside import Inside, inside
from tests.faults.promises import call, script
from tests.peers_ledger import SettableClock

_O = DeliveryOutcome
HOUR = timedelta(hours=1)
QUICK = AskingRules(calls_per_minute=1_000)


@pytest.fixture
def clock() -> SettableClock:
    """Begins now, because the sandbox lives in the real world's time."""
    return SettableClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def served() -> Iterator[RunningSandbox]:
    with serve(options=SandboxOptions(keep="counts")) as running:
        yield running


@pytest.fixture
def sandbox(served: RunningSandbox) -> RunningSandbox:
    call(served, "DELETE", "messages")
    call(served, "DELETE", "faults")
    call(served, "PUT", "logs", {})
    return served


@pytest.fixture
def office(store: Store, clock: SettableClock, sandbox: RunningSandbox) -> Iterator[Inside]:
    with inside(store, clock, sandbox) as made:
        yield made


def send(office: Inside, sandbox: RunningSandbox, *faults: str, readers: int = 7) -> list[str]:
    """An issue goes out while these things happen to its calls."""
    emails = office.world.readers(readers)
    office.world.schedule(office.world.approve())
    script(sandbox, *faults)
    office.run()
    return emails


def ask(
    office: Inside, sandbox: RunningSandbox, rules: AskingRules = QUICK, **options: Any
) -> Reconciled:
    log = SendGridLog("sandbox", sandbox.url, clock=office.clock)
    return reconcile(office.desk, log, rules, **options)


def kinds(store: Store) -> list[EvidenceKind]:
    with store.read() as connection:
        return list(connection.scalars(select(evidence.c.kind).order_by(evidence.c.id)))


def test_a_call_that_was_taken_is_found(
    office: Inside, store: Store, sandbox: RunningSandbox
) -> None:
    """One reader's mail in the log settles the whole call, by two questions."""
    send(office, sandbox, "reset_after_accept")
    assert office.world.outcomes() == {"unknown": 7}
    office.clock.move(timedelta(minutes=6))

    done = ask(office, sandbox)

    assert (done.calls, done.settled.accepted, done.unknown) == (2, 7, 0)
    assert office.world.outcomes() == {"accepted": 7}
    assert kinds(store) == [EvidenceKind.LOG] * 7
