"""Look into the database whether there is other work, and ring for it.

Who looks does nothing itself. What nobody heard is still there at the next look, and is rung for
again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from newsletter.model.ports import Clock, Engine, Work
from newsletter.store import Store
from newsletter.store.event_posts import is_post_waiting
from newsletter.store.list_imports import is_import_waiting
from newsletter.store.mail_queue import is_mail_due

Look = Callable[[Connection, datetime], bool]


def _is_event_waiting(connection: Connection, now: datetime) -> bool:
    return is_post_waiting(connection)


_LOOKS: dict[Work, Look] = {
    Work.SYSTEM_MAILS: is_mail_due,
    Work.EVENTS: _is_event_waiting,
    Work.IMPORTS: is_import_waiting,
}


def call_if_due(store: Store, clock: Clock, engine: Engine, work: Work) -> bool:
    """Ring for a work if there is anything to do; work that nobody can look for is rung always.

    Returns:
        Whether it was rung for.
    """
    look = _LOOKS.get(work)
    if look is not None:
        with store.read() as connection:
            if not look(connection, clock.now()):
                return False
    engine.call(work)
    return True
