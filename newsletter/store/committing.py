"""What is done once a transaction is committed, and never when it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

_WAITING = "newsletter_after_commit"


def after_commit(connection: Connection, do: Callable[[], object]) -> None:
    """Do this as soon as what was written is true; a transaction that is undone forgets it.

    Args:
        connection: of a transaction of `Store.write`.
        do: quick, and outside of the database: it can undo nothing any more.
    """
    connection.info.setdefault(_WAITING, []).append(do)


@contextmanager
def doing_what_waits(connection: Connection) -> Iterator[None]:
    """Around a transaction: afterwards do what was asked for in it."""
    info = connection.info  # fetched now: a connection that breaks can not be asked any more
    info.pop(_WAITING, None)
    try:
        yield
    except BaseException:
        info.pop(_WAITING, None)
        raise
    for do in info.pop(_WAITING, ()):
        do()
