"""After a history: what must hold now, and what must hold once everything is well again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import Connection, func, select

from newsletter.dispatching.control import resume
from newsletter.dispatching.planning import Plan, reschedule
from newsletter.dispatching.sending import send_batch
from newsletter.dispatching.ticking import run_tick
from newsletter.dispatching.unknown import list_unknown
from newsletter.model.ledger import DeliveryOutcome, DispatchState, Resolution
from newsletter.store.tables import batch, delivery, dispatch, wave
from tests.faults.audit import illegal_steps
from tests.faults.simulated.fate import CALM
from tests.faults.simulated.people import ISSUE, decide, unended
from tests.faults.simulated.world import Process, Simulation

_O = DeliveryOutcome
_TICKS = 300
_DECISIONS = 10  # of an issue's dispatches one is sent again at a time


def require_promises(world: Simulation) -> None:
    """What holds at every moment between two actions."""
    with world.disk.engine.begin() as connection:
        world.broken += illegal_steps(connection)
        world.broken += _unbalanced(connection)
        world.broken += _untrue(world, connection)
    world.disk.sync()
    if world.broken:
        raise AssertionError("; ".join(world.broken))


def bring_to_rest(world: Simulation) -> None:
    """All goes well from here on: everything must come to its end by itself.

    People only do what the ledger asks them to: resume what is paused, give a new time to
    what waits for a person, and decide on the unknown.
    """
    world.fate.odds = CALM
    world.provider.mood = "well"
    world.provider.catch_up()
    for process in tuple(world.processes):
        world.bury(process)
    sane = world.processes[0]
    _run(world, sane)
    require_promises(world)
    _require_rest(world)
    for _ in range(_DECISIONS):
        _decide(world, sane)
        _run(world, sane)
        require_promises(world)
        _require_rest(world)
        with world.disk.engine.begin() as connection:
            if not _count(connection)[_O.UNKNOWN]:
                return
    raise AssertionError("a person decided again and again, and some are still unknown")


def _run(world: Simulation, process: Process) -> None:
    for _ in range(_TICKS):
        ticked = run_tick(process.desk, world.doorbell)
        world.broken += ticked.problems
        for each in dict.fromkeys(world.doorbell.rung):
            send_batch(process.desk, each)
        world.doorbell.rung.clear()
        if _help(world, process):
            return
        world.clock.move(timedelta(minutes=10))
    raise AssertionError("it does not come to rest")


def _help(world: Simulation, process: Process) -> bool:
    """Do what is asked of a person; True when nothing is left to do."""
    with process.store.read() as connection:
        left = unended(connection)
        moving = connection.execute(
            select(func.count()).where(batch.c.state.in_(["ready", "claimed", "sending"]))
        ).scalar_one()
    for number, state in left:
        if state == "paused":
            resume(process.store, number, by="Ada")
        elif state == "needs_review":
            reschedule(process.store, number, Plan(due_at=world.clock.now(), by="Ada"))
    return not left and not moving


def _decide(world: Simulation, process: Process) -> None:
    """On the unknown, a day later, when even a sender elsewhere can not be on it any more."""
    world.clock.move(timedelta(hours=25))
    listed = sum(each.readers for each in list_unknown(process.desk, ISSUE))
    with process.store.read() as connection:
        unknown = _count(connection)[_O.UNKNOWN]
        cancelled = connection.execute(
            select(func.count()).where(dispatch.c.state == DispatchState.CANCELLED)
        ).scalar_one()
    assert listed == unknown, f"{unknown} are unknown, but {listed} are listed"
    again = not cancelled and world.fate.happens(0.5)
    decision = Resolution.SEND_AGAIN if again else Resolution.ASSUME_SENT
    decide(world, process, decision)


def _require_rest(world: Simulation) -> None:
    """Nobody waits, nobody is under way, and every batch has come to an end."""
    with world.disk.engine.begin() as connection:
        counted = _count(connection)
        waves = connection.scalars(
            select(wave.c.name)
            .join(dispatch, dispatch.c.id == wave.c.dispatch_id)
            .where(wave.c.state.in_(["open", "needs_review"]))
        ).all()
    assert not counted[_O.QUEUED], f"{counted[_O.QUEUED]} are queued, and nothing moves them"
    assert not counted[_O.SENDING], f"{counted[_O.SENDING]} are sending, and nothing moves them"
    assert not waves, f"all has ended, but not the waves {waves}"


def _unbalanced(connection: Connection) -> list[str]:
    """Dispatches whose count is not the sum of their parts."""
    rows = connection.execute(
        select(
            dispatch.c.id,
            dispatch.c.state,
            dispatch.c.frozen,
            func.count(delivery.c.id),
            func.count(delivery.c.id).filter(delivery.c.outcome.in_([_O.QUEUED, _O.SENDING])),
        )
        .outerjoin(delivery, delivery.c.dispatch_id == dispatch.c.id)
        .group_by(dispatch.c.id)
    )
    return [
        f"dispatch {number} is {state}: {frozen} frozen, {there} there, {under_way} under way"
        for number, state, frozen, there, under_way in rows
        if frozen != there or (state is DispatchState.SENT and under_way)
    ]


def _untrue(world: Simulation, connection: Connection) -> list[str]:
    """Outcomes that say something else than what the provider took."""
    return [
        f"delivery {number} is {outcome}, and was taken {taken} times"
        for number, outcome in connection.execute(select(delivery.c.id, delivery.c.outcome))
        if not _is_true(world, number, outcome, taken := world.provider.deliveries[number])
    ]


def _is_true(world: Simulation, number: int, outcome: DeliveryOutcome, taken: int) -> bool:
    """A person's decision may make the ledger say what is not so; nothing else may."""
    if number in world.decided:
        return True
    if outcome in (_O.SENDING, _O.UNKNOWN):
        return taken <= 1
    return taken == (outcome is _O.ACCEPTED)


def _count(connection: Connection) -> Counter[DeliveryOutcome]:
    rows = connection.execute(select(delivery.c.outcome, func.count()).group_by(delivery.c.outcome))
    return Counter({row[0]: row[1] for row in rows})
