"""What an approval froze."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from newsletter.store.columns import Moment
from newsletter.store.tables.base import metadata

approval = Table(
    "approval",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_number", Integer, nullable=False),
    Column("slug", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("sender", JSON, nullable=False),
    Column("list_id", Text, nullable=False, server_default=""),
    Column("sources", JSON, nullable=False),  # path -> SHA-256 when approved
    Column("interests", Integer, nullable=False),  # bits of all interests the issue uses
    sqlite_autoincrement=True,
)
Index("ix_approval_issue", approval.c.issue_number, approval.c.id)

rendition = Table(
    "rendition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("approval_id", Integer, ForeignKey("approval.id"), nullable=False),
    Column("variant", Text, nullable=False),
    Column("interests", Integer, nullable=False),  # bits of those it holds
    Column("interest_names", JSON, nullable=False),
    Column("sections", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("merge_tags", JSON, nullable=False),
    UniqueConstraint("approval_id", "interests"),
    UniqueConstraint("approval_id", "variant"),
)

picture = Table(
    "picture",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("extension", String(8), primary_key=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

approval_picture = Table(
    "approval_picture",
    metadata,
    Column("approval_id", Integer, ForeignKey("approval.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("extension", String(8), primary_key=True),
    Column("source", Text, nullable=False),
)
