"""How many readers an approval would reach now, counted before anything happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, not_, select

from newsletter.errors import BlockedError
from newsletter.model.ledger import DeliveryOutcome
from newsletter.store.approvals import Approved
from newsletter.store.audience import candidates, resting, suppressed, wanted
from newsletter.store.tables import delivery, dispatch, rendition, subscriber

MOST_WITHOUT = 0.01
"""A larger share for whom nothing is left is worth a warning."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Readers who may be mailed now and match.

    Attributes:
        variants: readers by variant.
        zones: the same readers by zone, as stored with them.
        nothing_chosen: readers for whom no section is left; they get no mail.
    """

    variants: Mapping[str, int]
    zones: Mapping[str, int]
    nothing_chosen: int

    @property
    def readers(self) -> int:
        """How many would be mailed."""
        return sum(self.variants.values())

    @property
    def leaves_many_out(self) -> bool:
        """Whether more than 1 % would get nothing because nothing they chose is in it."""
        matching = self.readers + self.nothing_chosen
        return self.nothing_chosen > matching * MOST_WITHOUT


@dataclass(frozen=True, slots=True)
class Missed:
    """Readers whom a follow-up would mail, by what became of them before.

    Attributes:
        never_frozen: they joined, or came to match, after the dispatches before.
    """

    rejected: int
    excluded: int
    never_frozen: int

    @property
    def readers(self) -> int:
        """How many in all."""
        return self.rejected + self.excluded + self.never_frozen


def count_reach(
    connection: Connection, approved: Approved, now: datetime, *, follow_up: bool = False
) -> Reach:
    """Count whom an approval would reach.

    Args:
        now: aware; readers who rest until later are left out.
        follow_up: leave out those whom a dispatch of the issue holds already.
    """
    bits = wanted(approved.interests)
    names = _variants(connection, approved.id)
    counted: Counter[str | None] = Counter()
    zones: Counter[str] = Counter()
    rows = connection.execute(
        select(bits, subscriber.c.zone, func.count())
        .where(_reached(approved, now, follow_up=follow_up))
        .group_by(bits, subscriber.c.zone)
    )
    for mask, zone, readers in rows:
        variant = names.get(mask)
        counted[variant] += readers
        if variant is not None:
            zones[zone] += readers
    nothing = counted.pop(None, 0)
    return Reach({name: counted[name] for name in names.values()}, dict(zones), nothing)


def count_missed(connection: Connection, approved: Approved, now: datetime) -> Missed:
    """Say of a follow-up's readers what became of them before."""
    earlier = _earlier(approved.issue_number)
    fate = case(
        (earlier.c.subscriber_id.is_(None), "never_frozen"),
        (earlier.c.rejected == 1, "rejected"),
        else_="excluded",
    )
    held = and_(_reached(approved, now, follow_up=True), _has_rendition(approved))
    rows = connection.execute(
        select(fate, func.count())
        .select_from(subscriber)
        .outerjoin(earlier, earlier.c.subscriber_id == subscriber.c.id)
        .where(held)
        .group_by(fate)
    )
    counted = Counter({row[0]: row[1] for row in rows})
    return Missed(counted["rejected"], counted["excluded"], counted["never_frozen"])


def require_readers(reach: Reach, approved: Approved) -> None:
    """Refuse an issue for nobody.

    Raises:
        BlockedError: says what the audience is and where to look.
    """
    if reach.readers:
        return
    told = f'The audience of issue {approved.issue_number} ("{approved.audience.name or "rule"}")'
    raise BlockedError(
        f"{told} holds no reader who may be mailed. Bring readers in with "
        "`newsletter subscribers import FILE`, or look at `audience` in the issue."
    )


def _variants(connection: Connection, approval_id: int) -> dict[int, str]:
    rows = connection.execute(
        select(rendition.c.interests, rendition.c.variant)
        .where(rendition.c.approval_id == approval_id)
        .order_by(rendition.c.id)
    )
    return {row.interests: row.variant for row in rows}


def _reached(approved: Approved, now: datetime, *, follow_up: bool) -> ColumnElement[bool]:
    reached = and_(candidates(approved.audience), not_(suppressed()), not_(resting(now)))
    return and_(reached, not_(_held(approved.issue_number))) if follow_up else reached


def _held(issue: int) -> ColumnElement[bool]:
    return exists().where(
        delivery.c.issue_number == issue,
        delivery.c.subscriber_id == subscriber.c.id,
        delivery.c.holds,
    )


def _has_rendition(approved: Approved) -> ColumnElement[bool]:
    return exists().where(
        rendition.c.approval_id == approved.id,
        rendition.c.interests == wanted(approved.interests),
    )


def _earlier(issue: int) -> Any:
    """Readers whom dispatches of the issue froze; looks only where their deliveries lie."""
    mine = select(func.min(dispatch.c.first_delivery), func.max(dispatch.c.last_delivery)).where(
        dispatch.c.issue_number == issue, dispatch.c.frozen > 0
    )
    low, high = mine.subquery().c
    rejected = func.max(case((delivery.c.outcome == DeliveryOutcome.REJECTED, 1), else_=0))
    return (
        select(delivery.c.subscriber_id, rejected.label("rejected"))
        .where(delivery.c.issue_number == issue)
        .where(delivery.c.id.between(select(low).scalar_subquery(), select(high).scalar_subquery()))
        .group_by(delivery.c.subscriber_id)
        .subquery("earlier")
    )
