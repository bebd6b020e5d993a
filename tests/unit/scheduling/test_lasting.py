"""How long sending takes, said beforehand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.dispatching.rules import Rules
from newsletter.scheduling.lasting import READERS_A_SECOND, Lasting, expect, in_words
from newsletter.scheduling.timing import Timing
from tests.peers_ledger import World

DUE = datetime(2027, 5, 1, 9, tzinfo=UTC)
AT_ONCE = Timing(datetime(2027, 5, 1, 9), "UTC", DUE)
NOW = datetime(2027, 4, 1, tzinfo=UTC)


def look(world: World, readers: int, rules: Rules, timing: Timing = AT_ONCE) -> Lasting:
    zones = {"Asia/Tokyo": readers - readers // 2, "": readers // 2}
    with world.store.read() as connection:
        return expect(connection, timing, zones, rules, now=NOW)


def test_without_limits_it_takes_what_the_provider_takes(world: World) -> None:
    """Nothing holds a plain dispatch back but the sending itself."""
    found = look(world, READERS_A_SECOND * 60, Rules())
    assert found.takes == timedelta(minutes=1)
    assert found.reasons == ()


def test_an_allowance_makes_hours(world: World) -> None:
    """At 10,000 an hour, 25,000 readers take two and a half hours."""
    found = look(world, 25_000, Rules(readers_per_hour=10_000))
    assert found.takes == timedelta(hours=2.5)
    assert "10,000 readers an hour" in found.reasons[0]


def test_the_warm_up_makes_days(world: World) -> None:
    """What the first days of sending do not let go goes at midnight of the next ones."""
    found = look(world, 1_600, Rules(warm_up=(500, 1_000)))
    assert found.days == 2
    assert found.ends.date() == datetime(2027, 5, 3, tzinfo=UTC).date()
    assert "3 days" in found.reasons[0]


def test_zones_lie_apart(world: World) -> None:
    """By each reader's own clock the last ones get it when their zone's time comes."""
    timing = Timing(DUE.replace(tzinfo=None), "subscriber", DUE - timedelta(hours=9))
    found = look(world, 100, Rules(site_zone="UTC"), timing)
    assert found.last_wave == DUE
    assert found.takes > timedelta(hours=9)


def test_a_canary_is_waited_for(world: World) -> None:
    """Word of the canary comes before the rest."""
    with world.store.read() as connection:
        found = expect(
            connection, AT_ONCE, {"": 10_000}, Rules(), canary=timedelta(minutes=20), now=NOW
        )
    assert timedelta(minutes=20) < found.takes < timedelta(minutes=21)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=3), "less than a minute"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(hours=2, minutes=1), "3 hours"),
        (timedelta(hours=49), "3 days"),
    ],
)
def test_spans_are_rounded_up(span: timedelta, said: str) -> None:
    """Better a little early than late."""
    assert in_words(span) == said
