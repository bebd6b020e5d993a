"""Addresses that only their owner's own double opt-in brings back, kept as keyed hashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from newsletter.model.consent import SuppressionReason
from newsletter.store.many import is_among
from newsletter.store.tables import closed_address
from newsletter.store.writing import insert_or_ignore

ERASED = "erased"
MOVED = "moved"


def close_address(
    connection: Connection,
    address_hash: str,
    at: datetime,
    reason: str,
    suppressed_for: SuppressionReason | None = None,
) -> None:
    """Remember that no import may bring an address back."""
    row = {
        "address_hash": address_hash,
        "at": at,
        "reason": reason,
        "suppression": suppressed_for,
    }
    insert_or_ignore(connection, closed_address, row)


def reopen_address(connection: Connection, address_hashes: Sequence[str]) -> None:
    """Its owner came back by their own double opt-in."""
    connection.execute(
        delete(closed_address).where(closed_address.c.address_hash.in_(address_hashes))
    )


def closed_among(connection: Connection, address_hashes: Sequence[str]) -> frozenset[str]:
    """Those of the hashes that belong to closed addresses."""
    known = closed_address.c.address_hash
    return frozenset(
        connection.scalars(select(known).where(is_among(connection, known, address_hashes)))
    )
