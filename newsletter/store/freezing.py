"""Freeze a stretch of readers into deliveries, as set-based SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Subquery,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
)

from newsletter.model.audience import Audience
from newsletter.model.ledger import (
    DeliveryOutcome,
    Dispatch,
    DispatchKind,
    ExclusionReason,
    Feedback,
)
from newsletter.store.audience import candidates, resting, suppressed, wanted
from newsletter.store.lanes import NOBODY, Run, Share
from newsletter.store.tables import (
    delivery,
    rendition,
    subscriber,
    wave_zone,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some readers by id, seen as candidates of one dispatch.

    Attributes:
        low, high: subscriber ids above `low`, up to `high`.
        interests: bits of all interests the issue uses.
    """

    of: Dispatch
    audience: Audience
    interests: int
    low: int
    high: int
    now: datetime

    def count(self, connection: Connection) -> int:
        """How many candidates it has, counted apart from what freezing makes of them."""
        statement = select(func.count()).select_from(subscriber).where(self._members())
        return int(connection.execute(statement).scalar_one())

    def look_up(self, connection: Connection) -> tuple[Run, ...]:
        """Put every candidate down in `placing`, lane by lane; how many belong to each lane."""
        placing.create(connection, checkfirst=False)
        fresh = self._fresh()
        connection.execute(
            insert(placing).from_select(
                [column.name for column in fresh.c],
                select(fresh).order_by(
                    fresh.c.lane_wave, fresh.c.lane_rendition, fresh.c.subscriber_id
                ),
            )
        )
        return tuple(Run(*row) for row in connection.execute(_RUNS))

    def freeze(self, connection: Connection, shares: Iterable[Share]) -> int:
        """Write a delivery for each of `placing`; returns how many were written."""
        of = {"of": self.of.id, "issue": self.of.issue_number}
        counting = {"preserve_rowcount": True}
        written = sum(
            connection.execute(_WRITE, of | share._asdict(), execution_options=counting).rowcount
            for share in shares
        )
        placing.drop(connection, checkfirst=False)
        return written

    def _members(self) -> ColumnElement[bool]:
        members = and_(
            subscriber.c.id > self.low, subscriber.c.id <= self.high, candidates(self.audience)
        )
        if self.of.kind is DispatchKind.FOLLOW_UP:
            return and_(members, not_(self._held()))
        return members

    def _held(self) -> ColumnElement[bool]:
        """Whether a dispatch of this issue holds the reader already.

        PostgreSQL may look all of them up at once: then only those of this stretch, or each
        stretch would read what all before it have written.
        """
        return exists().where(
            delivery.c.issue_number == self.of.issue_number,
            delivery.c.subscriber_id == subscriber.c.id,
            delivery.c.subscriber_id.between(self.low + 1, self.high),
            delivery.c.holds,
        )

    def _reason(self) -> ColumnElement[Any]:
        def because(reason: ExclusionReason) -> ColumnElement[Any]:
            return literal(reason, delivery.c.reason.type)

        return case(
            (suppressed(), because(ExclusionReason.SUPPRESSED)),
            (resting(self.now), because(ExclusionReason.PAUSED)),
            (self._held(), because(ExclusionReason.ALREADY_MAILED)),
            (rendition.c.id.is_(None), because(ExclusionReason.NOTHING_CHOSEN)),
        )

    def _fresh(self) -> Subquery:
        """Candidates with their rendition, and a reason for those who are left out."""
        other = wave_zone.alias("elsewhere")
        mine = wave_zone.c.dispatch_id == self.of.id
        looked_up = (
            select(
                subscriber.c.id.label("subscriber_id"),
                rendition.c.id.label("rendition_id"),
                func.coalesce(wave_zone.c.wave_id, other.c.wave_id).label("wave_id"),
                self._reason().label("reason"),
            )
            .select_from(subscriber)
            .join(other, and_(other.c.dispatch_id == self.of.id, other.c.zone == ""))
            .outerjoin(wave_zone, and_(mine, wave_zone.c.zone == subscriber.c.zone))
            .outerjoin(
                rendition,
                and_(
                    rendition.c.approval_id == self.of.approval_id,
                    rendition.c.interests == wanted(self.interests),
                ),
            )
            .where(self._members())
            .cte("looked_up", nesting=True)
            .prefix_with("MATERIALIZED")  # or each look at the reason looks everything up anew
        )
        queued = looked_up.c.reason.is_(None)
        nobody = literal(NOBODY, Integer)
        return select(
            looked_up.c.subscriber_id,
            looked_up.c.rendition_id,
            looked_up.c.reason,
            case((queued, looked_up.c.wave_id), else_=nobody).label("lane_wave"),
            case((queued, looked_up.c.rendition_id), else_=nobody).label("lane_rendition"),
        ).subquery("fresh")


# The candidates of a stretch between being looked up and being frozen, lane by lane and in each
# by reader. To look them up once and number them so takes half the time of one lookup for
# counting and another, with a window function, for writing.
placing = Table(
    "placing",
    MetaData(),
    Column("place", Integer, primary_key=True),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("rendition_id", Integer),
    Column("reason", delivery.c.reason.type),
    Column("lane_wave", Integer, nullable=False),
    Column("lane_rendition", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
_RUNS = select(
    placing.c.lane_wave,
    placing.c.lane_rendition,
    func.min(placing.c.place),
    func.count(),
).group_by(placing.c.lane_wave, placing.c.lane_rendition)
_QUEUED = placing.c.reason.is_(None)
_VALUES: Mapping[str, ColumnElement[Any]] = {
    "id": placing.c.place + bindparam("shift", type_=BigInteger),
    "dispatch_id": bindparam("of", type_=Integer),
    "issue_number": bindparam("issue", type_=Integer),
    "subscriber_id": placing.c.subscriber_id,
    "rendition_id": placing.c.rendition_id,
    "outcome": case(
        (_QUEUED, literal(DeliveryOutcome.QUEUED, delivery.c.outcome.type)),
        else_=literal(DeliveryOutcome.EXCLUDED, delivery.c.outcome.type),
    ),
    "holds": case((_QUEUED, literal(True, Boolean)), else_=literal(False, Boolean)),
    "reason": placing.c.reason,
    "feedback": literal(Feedback.NONE, delivery.c.feedback.type),
}
_WRITE = insert(delivery).from_select(
    list(_VALUES),
    select(*_VALUES.values())
    .where(placing.c.place.between(bindparam("first"), bindparam("last")))
    .order_by(placing.c.place),
)
