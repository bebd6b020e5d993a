"""How often the provider's log may be asked: by all processes together.

The vendor names no limit for `/v3/logs`. For the Email Activity API, its sibling, it names six
calls a minute, so that is what is kept to; a 429 says the rest.
https://www.twilio.com/docs/sendgrid/api-reference/email-activity
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from newsletter.store import Store
from newsletter.store.tables import asked
from newsletter.store.writing import insert_into

WHAT = "log"
_MINUTE = timedelta(minutes=1)


class Pace:
    """A minute's calls may come at once, and then one after the other.

    In the table `asked`, `until` is the moment up to which all calls are spoken for.
    """

    def __init__(self, store: Store, calls_per_minute: int) -> None:
        self._store = store
        self._each = _MINUTE / calls_per_minute
        self._at_once = _MINUTE - self._each
        self.calls = 0

    def take(self) -> datetime | None:
        """Count one call; None when it may be made now, else when it may be."""
        with self._store.write(durable=False) as connection:
            now = self._store.now(connection)
            spoken_for = max(_until(connection), now)
            if spoken_for - now > self._at_once:
                return spoken_for - self._at_once
            _put(connection, spoken_for + self._each, now)
        self.calls += 1
        return None

    def hold(self, until: datetime) -> None:
        """Nobody asks before that moment: the provider said so, or does not answer."""
        with self._store.write(durable=False) as connection:
            _put(connection, until + self._at_once, self._store.now(connection))


def _until(connection: Connection) -> datetime:
    found: datetime | None = connection.execute(
        select(asked.c.until).where(asked.c.what == WHAT).with_for_update()
    ).scalar()
    return found or datetime.fromtimestamp(0, UTC)


def _put(connection: Connection, until: datetime, now: datetime) -> None:
    values = {"until": until, "asked_at": now}
    connection.execute(
        insert_into(connection, asked)
        .values(what=WHAT, **values)
        .on_conflict_do_update(index_elements=[asked.c.what], set_=values)
    )
