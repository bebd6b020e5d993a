"""What a dispatch that is sending waits for, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection, select

from newsletter.dispatching.restoring import HELD
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.status import DispatchStatus
from newsletter.dispatching.warming import is_spent
from newsletter.model.ledger import DeliveryOutcome, DispatchState
from newsletter.store.tables import dispatch, throttle


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that is waited for.

    Attributes:
        what: in words, to stand after "waits for".
        until: aware, UTC; after that it goes on by itself. None: it waits for a person.
    """

    what: str
    until: datetime | None

    def told(self, at: Callable[[datetime], str]) -> str:
        """As a sentence without its subject: `waits until 09:10 for another try`.

        Args:
            at: how the moment is said.
        """
        if self.until is None:
            return f"waits for {self.what}"
        return f"waits until {at(self.until)} for {self.what}"


def what_it_waits_for(
    connection: Connection, status: DispatchStatus, rules: Rules, wait: timedelta, now: datetime
) -> tuple[Waiting, ...]:
    """Everything that keeps a sending dispatch's readers waiting, as far as it has any.

    Args:
        wait: how long a canary waits for word of its mails.
    """
    is_sending = status.dispatch.state is DispatchState.SENDING
    if not is_sending or not status.outcomes[DeliveryOutcome.QUEUED]:
        return ()
    found = (
        *_canary(status, wait),
        *_provider(connection, status.dispatch.id),
        *_allowances(connection, status, rules, now),
    )
    return tuple(each for each in found if each.until is None or each.until > now)


def _canary(status: DispatchStatus, wait: timedelta) -> Iterator[Waiting]:
    canary = status.watched
    if canary is not None and canary.ended_at is not None:
        yield Waiting("word of the canary's mails", canary.ended_at + wait)


def _provider(connection: Connection, dispatch_id: int) -> Iterator[Waiting]:
    shared = connection.execute(select(throttle.c.not_before, throttle.c.reason)).first()
    if shared is not None and shared.reason == HELD:
        yield Waiting(HELD, None)
    elif shared is not None and shared.not_before is not None:
        yield Waiting("the provider, which takes no more for now (429)", shared.not_before)
    own = connection.execute(
        select(dispatch.c.not_before).where(dispatch.c.id == dispatch_id)
    ).scalar_one()
    if own is not None:
        yield Waiting("another try, because the provider could not be reached clearly", own)


def _allowances(
    connection: Connection, status: DispatchStatus, rules: Rules, now: datetime
) -> Iterator[Waiting]:
    if is_spent(connection, rules, now.date()):
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        yield Waiting("tomorrow (UTC): the warm-up's readers of today are reached", tomorrow)
    paced = connection.execute(
        select(dispatch.c.paced_until, throttle.c.paced_until)
        .join(throttle, throttle.c.id == 1)
        .where(dispatch.c.id == status.dispatch.id)
    ).one()
    rates = (status.dispatch.readers_per_hour, rules.readers_per_hour)
    for until, rate in zip(paced, rates, strict=True):
        if until is not None and rate:
            yield Waiting(f"its turn, at {rate:,} readers an hour", until)
