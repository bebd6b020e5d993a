"""How many mails strangers may cause to go to one mailbox, held by the database.

One statement asks and takes, so that a thousand requests at once, on however many machines,
get the same few mails.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, or_

from newsletter.store.tables import mail_allowance
from newsletter.store.writing import insert_into

BETWEEN_MAILS = timedelta(minutes=10)
DAY = timedelta(days=1)  # any 24 hours, not a date: midnight gives nobody three more


def take_allowance(connection: Connection, mailbox: str, now: datetime) -> bool:
    """Take one mail of a mailbox's allowance: one in 10 minutes, three in 24 hours.

    Args:
        mailbox: a keyed hash of it.

    Returns:
        False when nothing may go now; then nothing was taken.
    """
    table = mail_allowance.c
    statement = insert_into(connection, mail_allowance).values(mailbox=mailbox, latest=now)
    statement = statement.on_conflict_do_update(
        index_elements=[table.mailbox],
        set_={"latest": now, "second": table.latest, "third": table.second},
        where=and_(
            table.latest <= now - BETWEEN_MAILS,
            or_(table.third.is_(None), table.third <= now - DAY),
        ),
    )
    return connection.execute(statement.returning(table.mailbox)).first() is not None


def prune_allowances(connection: Connection, now: datetime) -> int:
    """Forget mailboxes that have their whole allowance again; returns how many."""
    done = delete(mail_allowance).where(mail_allowance.c.latest <= now - DAY)
    return connection.execute(done).rowcount
