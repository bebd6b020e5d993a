"""Freeze a stretch of readers into deliveries, as set-based SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Subquery,
    and_,
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
from newsletter.store.lanes import NOBODY, Run
from newsletter.store.tables import (
    delivery,
    lane,
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

    def runs(self, connection: Connection) -> tuple[Run, ...]:
        """How many of them belong to each lane."""
        fresh = self._fresh()
        rows = connection.execute(
            select(fresh.c.lane_wave, fresh.c.lane_rendition, func.count()).group_by(
                fresh.c.lane_wave, fresh.c.lane_rendition
            )
        )
        return tuple(Run(row[0], row[1], row[2]) for row in rows)

    def freeze(self, connection: Connection) -> int:
        """Write a delivery for each of them; returns how many were written."""
        placed = self._placed()
        queued = placed.c.reason.is_(None)
        outcome = delivery.c.outcome.type
        values = select(
            placed.c.id,
            literal(self.of.id),
            literal(self.of.issue_number),
            placed.c.subscriber_id,
            placed.c.rendition_id,
            case(
                (queued, literal(DeliveryOutcome.QUEUED, outcome)),
                else_=literal(DeliveryOutcome.EXCLUDED, outcome),
            ),
            case((queued, literal(True, Boolean)), else_=literal(False, Boolean)),
            placed.c.reason,
            literal(Feedback.NONE, delivery.c.feedback.type),
        ).order_by(placed.c.id)
        statement = insert(delivery).from_select(_WRITTEN, values)
        counting = {"preserve_rowcount": True}
        return connection.execute(statement, execution_options=counting).rowcount

    def _members(self) -> ColumnElement[bool]:
        members = and_(
            subscriber.c.id > self.low, subscriber.c.id <= self.high, candidates(self.audience)
        )
        if self.of.kind is DispatchKind.FOLLOW_UP:
            return and_(members, not_(self._held()))
        return members

    def _held(self) -> ColumnElement[bool]:
        """Whether a dispatch of this issue holds the reader already."""
        return exists().where(
            delivery.c.issue_number == self.of.issue_number,
            delivery.c.subscriber_id == subscriber.c.id,
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

    def _placed(self) -> Subquery:
        """The same with delivery ids: first the rest of the lane's open block, then its run."""
        fresh = self._fresh()
        place = (
            func.row_number()
            .over(
                partition_by=(fresh.c.lane_wave, fresh.c.lane_rendition),
                order_by=fresh.c.subscriber_id,
            )
            .label("place")
        )
        numbered = select(fresh, place).subquery("numbered")
        in_open_block = numbered.c.place <= lane.c.open_free
        given = case(
            (in_open_block, lane.c.open_next + numbered.c.place - 1),
            else_=lane.c.run_next + numbered.c.place - lane.c.open_free - 1,
        )
        return (
            select(
                given.label("id"),
                numbered.c.subscriber_id,
                numbered.c.rendition_id,
                numbered.c.reason,
            )
            .join(
                lane,
                and_(
                    lane.c.dispatch_id == self.of.id,
                    lane.c.wave_id == numbered.c.lane_wave,
                    lane.c.rendition_id == numbered.c.lane_rendition,
                ),
            )
            .subquery("placed")
        )


_WRITTEN = [
    "id",
    "dispatch_id",
    "issue_number",
    "subscriber_id",
    "rendition_id",
    "outcome",
    "holds",
    "reason",
    "feedback",
]
