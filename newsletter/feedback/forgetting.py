"""What the provider told is forgotten: with whoever is erased, and when nobody can use it any more.

Lines about their deliveries hold no address. What does: posts that wait to be applied, lines of
mails that were not ours, and parts that could not be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import Connection, func, text, update

from newsletter.feedback.applying import Applier, apply_in
from newsletter.store import Store
from newsletter.store.event_posts import Post, drop_malformed, lock_posts, waiting_posts
from newsletter.store.tables import delivery_event, malformed_event
from newsletter.store.tables.events import NAMED

UNREADABLE_FOR = timedelta(days=30)
"""Long enough for somebody to look into it; it may hold addresses."""

_BYTES_AT_ONCE = 1_000_000


def forget_told(applier: Applier, connection: Connection, address: str) -> None:
    """Take an address out of everything the provider told.

    Posts that hold it are applied here and now, in the transaction that erases: so nothing they
    prove about mails is lost, and nothing of them is left.

    Args:
        address: normalised.
    """
    spellings = _spellings(address)
    for post in _holding(connection, spellings):
        if lock_posts(connection, [post.id], wait=True):
            apply_in(applier, connection, [post])
    connection.execute(
        update(delivery_event)
        .where(text(NAMED), delivery_event.c.address == address)
        .values(address="", raw="", reason="")
    )
    for spelling in spellings:
        held = func.lower(malformed_event.c.raw).contains(spelling, autoescape=True)
        connection.execute(update(malformed_event).where(held).values(raw=""))


def forget_unreadable(store: Store) -> int:
    """Take away parts of posts that nobody could read and that are old; returns how many."""
    with store.write(durable=False) as connection:
        return drop_malformed(connection, store.now(connection) - UNREADABLE_FOR)


def _spellings(address: str) -> Collection[str]:
    """As we write it and as DNS does; JSON may write other letters than ASCII either way."""
    local, _, domain = address.rpartition("@")
    told = {address}
    if not domain.isascii():
        told.add(f"{local}@{domain.encode('idna').decode()}")
    return told | {each.encode("ascii", "backslashreplace").decode() for each in told}


def _holding(connection: Connection, spellings: Collection[str]) -> Iterator[Post]:
    wanted = [each.encode() for each in spellings]
    seen = 0
    while posts := waiting_posts(connection, seen, _BYTES_AT_ONCE):
        seen = posts[-1].id
        for post in posts:
            body = post.body.lower()
            if any(each in body for each in wanted):
                yield post
