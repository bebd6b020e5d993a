"""Posts of the provider: kept at once, read and taken away when they are applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from newsletter.model.event import Malformed
from newsletter.store.tables import event_post, malformed_event

_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Post:
    """One post, verified and not yet applied.

    Attributes:
        received_at: aware, UTC.
        body: the bytes as they came.
    """

    id: int
    received_at: datetime
    body: bytes


def keep_post(connection: Connection, body: bytes, received_at: datetime) -> None:
    """Write down what the provider posted."""
    connection.execute(insert(event_post).values(body=body, received_at=received_at))


def waiting_posts(connection: Connection, after: int, most_bytes: int) -> tuple[Post, ...]:
    """The oldest posts that are not yet applied.

    Args:
        after: the id of a post that was seen; 0 begins with the oldest.
        most_bytes: of all bodies together; one post is given however large it is.
    """
    sizes = connection.execute(
        select(event_post.c.id, func.length(event_post.c.body))
        .where(event_post.c.id > after)
        .order_by(event_post.c.id)
        .limit(_MOST_AT_ONCE)
    )
    ids: list[int] = []
    for post_id, size in sizes.all():
        most_bytes -= size
        if ids and most_bytes < 0:
            break
        ids.append(post_id)
    rows = connection.execute(
        select(event_post).where(event_post.c.id.in_(ids)).order_by(event_post.c.id)
    )
    return tuple(Post(row.id, row.received_at, row.body) for row in rows)


def lock_posts(connection: Connection, ids: Sequence[int], *, wait: bool = False) -> bool:
    """Whether all of them are ours alone until the end of this transaction.

    False when another process has one of them, or has applied it.

    Args:
        wait: until another process is through with them.
    """
    found = connection.scalars(
        select(event_post.c.id)
        .where(event_post.c.id.in_(ids))
        .order_by(event_post.c.id)
        .with_for_update(skip_locked=not wait)
    )
    return len(found.all()) == len(ids)


def drop_posts(connection: Connection, ids: Sequence[int]) -> None:
    """Take away posts that are applied."""
    connection.execute(delete(event_post).where(event_post.c.id.in_(ids)))


def keep_malformed(
    connection: Connection, found: Iterable[Malformed], received_at: datetime
) -> None:
    """Write down what could not be read, for people to look at."""
    rows = [{"received_at": received_at, "why": each.why, "raw": each.raw} for each in found]
    if rows:
        connection.execute(insert(malformed_event), rows)


def drop_malformed(connection: Connection, before: datetime) -> int:
    """Take away what could not be read and came before a moment; returns how many parts."""
    old = delete(malformed_event).where(malformed_event.c.received_at < before)
    return connection.execute(old).rowcount


def is_post_waiting(connection: Connection) -> bool:
    """Whether any post waits to be applied."""
    return connection.execute(select(event_post.c.id).limit(1)).first() is not None


def count_waiting(connection: Connection) -> int:
    """How many posts wait to be applied."""
    return connection.execute(select(func.count()).select_from(event_post)).scalar_one()
