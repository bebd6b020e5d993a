"""When the readers of each zone get an issue, and the rows that say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from newsletter.model.content import SUBSCRIBER_ZONE
from newsletter.model.ledger import Dispatch, WaveState
from newsletter.model.walltime import nearest_utc
from newsletter.model.zone import is_zone
from newsletter.store.decisions import last_decision
from newsletter.store.tables import subscriber, wave, wave_zone

EVERYBODY = "all"
NEXT_DAY = "next_day"
RESCHEDULE = "reschedule"
_ELSEWHERE = ""  # the name under which zones without a row of their own are found


def wave_times(
    wall: datetime, zones: Iterable[str], site_zone: str, *, after: datetime, past_zones: str
) -> Mapping[str, datetime]:
    """When readers of each zone get what is due at a wall time of their own.

    Args:
        wall: naive; the time on each reader's own clock.
        zones: as stored with readers; unknown ones count as the site's.
        site_zone: IANA name.
        after: when the dispatch was planned; wall times before it are past.
        past_zones: `now` sends those at `after`, `next_day` a day later on their clock.

    Returns:
        Zone -> aware moment in UTC.
    """
    return {zone: _moment(wall, zone, site_zone, after, past_zones) for zone in zones}


def make_waves(connection: Connection, of: Dispatch, site_zone: str) -> None:
    """Write the waves of a dispatch and which zone belongs to which."""
    times = _times(connection, of, site_zone)
    ids: dict[datetime, int] = {}
    for moment in sorted(set(times.values())):
        name = EVERYBODY if of.zone != SUBSCRIBER_ZONE else f"{moment:%Y-%m-%d %H:%M} UTC"
        ids[moment] = make_wave(connection, of.id, name, moment)
    rows = [
        {"dispatch_id": of.id, "zone": zone, "wave_id": ids[moment]}
        for zone, moment in times.items()
    ]
    connection.execute(insert(wave_zone), rows)


def make_wave(
    connection: Connection, dispatch_id: int, name: str, due_at: datetime, *, canary: bool = False
) -> int:
    """Write one wave that waits for its time; returns its id."""
    made = connection.execute(
        insert(wave)
        .values(
            dispatch_id=dispatch_id,
            name=name,
            canary=canary,
            state=WaveState.WAITING,
            due_at=due_at,
            late_from=due_at,
        )
        .returning(wave.c.id)
    )
    return int(made.scalar_one())


def _times(connection: Connection, of: Dispatch, site_zone: str) -> Mapping[str, datetime]:
    """Zone -> moment; the zone '' stands for all that have no row of their own."""
    if of.zone != SUBSCRIBER_ZONE:
        return {_ELSEWHERE: of.due_at}
    zones = set(connection.scalars(select(subscriber.c.zone).distinct()))
    return wave_times(
        datetime.fromisoformat(of.wall_time),
        sorted(zones | {_ELSEWHERE}),
        site_zone,
        after=_planned_at(connection, of),
        past_zones=of.past_zones,
    )


def _planned_at(connection: Connection, of: Dispatch) -> datetime:
    """When a person last chose the time: what was past then, they were told."""
    return last_decision(connection, of.id, RESCHEDULE) or of.created_at


def _moment(
    wall: datetime, zone: str, site_zone: str, after: datetime, past_zones: str
) -> datetime:
    zone = zone if is_zone(zone) else site_zone
    moment = nearest_utc(wall, zone)
    if moment >= after:
        return moment
    return nearest_utc(wall + timedelta(days=1), zone) if past_zones == NEXT_DAY else after
