"""What the provider tells afterwards, what it proves, and what people are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Expand: what the version before still needs stays."""
    op.add_column("consent", sa.Column("delivery_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_consent_delivery",
        "consent",
        ["delivery_id"],
        unique=False,
        sqlite_where=sa.text("delivery_id IS NOT NULL"),
        postgresql_where=sa.text("delivery_id IS NOT NULL"),
    )
    op.create_table(
        "asked",
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_asked")),
    )
    op.create_table(
        "brake",
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_brake_dispatch_id")
        ),
        sa.PrimaryKeyConstraint("dispatch_id", "kind", name=op.f("pk_brake")),
    )
    op.create_table(
        "delivery_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("match", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("mail_id", sa.BigInteger(), nullable=True),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("raw", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_delivery_event_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_event_at", "delivery_event", ["at"], unique=False)
    op.create_index(
        "ix_delivery_event_blocked",
        "delivery_event",
        ["subscriber_id"],
        unique=False,
        sqlite_where=sa.text("kind = 'blocked'"),
        postgresql_where=sa.text("kind = 'blocked'"),
    )
    op.create_index(
        "ix_delivery_event_named",
        "delivery_event",
        ["address"],
        unique=False,
        sqlite_where=sa.text("address <> ''"),
        postgresql_where=sa.text("address <> ''"),
    )
    op.create_index(
        "ix_delivery_event_complained",
        "delivery_event",
        ["delivery_id"],
        unique=False,
        sqlite_where=sa.text("kind = 'complained'"),
        postgresql_where=sa.text("kind = 'complained'"),
    )
    hurting = "kind IN ('blocked', 'bounced', 'complained', 'dropped', 'unsubscribed')"
    op.create_index(
        "ix_delivery_event_hurting",
        "delivery_event",
        ["kind", "at", "delivery_id"],
        unique=False,
        sqlite_where=sa.text(hurting),
        postgresql_where=sa.text(hurting),
    )
    op.create_index(
        "ix_delivery_event_delivery",
        "delivery_event",
        ["delivery_id"],
        unique=False,
        sqlite_where=sa.text("delivery_id IS NOT NULL"),
        postgresql_where=sa.text("delivery_id IS NOT NULL"),
    )
    op.create_table(
        "event_post",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_post")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "delivery_id",
            "attempt_id",
            "kind",
            name=op.f("uq_evidence_delivery_id_attempt_id_kind"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("url", name=op.f("uq_link_url")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "malformed_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_malformed_event")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issue_number", sa.Integer(), nullable=True),
        sa.Column("dispatch_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("cause", name=op.f("uq_notice_cause")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "approval_link",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_link_approval_id")
        ),
        sa.PrimaryKeyConstraint("approval_id", "url", "section", name=op.f("pk_approval_link")),
    )
    op.create_table(
        "engagement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.String(length=128), nullable=False),
        sa.Column("issue_number", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=False),
        sa.Column("is_pseudonym", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("agent", sa.String(length=16), server_default="", nullable=False),
        sa.Column("by_machine", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_engagement_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_engagement_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_engagement_issue",
        "engagement",
        ["issue_number", "who", "kind", "link_id", "at", "by_machine", "is_pseudonym"],
        unique=False,
    )
    op.create_table(
        "telling",
        sa.Column(
            "notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("way", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_telling_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "way", name=op.f("pk_telling")),
    )
    op.create_index("ix_telling_state", "telling", ["state", "not_before"], unique=False)
