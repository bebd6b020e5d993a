"""What a person is shown before an issue goes on the calendar, moves there, or goes out now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.dispatching.planning import Plan
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.ticking import last_tick
from newsletter.model.ledger import Dispatch
from newsletter.scheduling.lasting import Lasting, expect
from newsletter.scheduling.placing import approval_of, movable_dispatch
from newsletter.scheduling.reach import Reach, count_reach
from newsletter.scheduling.timing import Timing
from newsletter.scheduling.watch import is_watched
from newsletter.store import Store
from newsletter.store.approvals import Approved, latest_approval, load_approval


@dataclass(frozen=True, slots=True)
class Outlook:
    """An issue that may be scheduled, sent or moved.

    Attributes:
        approved: the version that goes out.
        newest: the newest approval; another one when the dispatch keeps to an earlier.
        before: its dispatch that can still move, or None.
        reach: whom it would reach now.
        is_watched: whether a scheduler looks, without which nothing goes out.
    """

    approved: Approved
    newest: Approved
    before: Dispatch | None
    reach: Reach
    is_watched: bool


def look_ahead(store: Store, number: int, now: datetime) -> Outlook:
    """Count and read what a plan is made from.

    Args:
        now: aware.

    Raises:
        BlockedError: the issue is not approved.
        LedgerError: it has begun, or is over.
    """
    newest = approval_of(store, number)
    before = movable_dispatch(store, number)
    with store.read() as connection:
        approved = load_approval(connection, before.approval_id) if before else newest
        reach = count_reach(connection, approved, now)
        watched = is_watched(last_tick(connection), store.now(connection))
    return Outlook(approved, newest, before, reach, watched)


def how_long(
    store: Store, found: Outlook, timing: Timing, rules: Rules, wait: timedelta, now: datetime
) -> Lasting:
    """How long sending it then takes.

    Args:
        wait: how long its canary waits; zero when it has none.
        now: aware.
    """
    per_hour = found.before.readers_per_hour if found.before else 0
    with store.read() as connection:
        return expect(
            connection,
            timing,
            found.reach.zones,
            rules,
            canary=wait,
            readers_per_hour=per_hour,
            now=now,
        )


def plan_of(timing: Timing, canary: int, by: str) -> Plan:
    """A timing as the ledger takes it."""
    return Plan(
        due_at=timing.due_at,
        wall_time=timing.wall_text,
        zone=timing.zone,
        past_zones=timing.choice.value,
        canary=canary,
        by=by,
    )


def newer_version(store: Store, of: Dispatch) -> Approved | None:
    """The newest approval of a dispatch's issue, when its bytes are others; else None."""
    with store.read() as connection:
        newest = latest_approval(connection, of.issue_number)
        if newest is None or newest.id == of.approval_id:
            return None
        sends = load_approval(connection, of.approval_id)
    return None if dict(newest.hashes) == dict(sends.hashes) else newest
