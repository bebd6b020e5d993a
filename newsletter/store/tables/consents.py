"""The proof of every yes and no, what is asked for and not yet proved, and closed addresses."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text, text

from newsletter.model.consent import Channel, ConsentStep, RequestKind, SuppressionReason
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata
from newsletter.store.tables.subscribers import Status

# The exact words people agreed to, each text once.
wording = Table(
    "wording",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("words", Text, nullable=False),
    Column("first_used_at", Moment, nullable=False),
)

# Only ever added to. Cutting addresses of the network and erasing a person blank cells; no
# line goes. There is no foreign key to the reader: the proof outlives them.
consent = Table(
    "consent",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False),  # '' once erased
    Column("address_hash", String(32), nullable=False),  # keyed; finds the lines of the erased
    Column("what", Word(ConsentStep), nullable=False),
    Column("at", Moment, nullable=False),
    Column("form", Text, nullable=False, server_default=""),
    Column("form_version", Text, nullable=False, server_default=""),
    Column("wording", String(64), ForeignKey("wording.sha256")),
    Column("ip", Text, nullable=False, server_default=""),
    Column("user_agent", Text, nullable=False, server_default=""),
    Column("token_sha256", String(64), nullable=False, server_default=""),
    Column("channel", Word(Channel), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("status_before", Word(Status)),  # of a withdrawal: what undoing it brings back
    Column("delivery_id", BigInteger),  # in whose mail the link stood that was used
    sqlite_autoincrement=True,
)
Index("ix_consent_subscriber", consent.c.subscriber_id, consent.c.id)
Index("ix_consent_address", consent.c.address_hash, consent.c.id)
Index(
    "ix_consent_delivery",
    consent.c.delivery_id,
    sqlite_where=consent.c.delivery_id.is_not(None),
    postgresql_where=consent.c.delivery_id.is_not(None),
)
# Those whose network address is still whole or cut: what `cut_networks` looks through.
Index(
    "ix_consent_network",
    consent.c.at,
    sqlite_where=consent.c.ip != "",
    postgresql_where=consent.c.ip != "",
)
# What made the list longer or shorter, by when. An import counts with proof of a yes: words, or
# the moment it was given. Written as a query has to write it, or SQLite does not see that the
# index answers it.
GROWTH = (
    "(what IN ('confirmed', 'undone')"
    " OR what = 'imported' AND (wording IS NOT NULL OR replace(note, 'given ', '') <> note)"
    " OR what IN ('withdrawn', 'erased') AND status_before = 'confirmed')"
)
Index(
    "ix_consent_growth",
    consent.c.what,
    consent.c.at,
    sqlite_where=text(GROWTH),
    postgresql_where=text(GROWTH),
)

# What someone asked for under an address and has yet to prove by a link in a mail. What they
# typed waits here and touches nothing before that.
request = Table(
    "request",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("kind", Word(RequestKind), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("voided_at", Moment),  # a no came after it
    Column("details", JSON, nullable=False),  # first_name, interests, attributes; or new_email
    sqlite_autoincrement=True,
)
Index("ix_request_subscriber", request.c.subscriber_id)
Index("ix_request_expires", request.c.expires_at)

# Addresses that may come back only by their owner's own double opt-in, as keyed hashes.
closed_address = Table(
    "closed_address",
    metadata,
    Column("address_hash", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),  # erased, or moved to another address
    Column("suppression", Word(SuppressionReason)),  # what it was suppressed for when erased
)

# The last three mails that strangers may have caused to go to one mailbox.
mail_allowance = Table(
    "mail_allowance",
    metadata,
    Column("mailbox", String(32), primary_key=True),  # keyed hash
    Column("latest", Moment, nullable=False),
    Column("second", Moment),
    Column("third", Moment),
)
Index("ix_mail_allowance_latest", mail_allowance.c.latest)
