"""Readers whom a list brought without proof of a yes are asked, at a pace a person chose."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.store.roster import count_waiting, waiting_after
from newsletter.subscribing.mailing import Postroom
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.signing_up import invite

_HOUR = 3_600
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """How far a run is.

    Attributes:
        asked: readers whose mail was queued.
        put_off: readers whose mailbox had its share of mails for now; another run asks them.
    """

    asked: int = 0
    put_off: int = 0


def waiting(reception: Reception) -> int:
    """How many readers wait to be asked."""
    with reception.store.read() as connection:
        return count_waiting(connection)


def ask_waiting(
    reception: Reception,
    postroom: Postroom,
    per_hour: int,
    rest: Callable[[float], object] | None = None,
) -> Iterator[Asked]:
    """Ask those who wait, each once in their life; says how far it is after each few.

    Stop taking from it whenever you like: what was asked stays asked, and another run goes on.

    Args:
        per_hour: mails an hour, at least 1.
        rest: lets that many seconds pass between two yields; None waits by the clock.
    """
    at_once = math.ceil(per_hour / _HOUR)
    done, since = Asked(), 0
    for reader in _waiting(reception):
        if not invite(reception, reader):
            done = Asked(done.asked, done.put_off + 1)
            continue
        done, since = Asked(done.asked + 1, done.put_off), since + 1
        if since == at_once:
            postroom.deliver()
            yield done
            (rest or reception.clock.wait)(_HOUR * at_once / per_hour)
            since = 0
    postroom.deliver()
    yield done


def _waiting(reception: Reception) -> Iterator[int]:
    last = 0
    while True:
        with reception.store.read() as connection:
            page = waiting_after(connection, last, _PAGE)
        if not page:
            return
        yield from page
        last = page[-1]
