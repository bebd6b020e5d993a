"""The oldest program that may still work on the database, beside the revision itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
oldest_program = None


def upgrade() -> None:
    """Expand: what the version before still needs stays.

    In Alembic's own row, because it is a fact about these tables and never about the site: a
    copy into another database must not take it along. Programs before this revision know of no
    such column and refuse whatever they do not know.
    """
    op.add_column(
        "alembic_version",
        sa.Column("oldest_program", sa.String(4), server_default="0006", nullable=False),
    )
