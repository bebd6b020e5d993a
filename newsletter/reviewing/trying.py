"""How many test mails a person sends, and that a second click sends none.

Both are counted in the database: processes that serve the studio share it.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from newsletter.errors import TooManyRequests
from newsletter.reviewing.links import Reviewing
from newsletter.store.sign_in_tries import take_try

MOST_TESTS = 10
WHILE = timedelta(minutes=10)
FORM_COUNTS = timedelta(hours=1)


def take_test(room: Reviewing, person: int, form: str) -> bool:
    """Take one of the tests that a person may send, just before it is sent.

    Args:
        person: id of who sends.
        form: names the form that was sent; empty for one that has no name.

    Returns:
        False when this very form was sent before; then nothing was taken.

    Raises:
        TooManyRequests: ten in ten minutes; says when the next may go.
    """
    with room.store.write() as connection:
        now = room.store.now(connection)
        if form:
            once = _key("form", person, form)
            if take_try(connection, once, 1, now, now - FORM_COUNTS) is not None:
                return False
        mine = _key("tests", person)
        began = take_try(connection, mine, MOST_TESTS, now, now - WHILE)
        if began is not None:
            raise _too_many(began + WHILE - now)
    return True


def _key(*named: object) -> str:
    return sha256(" ".join(map(str, ("test mails", *named))).encode()).hexdigest()


def _too_many(wait: timedelta) -> TooManyRequests:
    seconds = max(1, int(wait.total_seconds()))
    minutes = -(-seconds // 60)
    return TooManyRequests(
        f"You sent {MOST_TESTS} tests within ten minutes, and a mailbox that gets more may take "
        f"them for spam. The next can go in {minutes} minute{'' if minutes == 1 else 's'}.",
        seconds,
    )
