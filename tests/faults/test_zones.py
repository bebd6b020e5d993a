"""Wall clocks that jump: each reader gets it once, at that hour on their own clock."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from newsletter.model.walltime import nearest_utc
from newsletter.model.zone import known_zones
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from newsletter.store.subscribers import NewReader
from newsletter.store.tables import batch, delivery, subscriber, wave
from tests.faults.inside import inside
from tests.faults.promises import require_promises
from tests.faults.staging import fresh_store
from tests.peers_ledger import SettableClock, World

# What the clocks of the world do; the moment in UTC was worked out by hand from the rules of
# each zone (the IANA database), not by our code.
TABLE = [
    ("Europe/Berlin", "2026-12-01 09:00", "2026-12-01 08:00", "winter"),
    ("Europe/Berlin", "2027-07-01 09:00", "2027-07-01 07:00", "summer"),
    ("Europe/Berlin", "2027-03-28 02:30", "2027-03-28 01:00", "gap: the day has 23 hours"),
    ("Europe/Berlin", "2027-03-28 03:00", "2027-03-28 01:00", "the first moment after the gap"),
    ("Europe/Berlin", "2027-10-31 02:30", "2027-10-31 00:30", "fold: the day has 25 hours"),
    ("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03 14:45", "fold of half an hour"),
    ("Australia/Lord_Howe", "2027-10-03 02:15", "2027-10-02 15:30", "gap of half an hour"),
    ("Asia/Kathmandu", "2026-12-01 09:00", "2026-12-01 03:15", "a quarter of an hour off"),
    ("Pacific/Apia", "2026-12-01 09:00", "2026-11-30 20:00", "a day ahead"),
    ("Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00", "a day that never was"),
    ("Pacific/Kiritimati", "2026-12-01 09:00", "2026-11-30 19:00", "the first to see a day"),
    ("Pacific/Pago_Pago", "2026-12-01 09:00", "2026-12-01 20:00", "the last"),
    ("America/New_York", "2027-03-14 02:30", "2027-03-14 07:00", "gap in another week"),
    ("America/New_York", "2027-11-07 01:30", "2027-11-07 05:30", "fold in another week"),
    ("America/St_Johns", "2026-12-01 09:00", "2026-12-01 12:30", "half an hour off"),
    ("Africa/Casablanca", "2027-02-07 02:30", "2027-02-07 01:30", "fold before Ramadan"),
    ("America/Santiago", "2027-09-05 00:00", "2027-09-05 04:00", "a gap at midnight"),
    ("Asia/Tokyo", "2026-12-01 09:00", "2026-12-01 00:00", "no summer time at all"),
    ("Antarctica/Troll", "2027-03-28 02:00", "2027-03-28 01:00", "a jump of two hours"),
]


@pytest.mark.parametrize(("zone", "wall", "utc", "why"), TABLE)
def test_due_at_that_hour_of_the_readers_zone(
    clock: SettableClock, zone: str, wall: str, utc: str, why: str
) -> None:
    """Not a minute before and at the first tick after: the moment the table names."""
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    clock.step(moment - timedelta(hours=3) - clock.now())
    with fresh_store(clock) as store:
        world = World(store, clock)
        world.bring([NewReader("there@reader.test", zone=zone)])
        earliest = moment - timedelta(hours=2)
        world.schedule(world.approve(), wall_time=wall, zone="subscriber", due_at=earliest)

        clock.step(moment - timedelta(minutes=1) - clock.now())
        _tick_and_send(world)
        assert not world.transport.taken, why
        clock.step(moment - clock.now())
        _tick_and_send(world)

        assert world.transport.taken == {"there@reader.test": 1}, why


def test_a_day_around_the_world(
    store: Store, clock: SettableClock, sandbox: RunningSandbox
) -> None:
    """All zones at 09:00, through a spring night: each reader once, in the hour that is theirs."""
    zones = sorted({row[0] for row in TABLE} | {"", "Mars/Olympus"})
    wall = datetime(2027, 3, 28, 2, 30)
    start = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)
    clock.step(start - timedelta(hours=1) - clock.now())
    with inside(store, clock, sandbox) as sender:
        world = sender.world
        emails = [f"r{at}@reader.test" for at in range(3 * len(zones))]
        world.bring(
            NewReader(email, zone=zones[at % len(zones)]) for at, email in enumerate(emails)
        )
        world.schedule(
            world.approve(), wall_time=f"{wall:%Y-%m-%d %H:%M}", zone="subscriber", due_at=start
        )

        assert sender.run(every=timedelta(minutes=30)) == "sent"

    due = _due(store)
    assert due == {
        email: nearest_utc(wall, zone if zone in known_zones() else "UTC")
        for email, zone in ((email, zones[at % len(zones)]) for at, email in enumerate(emails))
    }
    require_promises(store, sandbox, emails)


@given(
    zones=st.lists(st.sampled_from([*sorted(known_zones()), "", "Not/AZone"]), min_size=1),
    day=st.dates(date(2026, 12, 2), date(2035, 12, 31)),
    minute=st.integers(0, 24 * 60 - 1),
    past=st.sampled_from(["now", "next_day"]),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_waves_part_all_readers(zones: list[str], day: date, minute: int, past: str) -> None:
    """Every reader is in exactly one wave, due when a clock on their wall shows that time."""
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    clock = SettableClock(wall.replace(tzinfo=UTC) - timedelta(hours=15))
    with fresh_store(clock) as store:
        world = World(store, clock)
        world.bring(NewReader(f"r{at}@reader.test", zone=zone) for at, zone in enumerate(zones))
        world.schedule(
            world.approve(),
            wall_time=f"{wall:%Y-%m-%d %H:%M}",
            zone="subscriber",
            past_zones=past,
        )
        _tick_and_send(world)
        due = _due(store)

    assert len(due) == len(zones)
    for at, zone in enumerate(zones):
        place = zone if zone in known_zones() else "UTC"
        _require_their_hour(due[f"r{at}@reader.test"], wall, place, clock.now())


def _require_their_hour(moment: datetime, wall: datetime, zone: str, now: datetime) -> None:
    """That time on that wall; in a gap the first moment after it; or now when it is past."""
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if shown == wall or moment == now:
        return
    assert shown > wall
    before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert before < wall, f"{zone} shows {shown} at {moment}, and {wall} was there before"


def _tick_and_send(world: World) -> None:
    world.tick()
    world.send_rung()


def _due(store: Store) -> dict[str, datetime]:
    """Address -> when their wave is due; each delivery must lie in exactly one batch."""
    with store.read() as connection:
        rows = connection.execute(
            select(subscriber.c.email, wave.c.due_at)
            .select_from(delivery)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .join(batch, delivery.c.id.between(batch.c.first_delivery, batch.c.last_delivery))
            .join(wave, wave.c.id == batch.c.wave_id)
        ).all()
        deliveries = connection.execute(select(func.count()).select_from(delivery)).scalar_one()
    assert len(rows) == deliveries
    assert set(Counter(row.email for row in rows).values()) <= {1}
    return {row.email: row.due_at for row in rows}
