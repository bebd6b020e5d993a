"""The warm-up ramp: how many days of sending have counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Expand: what the version before still needs stays."""
    op.add_column(
        "throttle",
        sa.Column("warm_up_days", sa.Integer(), server_default="0", nullable=False),
    )
