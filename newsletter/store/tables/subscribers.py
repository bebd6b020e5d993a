"""Readers: who they are, what they chose, and who must not be mailed."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, text

from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata


class Status(StrEnum):
    """What a person said about being mailed, last."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"


# A reader's interests are one number, a bit each, so that a million choices are one comparison.
# A bit is never given to another interest.
interest = Table(
    "interest",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("bit", Integer, nullable=False, unique=True),
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Text, nullable=False, unique=True),  # normalised
    Column("first_name", Text, nullable=False, server_default=""),
    Column("status", Word(Status), nullable=False),
    Column("attributes", JSON, nullable=False, server_default=text("'{}'")),
    Column("interests", Integer),  # bits of `interest`; NULL: never chose, so wants all
    Column("zone", Text, nullable=False, server_default=""),  # IANA name, or empty for the site's
    Column("paused_until", Moment),  # the reader's own pause
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    sqlite_autoincrement=True,  # the number of an erased row is never given to another person
)

# How many stand where, and a page of them, without reading the rows of all.
Index("ix_subscriber_status", subscriber.c.status, subscriber.c.id)
# What a search by how a name begins goes by; the comparison is that of bytes on both databases.
NAMED = "first_name <> ''"
Index(
    "ix_subscriber_first_name",
    subscriber.c.first_name,
    sqlite_where=text(NAMED),
    postgresql_where=text(NAMED),
    postgresql_ops={"first_name": "text_pattern_ops"},
)
# The same for addresses. SQLite compares them by their bytes anyway: there it holds nobody.
Index(
    "ix_subscriber_email_beginning",
    subscriber.c.email,
    sqlite_where=text("email IS NULL"),
    postgresql_ops={"email": "text_pattern_ops"},
)
Index(
    "ix_subscriber_paused",
    subscriber.c.paused_until,
    sqlite_where=subscriber.c.paused_until.is_not(None),
    postgresql_where=subscriber.c.paused_until.is_not(None),
)

subscriber_tag = Table(
    "subscriber_tag",
    metadata,
    Column(
        "subscriber_id", BigId, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("tag", String(64), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_subscriber_tag_tag", subscriber_tag.c.tag, subscriber_tag.c.subscriber_id)

# By address, not by reader: it must outlive the row.
suppression = Table(
    "suppression",
    metadata,
    Column("email", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)
