"""Delivery ids: a lane for the readers of one wave and one rendition, in blocks of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from newsletter.model.ledger import BatchState
from newsletter.store.tables import batch, lane, site

NOBODY = 0  # wave and rendition of the lane that holds the excluded


class Run(NamedTuple):
    """Readers of one lane in the stretch: which lane, the first one's place, and how many."""

    wave_id: int
    rendition_id: int
    first: int
    readers: int


class Share(NamedTuple):
    """Places in the stretch whose delivery ids follow each other: the place and `shift`."""

    first: int
    last: int
    shift: int


def give_places(
    connection: Connection, dispatch_id: int, runs: Sequence[Run], batch_size: int
) -> tuple[int, int]:
    """Give every lane the ids its readers need, and make a batch of each new block.

    Returns:
        The lowest and the highest id of the new blocks; (0, -1) when none was needed.
    """
    needs = [_need(connection, dispatch_id, run, batch_size) for run in runs]
    total = sum(need.ids for need in needs)
    if not total:
        return 0, -1
    start = (
        connection.execute(
            update(site)
            .values(next_delivery=site.c.next_delivery + total)
            .returning(site.c.next_delivery)
        ).scalar_one()
        - total
    )
    at = int(start)
    for need in needs:
        _give(connection, dispatch_id, need, at, batch_size)
        at += need.ids
    return int(start), at - 1


def shares(connection: Connection, dispatch_id: int, runs: Sequence[Run]) -> Iterator[Share]:
    """Which ids the readers of each lane get: first the rest of its open block, then its run."""
    for run in runs:
        row = connection.execute(select(lane).where(_is(dispatch_id, run))).first()
        if row is None:
            continue
        last = run.first + run.readers - 1
        beyond = min(run.first + row.open_free, last + 1)  # the first place in the new run
        if beyond > run.first:
            yield Share(run.first, beyond - 1, row.open_next - run.first)
        if beyond <= last:
            yield Share(beyond, last, row.run_next - beyond)


def close_run(connection: Connection, dispatch_id: int, runs: Sequence[Run], size: int) -> None:
    """After freezing: note what is left of each lane's open block."""
    for run in runs:
        row = connection.execute(select(lane).where(_is(dispatch_id, run))).one()
        beyond = run.readers - row.open_free  # how many stand in the new run
        if beyond <= 0:
            left = {"open_next": row.open_next + run.readers, "open_free": -beyond}
        else:
            free = 0 if run.wave_id == NOBODY else -beyond % size
            left = {"open_next": row.run_next + beyond, "open_free": free}
        connection.execute(update(lane).where(_is(dispatch_id, run)).values(**left))


class _Need(NamedTuple):
    run: Run
    ids: int


def _need(connection: Connection, dispatch_id: int, run: Run, size: int) -> _Need:
    """How many new ids a lane needs: whole blocks, except for the excluded.

    A lane that does not exist gets none: its readers will be missing from the balance.
    """
    free = connection.execute(select(lane.c.open_free).where(_is(dispatch_id, run))).scalar()
    beyond = 0 if free is None else max(0, run.readers - int(free))
    return _Need(run, beyond if run.wave_id == NOBODY else -(-beyond // size) * size)


def _give(connection: Connection, dispatch_id: int, need: _Need, at: int, size: int) -> None:
    run = need.run
    connection.execute(update(lane).where(_is(dispatch_id, run)).values(run_next=at))
    if run.wave_id == NOBODY or not need.ids:
        return
    rows = [
        {
            "dispatch_id": dispatch_id,
            "wave_id": run.wave_id,
            "rendition_id": run.rendition_id,
            "state": BatchState.READY,
            "first_delivery": first,
            "last_delivery": first + size - 1,
        }
        for first in range(at, at + need.ids, size)
    ]
    connection.execute(insert(batch), rows)


def _is(dispatch_id: int, run: Run) -> ColumnElement[bool]:
    return and_(
        lane.c.dispatch_id == dispatch_id,
        lane.c.wave_id == run.wave_id,
        lane.c.rendition_id == run.rendition_id,
    )
