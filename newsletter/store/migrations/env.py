"""Runs migrations on the connection it is given, inside the caller's transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from newsletter.store.columns import Code, Moment, Word
from newsletter.store.tables import metadata


def plain_type(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Migrations name SQLAlchemy's own types: ours may change, history must not."""
    if kind != "type":
        return False
    if isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Word):
        return "sa.String(16)"
    return "sa.SmallInteger()" if isinstance(item, Code) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=plain_type,
    transactional_ddl=False,  # the caller holds the transaction
)
context.run_migrations()
