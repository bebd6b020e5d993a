"""From words to the moment an issue is due, on each reader's own clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsletter.errors import UsageError
from newsletter.model.audience import Audience
from newsletter.model.content import Issue
from newsletter.scheduling.timing import Past, Timing, read_timing
from tests.peers_ledger import make_issue

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BERLIN, TOKYO, NEW_YORK = "Europe/Berlin", "Asia/Tokyo", "America/New_York"


def issue(at: str = "", zone: str = "") -> Issue:
    made = make_issue(12, Audience())
    return replace(made, send_at=datetime.fromisoformat(at) if at else None, timezone=zone)


def read(of: Issue, zones: dict[str, int] | None = None, **said: str) -> Timing:
    past = Past(said.pop("past", "now"))
    return read_timing(of, zones or {}, site_zone=BERLIN, now=NOW, past=past, **said)


def test_the_site_s_zone_is_the_last_word() -> None:
    """What is said beats the file, the file beats the site."""
    wall = "2026-12-01 09:00"
    assert read(issue(wall)).zone == BERLIN
    assert read(issue(wall, TOKYO)).zone == TOKYO
    assert read(issue(wall, TOKYO), zone=NEW_YORK).zone == NEW_YORK


def test_a_personal_time_is_due_where_the_day_begins() -> None:
    """The first zone to show the time makes the dispatch due; nobody is past it."""
    timing = read(issue("2026-12-01 09:00", "subscriber"), {TOKYO: 2, NEW_YORK: 3, "": 1})
    assert timing.due_at == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert (timing.past, timing.past_zones) == (0, ())


def test_those_already_past_it_are_counted() -> None:
    """Readers whose clock showed the time before are told, and go now or a day later."""
    zones = {TOKYO: 2, NEW_YORK: 3, "Mars/Olympus": 4}
    of = issue("2026-11-23 14:00", "subscriber")
    now, later = read(of, zones), read(of, zones, past="next_day")
    assert (now.past, now.past_zones) == (2, (TOKYO,))
    assert now.due_at == NOW
    # Mars counts as the site's: 14:00 in Berlin is an hour away.
    assert later.due_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def test_a_time_past_for_all_is_refused() -> None:
    """Nobody plans for yesterday, in any zone."""
    with pytest.raises(UsageError, match="past in Europe/Berlin"):
        read(issue("2026-11-23 12:59"))
    with pytest.raises(UsageError, match="past for every reader"):
        read(issue("2026-11-20 09:00", "subscriber"), {TOKYO: 2, NEW_YORK: 3})


def test_seconds_are_kept_where_they_are_said() -> None:
    """The ledger keeps the time as the person gave it."""
    assert read(issue(), at="2026-12-01 09:00").wall_text == "2026-12-01 09:00"
    assert read(issue(), at="2026-12-01 09:00:07").wall_text == "2026-12-01 09:00:07"
