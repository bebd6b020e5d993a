"""One issue by variant and by wave: how each part of its readers fared.

Opens and clicks by variant are told only where a site keeps them by person: a pseudonym does
not say of which delivery it is, and is not to be turned back for a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, not_, select

from newsletter.dispatching.counting import deliveries_of
from newsletter.feedback.clicks import links_of_letter
from newsletter.feedback.machines import find_scanners, told_apart
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.store.dispatches import dispatches_of
from newsletter.store.many import is_among
from newsletter.store.tables import attempt, batch, delivery, engagement, rendition, wave


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the readers of an issue.

    Attributes:
        name: a variant's, or a wave's.
        interests: of a variant; empty for one that holds only what goes to everyone.
        is_canary: of a wave that the others wait for.
        due_at: of a wave; None otherwise.
        readers: of this part, those excluded left out.
        returned: bounced or not tried.
        opened, clicked: readers of whom it is sure; None where that is not known by part.
    """

    name: str
    readers: int
    accepted: int
    delivered: int
    returned: int
    unknown: int
    interests: tuple[str, ...] = ()
    is_canary: bool = False
    due_at: datetime | None = None
    opened: int | None = None
    clicked: int | None = None


@dataclass(frozen=True, slots=True)
class Divided:
    """The parts of an issue, in the order in which they were made."""

    variants: Sequence[Part]
    waves: Sequence[Part]


def divide(connection: Connection, issue_number: int) -> Divided:
    """Count an issue by its parts, in one pass over the deliveries of each dispatch."""
    variants: dict[int, Counter[str]] = {}
    calls: dict[int, Counter[str]] = {}
    for of in dispatches_of(connection, issue_number):
        if of.started_at is None:
            continue
        for row in connection.execute(_grouped(connection, of.id)):
            for groups, key in ((variants, row.rendition_id), (calls, row.attempt_id)):
                if key is not None:
                    groups.setdefault(key, Counter()).update(_words(row))
    return Divided(_variants(connection, issue_number, variants), _waves(connection, calls))


def _grouped(connection: Connection, dispatch_id: int) -> Any:
    keys = [delivery.c[name] for name in ("rendition_id", "attempt_id", "outcome", "feedback")]
    return (
        select(*keys, func.count().label("readers"))
        .where(deliveries_of(connection, dispatch_id))
        .where(delivery.c.outcome != DeliveryOutcome.EXCLUDED)
        .group_by(*keys)
    )


def _words(row: Any) -> dict[str, int]:
    told = {"readers": row.readers}
    if row.outcome is DeliveryOutcome.UNKNOWN:
        told["unknown"] = row.readers
    if row.outcome is DeliveryOutcome.ACCEPTED:
        told["accepted"] = row.readers
        if row.feedback is Feedback.DELIVERED:
            told["delivered"] = row.readers
        if row.feedback in (Feedback.BOUNCED, Feedback.DROPPED):
            told["returned"] = row.readers
    return told


def _variants(
    connection: Connection, issue_number: int, counts: Mapping[int, Counter[str]]
) -> Sequence[Part]:
    """Those of the same name are one, whichever approval they are of."""
    names = connection.execute(
        select(rendition.c.id, rendition.c.variant, rendition.c.interest_names)
        .where(rendition.c.id.in_(list(counts)))
        .order_by(rendition.c.id)
    )
    engaged = _engaged(connection, issue_number)
    groups: dict[str, Counter[str]] = {}
    interests: dict[str, tuple[str, ...]] = {}
    for row in names:
        found = groups.setdefault(row.variant, Counter())
        found.update(counts[row.id])
        interests.setdefault(row.variant, tuple(row.interest_names))
        if engaged is not None:
            found.update(engaged.get(row.id, Counter()))
    return [
        _part(name, found, interests=interests[name], engaged=engaged is not None)
        for name, found in groups.items()
    ]


def _engaged(connection: Connection, issue_number: int) -> Mapping[int, Counter[str]] | None:
    """Readers who opened and clicked, by rendition; None where only pseudonyms are kept."""
    mine = engagement.c.issue_number == issue_number
    hidden = select(engagement.c.id).where(mine, engagement.c.is_pseudonym).limit(1)
    if connection.execute(hidden).first() is not None:
        return None
    scanners = find_scanners(
        connection, issue_number, len(links_of_letter(connection, issue_number))
    )
    query, bound = told_apart(connection, scanners)
    told = query.subquery("told")
    clicked = and_(told.c.kind == EventKind.CLICKED, told.c.link_id.is_not(None))
    rows = connection.execute(
        select(
            delivery.c.rendition_id,
            func.count(told.c.who.distinct()).label("opened"),
            func.count(case((clicked, told.c.who)).distinct()).label("clicked"),
        )
        .join_from(told, delivery, delivery.c.id == told.c.who)
        .where(not_(told.c.machine))
        .group_by(delivery.c.rendition_id),
        bound,
    ).all()
    return {row[0]: Counter({"opened": row[1], "clicked": row[2]}) for row in rows} or None


def _waves(connection: Connection, calls: Mapping[int, Counter[str]]) -> Sequence[Part]:
    """By the calls in which readers were handed over; nobody else has a wave that was sent."""
    rows = connection.execute(
        select(attempt.c.id.label("call"), wave.c.id, wave.c.name, wave.c.canary, wave.c.due_at)
        .join_from(attempt, batch, batch.c.id == attempt.c.batch_id)
        .join(wave, wave.c.id == batch.c.wave_id)
        .where(is_among(connection, attempt.c.id, list(calls)))
        .order_by(wave.c.due_at, wave.c.id)
    ).all()
    groups: dict[int, Counter[str]] = {}
    waves: dict[int, Any] = {}
    for row in rows:
        groups.setdefault(row.id, Counter()).update(calls[row.call])
        waves[row.id] = row
    return [
        _part(waves[key].name, found, is_canary=waves[key].canary, due_at=waves[key].due_at)
        for key, found in groups.items()
    ]


def _part(name: str, found: Counter[str], *, engaged: bool = False, **more: Any) -> Part:
    return Part(
        name=name,
        readers=found["readers"],
        accepted=found["accepted"],
        delivered=found["delivered"],
        returned=found["returned"],
        unknown=found["unknown"],
        opened=found["opened"] if engaged else None,
        clicked=found["clicked"] if engaged else None,
        **more,
    )
