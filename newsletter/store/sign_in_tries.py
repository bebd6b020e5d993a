"""How often someone tried to sign in, held by the database: many processes share it.

One statement asks and takes, so that a thousand tries at once get the same few.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.store.tables import sign_in_tries


def take_try(
    connection: Connection, what: str, most: int, now: datetime, long_ago: datetime
) -> datetime | None:
    """Take one of the tries that something has.

    Args:
        what: a keyed hash.
        most: tries it has in all.
        long_ago: counting begins anew when it began then or before.

    Returns:
        None when it was taken; else since when it is counted, and nothing was taken.
    """
    asked = {"of": what, "now": now, "long_ago": long_ago, "most": most}
    if connection.execute(_take(connection.dialect.name), asked).first() is not None:
        return None
    mine = sign_in_tries.c.what == what
    began: datetime = connection.execute(select(sign_in_tries.c.began_at).where(mine)).scalar_one()
    return began


@cache
def _take(dialect: str) -> Any:
    table = sign_in_tries.c
    now, long_ago = (bindparam(name, type_=table.began_at.type) for name in ("now", "long_ago"))
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    first = insert(sign_in_tries).values(what=bindparam("of"), tries=1, began_at=now)
    is_over = table.began_at <= long_ago
    taken = first.on_conflict_do_update(
        index_elements=[table.what],
        set_={
            "tries": case((is_over, 1), else_=table.tries + 1),
            "began_at": case((is_over, now), else_=table.began_at),
        },
        where=or_(is_over, table.tries < bindparam("most", type_=table.tries.type)),
    )
    return taken.returning(table.tries)


def give_back_try(connection: Connection, what: str) -> None:
    """This one was no guess."""
    mine = and_(sign_in_tries.c.what == what, sign_in_tries.c.tries > 0)
    connection.execute(update(sign_in_tries).where(mine).values(tries=sign_in_tries.c.tries - 1))


def forget_tries(connection: Connection, whats: Collection[str]) -> None:
    """Count these from nothing."""
    connection.execute(delete(sign_in_tries).where(sign_in_tries.c.what.in_(whats)))


def prune_tries(connection: Connection, before: datetime) -> int:
    """Take away those whose counting is over; returns how many."""
    return connection.execute(
        delete(sign_in_tries).where(sign_in_tries.c.began_at < before)
    ).rowcount
