"""People of the studio: accounts, sessions, one-time links, and the log of who did what."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from newsletter.model.account import LinkKind
from newsletter.model.person import Role
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),  # as typed
    Column("email_key", Text, nullable=False, unique=True),  # without regard to case
    Column("role", Word(Role), nullable=False),
    Column("password", Text, nullable=False),  # Argon2id, with its salt and parameters
    Column("is_active", Boolean, nullable=False, server_default="1"),
    Column("made_at", Moment, nullable=False),
    Column("signed_in_at", Moment),
    sqlite_autoincrement=True,
)

# A row is a browser that is signed in; ended means gone. The token itself is nowhere but there.
studio_session = Table(
    "studio_session",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # behind by a minute at most
    Column("expires_at", Moment, nullable=False),  # however busy
    Column("ip", Text, nullable=False, server_default=""),
    Column("user_agent", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
Index("ix_studio_session_person", studio_session.c.person_id)
Index("ix_studio_session_seen", studio_session.c.seen_at)

one_time_link = Table(
    "one_time_link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Word(LinkKind), nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("person_id", Integer, ForeignKey("person.id")),  # of a new password
    Column("email", Text, nullable=False, server_default=""),  # of an invitation
    Column("email_key", Text, nullable=False, server_default=""),
    Column("role", Word(Role), nullable=False),
    Column("made_by", Text, nullable=False),  # a name
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("voided_at", Moment),  # another was made, or it was taken back
    sqlite_autoincrement=True,
)
Index("ix_one_time_link_expires", one_time_link.c.expires_at)

# Tries at signing in since `began_at`: by address, by network, and by both together. Test mails
# are counted here, too: by person, and by the form they were sent with.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("what", String(64), primary_key=True),  # keyed hash
    Column("tries", Integer, nullable=False),
    Column("began_at", Moment, nullable=False),
)
Index("ix_sign_in_tries_began", sign_in_tries.c.began_at)

# Only ever added to; network addresses are cut out after a while. No foreign key: it stays
# whatever becomes of the account.
audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("person_id", Integer),  # empty: the command line, or a personal link
    Column("name", Text, nullable=False),
    Column("action", String(48), nullable=False),
    Column("subject", Text, nullable=False, server_default=""),  # what it was done to
    Column("details", JSON, nullable=False),
    Column("ip", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
Index("ix_audit_at", audit.c.at)
Index("ix_audit_person", audit.c.person_id, audit.c.action, audit.c.at)
# Lines whose network address is still to be cut out.
Index(
    "ix_audit_network",
    audit.c.at,
    sqlite_where=audit.c.ip != "",
    postgresql_where=audit.c.ip != "",
)
