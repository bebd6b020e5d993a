"""How many mails strangers may cause to go to one mailbox, held by the database.

One statement asks and takes, so that a thousand requests at once, on however many machines,
get the same few mails.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.store.tables import mail_allowance

BETWEEN_MAILS = timedelta(minutes=10)
DAY = timedelta(days=1)  # any 24 hours, not a date: midnight gives nobody three more


def take_allowance(connection: Connection, mailbox: str, now: datetime) -> bool:
    """Take one mail of a mailbox's allowance: one in 10 minutes, three in 24 hours.

    Args:
        mailbox: a keyed hash of it.

    Returns:
        False when nothing may go now; then nothing was taken.
    """
    asked = {"of": mailbox, "now": now, "long_ago": now - BETWEEN_MAILS, "a_day_ago": now - DAY}
    return connection.execute(_take(connection.dialect.name), asked).first() is not None


@cache
def _take(dialect: str) -> Any:
    table = mail_allowance.c
    now = bindparam("now", type_=table.latest.type)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(mail_allowance).values(mailbox=bindparam("of"), latest=now)
    taken = statement.on_conflict_do_update(
        index_elements=[table.mailbox],
        set_={"latest": now, "second": table.latest, "third": table.second},
        where=and_(
            table.latest <= bindparam("long_ago", type_=table.latest.type),
            or_(
                table.third.is_(None),
                table.third <= bindparam("a_day_ago", type_=table.latest.type),
            ),
        ),
    )
    return taken.returning(table.mailbox)


def prune_allowances(connection: Connection, now: datetime) -> int:
    """Forget mailboxes that have their whole allowance again; returns how many."""
    done = delete(mail_allowance).where(mail_allowance.c.latest <= now - DAY)
    return connection.execute(done).rowcount
