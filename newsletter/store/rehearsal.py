"""Whom a draft would reach today, before anything of it is stored, and a few readers of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from newsletter.model.audience import Audience
from newsletter.store.audience import candidates, matching, resting, suppressed, wanted
from newsletter.store.interests import known_bits, mask_of
from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status

_DRAWS_A_READER = 8


@dataclass(frozen=True, slots=True)
class DraftReach:
    """Readers by what a draft would do to them today.

    Attributes:
        variants: who would be mailed, by variant.
        zones: the same readers by zone, as stored with them.
        nothing_chosen: nothing they asked for is in it.
        suppressed: their address bounced or complained.
        resting: they asked for a pause that still lasts.
        pending: they match, and never confirmed.
        others: confirmed readers whom the audience does not hold.
    """

    variants: Mapping[str, int]
    zones: Mapping[str, int]
    nothing_chosen: int
    suppressed: int
    resting: int
    pending: int
    others: int

    @property
    def readers(self) -> int:
        """How many would be mailed."""
        return sum(self.variants.values())


def count_draft(
    connection: Connection,
    rule: Audience,
    variants: Mapping[str, Sequence[str]],
    now: datetime,
) -> DraftReach:
    """Count whom a draft would reach. Stores nothing.

    Args:
        variants: the interests of each variant, by its name.
        now: aware.
    """
    bits = known_bits(connection)
    used = sorted({name for names in variants.values() for name in names})
    # An interest without a bit was never offered to anybody: only those who never chose get it.
    known = [name for name in used if name in bits]
    names = {
        mask_of(bits, chosen): name
        for name, chosen in variants.items()
        if all(each in bits for each in chosen)
    }
    everything = next(iter(variants), "")
    counted: Counter[str | None] = Counter()
    zones: Counter[str] = Counter()
    mask, never = wanted(mask_of(bits, known)), subscriber.c.interests.is_(None)
    rows = connection.execute(
        select(mask, never, subscriber.c.zone, func.count())
        .where(_reached(rule, now))
        .group_by(mask, never, subscriber.c.zone)
    )
    for chosen, has_never_chosen, zone, readers in rows:
        variant = everything if has_never_chosen and used else names.get(chosen)
        counted[variant] += readers
        if variant is not None:
            zones[zone] += readers
    nothing = counted.pop(None, 0)
    left = _left_out(connection, rule, now)
    return DraftReach({name: counted[name] for name in variants}, dict(zones), nothing, *left)


def some_readers(
    connection: Connection, rule: Audience, now: datetime, most: int, random: Random
) -> tuple[int, ...]:
    """Ids of a few readers whom the audience holds and who may be mailed, by chance.

    Each is found by an id drawn between the first and the last, so the list is never read out;
    a reader behind a gap of ids comes a little oftener.
    """
    ends = select(func.min(subscriber.c.id), func.max(subscriber.c.id)).where(_reached(rule, now))
    first, last = connection.execute(ends).one()
    if first is None:
        return ()
    found: dict[int, None] = {}
    for _ in range(most * _DRAWS_A_READER):
        at = random.randint(first, last)
        query = select(func.min(subscriber.c.id)).where(subscriber.c.id >= at)
        found[connection.execute(query.where(_reached(rule, now))).scalar_one()] = None
        if len(found) == most:
            break
    return tuple(found)


def _left_out(connection: Connection, rule: Audience, now: datetime) -> tuple[int, int, int, int]:
    ours, theirs = candidates(rule), subscriber.c.status == Status.CONFIRMED
    bounced, waits = suppressed(), resting(now)
    pending = and_(subscriber.c.status == Status.PENDING, matching(rule))
    conditions = (
        and_(ours, bounced),
        and_(ours, not_(bounced), waits),
        pending,
        and_(theirs, not_(matching(rule))),
    )
    counts = [_count(connection, each) for each in conditions]
    return counts[0], counts[1], counts[2], counts[3]


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(subscriber).where(condition)
    return int(connection.execute(query).scalar_one())


def _reached(rule: Audience, now: datetime) -> ColumnElement[bool]:
    return and_(candidates(rule), not_(or_(suppressed(), resting(now))))
