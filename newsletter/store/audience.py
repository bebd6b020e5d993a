"""An audience as SQL, and how many it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    true,
)

from newsletter.model.audience import Audience
from newsletter.model.ledger import DeliveryOutcome
from newsletter.store.tables import delivery, subscriber, subscriber_tag, suppression
from newsletter.store.tables.subscribers import Status

ALL_INTERESTS = -1  # every bit set: what a reader wants who never chose


def matching(rule: Audience) -> ColumnElement[bool]:
    """The rule as a condition on `subscriber`; never NULL, so it may be negated."""
    conditions = [_has(slug, values) for slug, values in rule.attributes]
    if rule.tags:
        conditions.append(_tagged(rule.tags))
    if rule.joined_after is not None:
        conditions.append(_joined() >= _midnight(rule.joined_after))
    if rule.joined_before is not None:
        conditions.append(_joined() < _midnight(rule.joined_before))
    if rule.received:
        conditions.append(_received(rule.received))
    if rule.excluding is not None:
        conditions.append(not_(matching(rule.excluding)))
    return and_(true(), *conditions)


def candidates(rule: Audience) -> ColumnElement[bool]:
    """Who an issue for this audience is about: confirmed readers who match."""
    return and_(subscriber.c.status == Status.CONFIRMED, matching(rule))


def suppressed() -> ColumnElement[bool]:
    """Whether the reader's address bounced or complained."""
    return exists().where(suppression.c.email == subscriber.c.email)


def resting(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether the reader asked for a pause that still lasts; never NULL."""
    return and_(subscriber.c.paused_until.is_not(None), subscriber.c.paused_until > now)


def wanted(issue_interests: int) -> ColumnElement[int]:
    """The bits of the issue's interests that the reader wants."""
    chosen = func.coalesce(subscriber.c.interests, ALL_INTERESTS)
    return chosen.op("&")(issue_interests)


def count(connection: Connection, rule: Audience) -> int:
    """How many candidates the audience has, mailable now or not."""
    return int(
        connection.execute(
            select(func.count()).select_from(subscriber).where(candidates(rule))
        ).scalar_one()
    )


def count_by_interests(
    connection: Connection, rule: Audience, issue_interests: int, now: datetime
) -> Mapping[int, int]:
    """Mailable readers by the bits of the issue's interests they want.

    A key that no rendition has counts those for whom nothing is left.
    """
    bits = wanted(issue_interests)
    rows = connection.execute(
        select(bits, func.count())
        .select_from(subscriber)
        .where(candidates(rule), not_(suppressed()), not_(resting(now)))
        .group_by(bits)
    )
    return {int(row[0]): int(row[1]) for row in rows}


def count_by_zone(connection: Connection, rule: Audience, now: datetime) -> Mapping[str, int]:
    """Mailable readers by zone, as stored with them; empty for those who told none."""
    rows = connection.execute(
        select(subscriber.c.zone, func.count())
        .where(candidates(rule), not_(suppressed()), not_(resting(now)))
        .group_by(subscriber.c.zone)
    )
    return {str(row[0]): int(row[1]) for row in rows}


def _has(slug: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    value = func.coalesce(subscriber.c.attributes[slug].as_string(), "")
    return or_(*(value == each for each in values))


def _tagged(tags: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(
        subscriber_tag.c.subscriber_id == subscriber.c.id, subscriber_tag.c.tag.in_(tags)
    )


def _received(issues: tuple[int, ...]) -> ColumnElement[bool]:
    return exists().where(
        delivery.c.subscriber_id == subscriber.c.id,
        delivery.c.issue_number.in_(issues),
        delivery.c.holds,  # what the index is over
        delivery.c.outcome == DeliveryOutcome.ACCEPTED,
    )


def _joined() -> ColumnElement[datetime]:
    return func.coalesce(subscriber.c.confirmed_at, subscriber.c.created_at)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
