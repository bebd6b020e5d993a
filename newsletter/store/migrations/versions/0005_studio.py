"""The studio: accounts, and what people do in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Expand: what the version before still needs stays."""
    _accounts()
    _reviewing()
    _bell()
    _readers()


def _accounts() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("ip", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index(
        "ix_audit_network",
        "audit",
        ["at"],
        unique=False,
        sqlite_where=sa.text("ip != ''"),
        postgresql_where=sa.text("ip != ''"),
    )
    op.create_index("ix_audit_person", "audit", ["person_id", "action", "at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_key", name=op.f("uq_person_email_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_began", "sign_in_tries", ["began_at"], unique=False)
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("email_key", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_one_time_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_one_time_link_token_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_one_time_link_expires", "one_time_link", ["expires_at"], unique=False)
    op.create_table(
        "studio_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.Text(), server_default="", nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_studio_session_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_studio_session_token_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_studio_session_person", "studio_session", ["person_id"], unique=False)
    op.create_index("ix_studio_session_seen", "studio_session", ["seen_at"], unique=False)


def _reviewing() -> None:
    """Links, comments, approvers, groups of test addresses."""
    op.create_table(
        "personal_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("issue_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("slug", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("seen", sa.String(length=64), server_default="", nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("post", sa.String(16), nullable=False),
        sa.Column("post_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(16), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_personal_link_approval_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_link")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_personal_link_issue", "personal_link", ["issue_number", "kind"], unique=False
    )
    op.create_table(
        "preview_comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["personal_link.id"], name=op.f("fk_preview_comment_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_comment")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_preview_comment_link", "preview_comment", ["link_id", "at"], unique=False)
    op.create_index("ix_preview_comment_issue", "preview_comment", ["issue_number"], unique=False)
    op.create_table(
        "approver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approver")),
        sa.UniqueConstraint("email", name=op.f("uq_approver_email")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "test_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_group")),
        sa.UniqueConstraint("name", name=op.f("uq_test_group_name")),
        sqlite_autoincrement=True,
    )


def _bell() -> None:
    """Who has seen which notice; and clicks by an index of their own, for reports."""
    op.create_index(
        "ix_engagement_clicked",
        "engagement",
        ["issue_number", "who", "kind", "at", "link_id", "by_machine", "is_pseudonym"],
        unique=False,
        sqlite_where=sa.text("link_id IS NOT NULL"),
        postgresql_where=sa.text("link_id IS NOT NULL"),
    )
    op.create_table(
        "notice_read",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_read_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_read_notice_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "notice_id", name=op.f("pk_notice_read")),
    )


def _readers() -> None:
    """What the pages of readers look things up by."""
    growing = sa.text(
        "(what IN ('confirmed', 'undone')"
        " OR what = 'imported' AND (wording IS NOT NULL OR replace(note, 'given ', '') <> note)"
        " OR what IN ('withdrawn', 'erased') AND status_before = 'confirmed')"
    )
    op.create_index(
        "ix_consent_growth",
        "consent",
        ["what", "at"],
        unique=False,
        sqlite_where=growing,
        postgresql_where=growing,
    )
    op.create_index("ix_subscriber_status", "subscriber", ["status", "id"], unique=False)
    op.create_index(
        "ix_subscriber_paused",
        "subscriber",
        ["paused_until"],
        unique=False,
        sqlite_where=sa.text("paused_until IS NOT NULL"),
        postgresql_where=sa.text("paused_until IS NOT NULL"),
    )
    op.create_index(
        "ix_subscriber_first_name",
        "subscriber",
        ["first_name"],
        unique=False,
        sqlite_where=sa.text("first_name <> ''"),
        postgresql_where=sa.text("first_name <> ''"),
        postgresql_ops={"first_name": "text_pattern_ops"},
    )
    op.create_index(
        "ix_subscriber_email_beginning",
        "subscriber",
        ["email"],
        unique=False,
        sqlite_where=sa.text("email IS NULL"),
        postgresql_ops={"email": "text_pattern_ops"},
    )
    op.create_index(
        "ix_delivery_let_go",
        "delivery",
        ["subscriber_id"],
        unique=False,
        sqlite_where=sa.text("holds = 0"),
        postgresql_where=sa.text("NOT holds"),
    )
