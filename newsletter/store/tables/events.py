"""What the provider told afterwards: as it came, as understood, and what it proved."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newsletter.model.event import EventKind, EventMatch, EvidenceKind
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata

# Posts of the provider, verified and not yet applied. One that is applied is taken away: what
# it said stands in the tables below.
event_post = Table(
    "event_post",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("received_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# One line an event; opens and clicks stand in `engagement`. Those of a delivery hold no
# address: the delivery's reader has it. `reason` is the receiving side's words.
delivery_event = Table(
    "delivery_event",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("provider_id", String(128), nullable=False, unique=True),
    Column("kind", Word(EventKind), nullable=False),
    Column("match", Word(EventMatch), nullable=False),
    Column("at", Moment, nullable=False),
    Column("delivery_id", BigInteger),
    Column("attempt_id", Integer),
    Column("mail_id", BigInteger),
    Column("subscriber_id", BigInteger),
    Column("address", Text, nullable=False, server_default=""),  # only of FOREIGN
    Column("message_id", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("raw", Text, nullable=False, server_default=""),  # only of UNKNOWN
    sqlite_autoincrement=True,
)
Index(
    "ix_delivery_event_delivery",
    delivery_event.c.delivery_id,
    sqlite_where=delivery_event.c.delivery_id.is_not(None),
    postgresql_where=delivery_event.c.delivery_id.is_not(None),
)
Index("ix_delivery_event_at", delivery_event.c.at)
# Soft bounces of one reader. Written as a query has to write it.
BLOCKED = "kind = 'blocked'"
Index(
    "ix_delivery_event_blocked",
    delivery_event.c.subscriber_id,
    sqlite_where=text(BLOCKED),
    postgresql_where=text(BLOCKED),
)
# So that an erased address is found at once.
NAMED = "address <> ''"
Index(
    "ix_delivery_event_named",
    delivery_event.c.address,
    sqlite_where=text(NAMED),
    postgresql_where=text(NAMED),
)
# Few, and counted while a dispatch sends.
Index(
    "ix_delivery_event_complained",
    delivery_event.c.delivery_id,
    sqlite_where=delivery_event.c.kind == EventKind.COMPLAINED,
    postgresql_where=delivery_event.c.kind == EventKind.COMPLAINED,
)
# The few that hurt. Written as a query has to write it, or SQLite does not see that it answers.
HURTING = "kind IN ('blocked', 'bounced', 'complained', 'dropped', 'unsubscribed')"
Index(
    "ix_delivery_event_hurting",
    delivery_event.c.kind,
    delivery_event.c.at,
    delivery_event.c.delivery_id,
    sqlite_where=text(HURTING),
    postgresql_where=text(HURTING),
)

# Parts of a post that can not be read.
malformed_event = Table(
    "malformed_event",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("received_at", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("raw", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Addresses that were clicked, each once, without what is personal in them.
link = Table(
    "link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

# Opens and clicks. `who` is the delivery, or where a site keeps totals only, a keyed
# pseudonym of it that nobody can turn back.
engagement = Table(
    "engagement",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("provider_id", String(128), nullable=False, unique=True),
    Column("issue_number", Integer, nullable=False),
    Column("dispatch_id", Integer, nullable=False),
    Column("who", BigInteger, nullable=False),
    Column("is_pseudonym", Boolean, nullable=False, server_default="0"),
    Column("kind", Word(EventKind), nullable=False),  # OPENED or CLICKED
    Column("at", Moment, nullable=False),
    Column("link_id", Integer, ForeignKey("link.id")),
    Column("agent", String(16), nullable=False, server_default=""),  # a family, not the string
    Column("by_machine", Boolean, nullable=False, server_default="0"),  # surely no person
    sqlite_autoincrement=True,
)
# Everything a report reads, so that it reads nothing else: three million rows take a second.
Index(
    "ix_engagement_issue",
    engagement.c.issue_number,
    engagement.c.who,
    engagement.c.kind,
    engagement.c.link_id,
    engagement.c.at,
    engagement.c.by_machine,
    engagement.c.is_pseudonym,
)

# Clicks alone, a small part of them: scanners are looked for among these.
Index(
    "ix_engagement_clicked",
    engagement.c.issue_number,
    engagement.c.who,
    engagement.c.kind,
    engagement.c.at,
    engagement.c.link_id,
    engagement.c.by_machine,
    engagement.c.is_pseudonym,
    sqlite_where=engagement.c.link_id.is_not(None),
    postgresql_where=engagement.c.link_id.is_not(None),
)

# Which link of an approval stands in which of its sections.
approval_link = Table(
    "approval_link",
    metadata,
    Column("approval_id", Integer, ForeignKey("approval.id"), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("section", Text, primary_key=True),  # `masthead`, `footer`, or a snippet's reference
    Column("title", Text, nullable=False, server_default=""),
)

# What settled a delivery, or what is proposed.
evidence = Table(
    "evidence",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("delivery_id", BigInteger, nullable=False),
    Column("attempt_id", Integer, nullable=False, server_default="0"),
    Column("kind", Word(EvidenceKind), nullable=False),
    Column("source", String(128), nullable=False),  # the event's or the log's id
    Column("at", Moment, nullable=False),
    Column("words", Text, nullable=False, server_default=""),
    UniqueConstraint("delivery_id", "attempt_id", "kind"),
    sqlite_autoincrement=True,
)

# How far the provider was asked: a list's name, or a delivery that waits to be asked about.
asked = Table(
    "asked",
    metadata,
    Column("what", String(64), primary_key=True),
    Column("until", Moment, nullable=False),  # everything before this is known
    Column("asked_at", Moment, nullable=False),
)
