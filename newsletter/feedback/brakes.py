"""A dispatch stops itself when too many of its mails go wrong.

Shares are counted from the ledger, whoever sends and however often it was killed. A look at a
million deliveries takes a fraction of a second, and never more than a twentieth of the time.

When a person goes on, they accepted what they saw: that share may double before they are asked
again. So a list of which 6 % bounce is stopped once, and not again after every 200 mails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from newsletter.dispatching.stopping import pause_by_itself
from newsletter.feedback.tallying import tally_dispatch
from newsletter.model.brake import BrakeKind, BrakeLimits, Excess, excesses
from newsletter.model.ledger import DispatchState
from newsletter.model.ports import Clock
from newsletter.store import Store
from newsletter.store.dispatches import dispatches_in
from newsletter.store.tables import brake, dispatch
from newsletter.store.writing import insert_into

LOOK_EVERY = 5.0  # seconds
_MOST_SPENT_LOOKING = 0.05  # of the time

_TOLD = {
    BrakeKind.BOUNCED: (
        "{count} of {base} mails came back ({share}; the limit is {limit}). Mailbox providers "
        "distrust who mails addresses that do not exist: look at where this list comes from."
    ),
    BrakeKind.COMPLAINED: (
        "{count} of {base} readers reported it as spam ({share}; the limit is {limit}). Mailbox "
        "providers refuse senders whose readers complain: ask who these readers are and how they "
        "said yes."
    ),
    BrakeKind.REJECTED: (
        "The provider refused {count} of {base} mails ({share}; the limit is {limit}). Look at "
        "the addresses it refused before the rest goes the same way."
    ),
    BrakeKind.UNKNOWN: (
        "Of {count} of {base} mails nobody knows whether they left ({share}; the limit is "
        "{limit}). The connection to the provider fails again and again: look at it first."
    ),
}

_GONE_ON = (
    select(brake.c.dispatch_id, brake.c.kind, brake.c.share)
    .join(dispatch, dispatch.c.id == brake.c.dispatch_id)
    .where(brake.c.is_on, dispatch.c.state == DispatchState.SENDING)
)


@dataclass
class Brakes:
    """Looks at what is being sent; keep one a process, for it knows when it looked last."""

    store: Store
    clock: Clock
    limits: BrakeLimits
    _look_at: float = field(default=0.0)

    def look(self) -> None:
        """Pause what goes wrong; called at every tick, counts every few seconds."""
        self._note_who_went_on()
        begun = self.clock.monotonic()
        if begun < self._look_at:
            return
        with self.store.read() as connection:
            sending = dispatches_in(connection, DispatchState.SENDING)
        for each in sending:
            self._look_at_one(each.id)
        spent = self.clock.monotonic() - begun
        self._look_at = begun + max(LOOK_EVERY, spent / _MOST_SPENT_LOOKING)

    def _look_at_one(self, dispatch_id: int) -> None:
        with self.store.read() as connection:
            marks = marks_of(connection, dispatch_id)
            tally = tally_dispatch(connection, dispatch_id)
        found = excesses(tally, self.limits, shares_in(marks))
        if not found:
            return
        with self.store.write() as connection:
            if marks_of(connection, dispatch_id) == marks:  # else another looked meanwhile
                self._stop(connection, dispatch_id, found)

    def _note_who_went_on(self) -> None:
        """What stopped and sends again: a person accepted the share it has by now."""
        with self.store.read() as connection:
            gone_on = connection.execute(_GONE_ON).all()
            tallies = {
                each: tally_dispatch(connection, each) for each in {row[0] for row in gone_on}
            }
        if not gone_on:
            return
        with self.store.write() as connection:
            for mark in gone_on:
                share = max(mark.share, tallies[mark.dispatch_id].share(mark.kind))
                connection.execute(
                    brake.update()
                    .where(brake.c.dispatch_id == mark.dispatch_id, brake.c.kind == mark.kind)
                    .where(brake.c.is_on)
                    .values(share=share, is_on=False)
                )

    def _stop(self, connection: Connection, dispatch_id: int, found: tuple[Excess, ...]) -> None:
        if pause_by_itself(connection, dispatch_id, in_words(found), self.store.now(connection)):
            put_on(self.store, connection, dispatch_id, found)


def marks_of(connection: Connection, dispatch_id: int) -> list[Row[Any]]:
    """What a dispatch stopped itself for before: `kind`, `share`, `is_on`."""
    return list(
        connection.execute(
            select(brake.c.kind, brake.c.share, brake.c.is_on)
            .where(brake.c.dispatch_id == dispatch_id)
            .order_by(brake.c.kind)
        )
    )


def shares_in(marks: list[Row[Any]]) -> Mapping[BrakeKind, float]:
    """Kind -> the largest share that a person was told."""
    return {mark.kind: mark.share for mark in marks}


def put_on(
    store: Store, connection: Connection, dispatch_id: int, found: tuple[Excess, ...]
) -> None:
    """Note what a dispatch stops for, so that going on is not stopped by the same."""
    for each in found:
        values = {"share": each.share, "at": store.now(connection), "is_on": True}
        connection.execute(
            insert_into(connection, brake)
            .values(dispatch_id=dispatch_id, kind=each.kind, **values)
            .on_conflict_do_update(index_elements=[brake.c.dispatch_id, brake.c.kind], set_=values)
        )


def in_words(found: tuple[Excess, ...]) -> str:
    """Why it stops, as a marketer understands it."""
    return " ".join(
        _TOLD[each.kind].format(
            count=f"{each.count:,}",
            base=f"{each.base:,}",
            share=percent(each.share),
            limit=percent(each.limit),
        )
        for each in found
    )


def percent(share: float) -> str:
    """`6.3 %`, `0.25 %`: as many digits as tell it from its limit."""
    return f"{share * 100:.3g} %"
