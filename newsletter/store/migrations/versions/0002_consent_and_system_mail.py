"""Consent, what is asked for and not yet proved, and the ledger of system mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Expand: what the version before still needs stays."""
    op.create_table(
        "closed_address",
        sa.Column("address_hash", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("suppression", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_closed_address")),
    )
    op.create_table(
        "mail_allowance",
        sa.Column("mailbox", sa.String(length=32), nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second", sa.DateTime(timezone=True), nullable=True),
        sa.Column("third", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mail_allowance")),
    )
    op.create_index("ix_mail_allowance_latest", "mail_allowance", ["latest"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_request_expires", "request", ["expires_at"], unique=False)
    op.create_index("ix_request_subscriber", "request", ["subscriber_id"], unique=False)
    op.create_table(
        "system_mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("about", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_mail")),
        sa.UniqueConstraint("cause", name=op.f("uq_system_mail_cause")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_system_mail_open",
        "system_mail",
        ["state", "not_before"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'sending')"),
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index("ix_system_mail_subscriber", "system_mail", ["subscriber_id"], unique=False)
    op.create_table(
        "wording",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_wording")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form", sa.Text(), server_default="", nullable=False),
        sa.Column("form_version", sa.Text(), server_default="", nullable=False),
        sa.Column("wording", sa.String(length=64), nullable=True),
        sa.Column("ip", sa.Text(), server_default="", nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("token_sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("status_before", sa.String(16), nullable=True),
        sa.ForeignKeyConstraint(["wording"], ["wording.sha256"], name=op.f("fk_consent_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_address", "consent", ["address_hash", "id"], unique=False)
    op.create_index(
        "ix_consent_network",
        "consent",
        ["at"],
        unique=False,
        sqlite_where=sa.text("ip != ''"),
        postgresql_where=sa.text("ip != ''"),
    )
    op.create_index("ix_consent_subscriber", "consent", ["subscriber_id", "id"], unique=False)
