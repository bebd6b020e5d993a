"""The program's own mails of which nobody knows whether they left.

They are never sent again by themselves (a reader may ask again), so absence proposes nothing;
what the log has is `sent`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from newsletter.feedback.doubts import note_asked
from newsletter.feedback.evidence import settle_mails
from newsletter.feedback.looking import Searcher
from newsletter.model.consent import MailState
from newsletter.store import Store
from newsletter.store.tables import asked, system_mail

_PREFIX = "mail-"
_LETTER = "m"  # marks of these mails are `<site>-m<number>`


@dataclass(frozen=True, slots=True)
class UnknownMail:
    """One of the program's own mails.

    Attributes:
        ended_at: when its fate was given up; aware, UTC.
    """

    id: int
    address: str
    ended_at: datetime


def unknown_mails(
    connection: Connection, now: datetime, wait: timedelta, for_long: timedelta
) -> Iterator[UnknownMail]:
    """Those it is time to ask about: after the wait, each time their age has doubled, for a day."""
    rows = connection.execute(
        select(system_mail.c.id, system_mail.c.address, system_mail.c.ended_at)
        .where(system_mail.c.state == MailState.UNKNOWN, system_mail.c.address != "")
        .where(system_mail.c.ended_at.between(now - for_long, now - wait))
        .order_by(system_mail.c.id)
    ).all()
    for row in rows:
        last = connection.execute(
            select(asked.c.asked_at).where(asked.c.what == f"{_PREFIX}{row.id}")
        ).scalar()
        if last is None or now - row.ended_at >= 2 * (last - row.ended_at):
            yield UnknownMail(row.id, row.address, row.ended_at)


def look_for_mail(store: Store, searcher: Searcher, mail: UnknownMail) -> int:
    """Ask the log about one; returns 1 when it was sent after all.

    Raises:
        NotNow, ProviderSilent: it is asked later.
    """
    for entry in searcher.mails_to(mail.address, mail.ended_at):
        if searcher.number(entry.mail, _LETTER) == mail.id:
            with store.write() as connection:
                return settle_mails(connection, [mail.id], f"in the log as {entry.status}")
    with store.write(durable=False) as connection:
        now = store.now(connection)
        note_asked(connection, f"{_PREFIX}{mail.id}", now, now)
    return 0
