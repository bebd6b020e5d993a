"""What people decide about a letter before it goes out."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from newsletter.model.review import Answer, LinkFor, Post
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata

# A link's address is signed from id and nonce; nothing here opens anything.
personal_link = Table(
    "personal_link",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", Word(LinkFor), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("issue_number", Integer, nullable=False, server_default="0"),
    Column("slug", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("seen", String(64), nullable=False, server_default=""),
    Column("by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("revoked_by", Text, nullable=False, server_default=""),
    Column("post", Word(Post), nullable=False),
    Column("post_reason", Text, nullable=False, server_default=""),
    Column("lease_until", Moment),
    Column("answer", Word(Answer)),
    Column("answered_at", Moment),
    Column("comment", Text, nullable=False, server_default=""),
    Column("approval_id", Integer, ForeignKey("approval.id")),
    sqlite_autoincrement=True,
)
Index("ix_personal_link_issue", personal_link.c.issue_number, personal_link.c.kind)

preview_comment = Table(
    "preview_comment",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("link_id", BigId, ForeignKey("personal_link.id"), nullable=False),
    Column("issue_number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_preview_comment_link", preview_comment.c.link_id, preview_comment.c.at)
Index("ix_preview_comment_issue", preview_comment.c.issue_number)

# People without an account whom a publisher vouched for: editors may ask them, and only them.
approver = Table(
    "approver",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("by", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

test_group = Table(
    "test_group",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("addresses", JSON, nullable=False),
    Column("by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
