"""Interests as bits: a bit each, given once, never to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, func, select

from newsletter.errors import UsageError
from newsletter.store.tables import interest
from newsletter.store.writing import insert_or_ignore

MOST_INTERESTS = 31  # bits of a database's INTEGER without its sign


def bits_of_interests(connection: Connection, slugs: Sequence[str]) -> Mapping[str, int]:
    """The bit of each interest, as a number with that one bit set; new ones are given one.

    Raises UsageError for more interests than there are bits.
    """
    known = _known(connection)
    for slug in slugs:
        if slug not in known:
            _give(connection, slug)
            known = _known(connection)
    return {slug: known[slug] for slug in slugs}


def known_bits(connection: Connection) -> Mapping[str, int]:
    """The bit of every interest that has one."""
    return _known(connection)


def imagined_bits(connection: Connection, slugs: Sequence[str]) -> Mapping[str, int]:
    """The bit of each interest; one that nobody could choose yet has a bit no reader has set."""
    known = _known(connection)
    free = (1 << at for at in range(MOST_INTERESTS) if 1 << at not in known.values())
    return {slug: known[slug] if slug in known else next(free) for slug in slugs}


def mask_of(bits: Mapping[str, int], slugs: Iterable[str]) -> int:
    """All the bits of some interests in one number."""
    mask = 0
    for slug in slugs:
        mask |= bits[slug]
    return mask


def _known(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(interest.c.slug, interest.c.bit))
    return {row.slug: 1 << row.bit for row in rows}


def _give(connection: Connection, slug: str) -> None:
    """Another process may be giving one too; the unique bit lets one win, the other goes on."""
    for _ in range(MOST_INTERESTS):
        highest = connection.execute(select(func.coalesce(func.max(interest.c.bit), -1)))
        bit = int(highest.scalar_one()) + 1
        if bit >= MOST_INTERESTS:
            break
        if insert_or_ignore(connection, interest, {"slug": slug, "bit": bit}):
            return
        if slug in _known(connection):
            return
    raise UsageError(f"There can be at most {MOST_INTERESTS} interests, over the site's life.")
