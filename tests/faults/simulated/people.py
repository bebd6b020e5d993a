"""What people do: those who send, and those who read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select, update

from newsletter.dispatching.control import cancel, cancel_wave, correct, pause, resume
from newsletter.dispatching.planning import (
    Plan,
    follow_up,
    rebind,
    reschedule,
    schedule,
    unschedule,
)
from newsletter.dispatching.resolving import resolve
from newsletter.model.ledger import DeliveryOutcome, Resolution
from newsletter.store.dispatches import dispatches_of
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.store.tables import attempt, delivery, dispatch, subscriber, suppression, wave
from newsletter.store.tables.subscribers import Status

if TYPE_CHECKING:
    from tests.faults.simulated.world import Process, Simulation

ISSUE = 12
Action = Callable[["Simulation", "Process"], None]


def plan(world: Simulation) -> Plan:
    """Any plan."""
    fate = world.fate
    due = world.clock.now() + timedelta(minutes=fate.one_of([0, 0, 0, 1, 45, 600]))
    return Plan(
        due_at=due,
        wall_time=f"{due:%Y-%m-%d %H:%M}",
        zone=fate.one_of(["", "", "subscriber"]),
        past_zones=fate.one_of(["now", "next_day"]),
        canary=fate.one_of([0, 0, 3, 50]),
        readers_per_hour=fate.one_of([0, 0, 0, 240]),
        by="Ada",
    )


def _schedule(world: Simulation, process: Process) -> None:
    schedule(process.store, world.fate.one_of(world.approvals), plan(world))


def _follow_up(world: Simulation, process: Process) -> None:
    follow_up(process.store, world.fate.one_of(world.approvals), plan(world))


def _correct(world: Simulation, process: Process) -> None:
    correct(process.store, _last(world, process), world.approvals[-1], plan(world))


def _last(world: Simulation, process: Process) -> int:
    """The last dispatch; when there is none a number that none has."""
    with process.store.read() as connection:
        found = dispatches_of(connection, ISSUE)
    return found[-1].id if found else 99


def _reschedule(world: Simulation, process: Process) -> None:
    reschedule(process.store, _last(world, process), plan(world))


def _rebind(world: Simulation, process: Process) -> None:
    rebind(process.store, _last(world, process), world.fate.one_of(world.approvals), "Ada")


def _unschedule(world: Simulation, process: Process) -> None:
    unschedule(process.store, _last(world, process), "Ada")


def _pause(world: Simulation, process: Process) -> None:
    pause(process.store, _last(world, process), by="Ada")


def _resume(world: Simulation, process: Process) -> None:
    resume(process.store, _last(world, process), by="Ada")


def _cancel(world: Simulation, process: Process) -> None:
    cancel(process.store, _last(world, process), by="Ada")


def _cancel_wave(world: Simulation, process: Process) -> None:
    with process.store.read() as connection:
        ids = list(connection.scalars(select(wave.c.id).order_by(wave.c.id)))
    cancel_wave(process.store, world.fate.one_of([*ids, 99]), by="Ada")


def _assume_sent(world: Simulation, process: Process) -> None:
    decide(world, process, Resolution.ASSUME_SENT)


def _send_again(world: Simulation, process: Process) -> None:
    decide(world, process, Resolution.SEND_AGAIN)


def decide(world: Simulation, process: Process, decision: Resolution) -> None:
    """The one way by which a reader may be mailed twice: write down who it concerns.

    It is taken down inside of the decision's own transaction: until that begins others send, and
    whoever becomes unknown by it is decided on with the rest.
    """
    store = process.store.watched(partial(world.noting, decision))
    resolve(replace(process.desk, store=store), ISSUE, decision, by="Ada")


def _unsubscribe(world: Simulation, process: Process) -> None:
    email = world.fate.one_of(world.emails)
    with process.store.write() as connection:
        _status(connection, email, Status.UNSUBSCRIBED)
        world.said_no(connection, email)


def _come_back(world: Simulation, process: Process) -> None:
    email = world.fate.one_of(world.emails)
    world.said_yes(email)
    with process.store.write() as connection:
        _status(connection, email, Status.CONFIRMED)
        connection.execute(delete(suppression).where(suppression.c.email == email))


def _suppress(world: Simulation, process: Process) -> None:
    email = world.fate.one_of(world.emails)
    with process.store.write() as connection:
        connection.execute(delete(suppression).where(suppression.c.email == email))
        connection.execute(
            insert(suppression).values(email=email, reason="bounce", at=world.clock.now())
        )
        world.said_no(connection, email)


def _rest(world: Simulation, process: Process) -> None:
    until = world.clock.now() + timedelta(hours=world.fate.one_of([-1, 1, 48]))
    with process.store.write() as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.email == world.fate.one_of(world.emails))
            .values(paused_until=until)
        )


def _join(world: Simulation, process: Process) -> None:
    email = f"late{len(world.emails)}@reader.test"
    world.emails.append(email)
    import_readers(process.store, [NewReader(email)], world.clock.now())


def _status(connection: Connection, email: str, status: Status) -> None:
    connection.execute(update(subscriber).where(subscriber.c.email == email).values(status=status))


def newest_attempt(connection: Connection) -> int:
    """The number of the newest attempt; 0 when there is none."""
    statement = select(func.coalesce(func.max(attempt.c.id), 0))
    return int(connection.execute(statement).scalar_one())


def unknown(connection: Connection) -> list[tuple[int, int, str]]:
    """Whose outcome nobody knows: delivery, issue, address."""
    rows = connection.execute(
        select(delivery.c.id, delivery.c.issue_number, subscriber.c.email)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.outcome == DeliveryOutcome.UNKNOWN)
    )
    return [(row.id, row.issue_number, row.email) for row in rows]


def is_no(connection: Connection, email: str) -> bool:
    """Whether this reader's word, as it is stored, is no."""
    found = connection.execute(
        select(subscriber.c.status, suppression.c.email)
        .select_from(subscriber)
        .outerjoin(suppression, suppression.c.email == subscriber.c.email)
        .where(subscriber.c.email == email)
    ).one()
    return found.status is not Status.CONFIRMED or found[1] is not None


def unended(connection: Connection) -> list[tuple[int, str]]:
    """Dispatches with something still to do: number and state."""
    rows = connection.execute(
        select(dispatch.c.id, dispatch.c.state)
        .where(dispatch.c.state.not_in(["sent", "cancelled"]))
        .order_by(dispatch.c.id)
    )
    return [(row.id, row.state.value) for row in rows]


ACTIONS: Mapping[str, tuple[Action, float]] = {
    "schedule": (_schedule, 2),
    "follow_up": (_follow_up, 1),
    "correct": (_correct, 0.3),
    "reschedule": (_reschedule, 1.5),
    "rebind": (_rebind, 0.3),
    "unschedule": (_unschedule, 0.2),
    "pause": (_pause, 1),
    "resume": (_resume, 5),
    "cancel": (_cancel, 0.2),
    "cancel_wave": (_cancel_wave, 0.3),
    "assume_sent": (_assume_sent, 0.3),
    "send_again": (_send_again, 1),
    "unsubscribe": (_unsubscribe, 0.7),
    "come_back": (_come_back, 0.7),
    "suppress": (_suppress, 0.5),
    "rest": (_rest, 0.4),
    "join": (_join, 0.3),
}
