"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
# A step that takes something away, or adds what older programs can not fill, names the revision
# of the oldest program that does not mind, as in: oldest_program = "${up_revision}"
oldest_program = None


def upgrade() -> None:
    """Expand: what the version before still needs stays."""
    ${upgrades if upgrades else "pass"}
