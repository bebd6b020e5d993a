"""A report by time, by part and by what went wrong, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from newsletter.feedback.divided import divide
from newsletter.feedback.numbers import Band
from newsletter.feedback.report import report_of
from newsletter.feedback.sent_list import count_sent, sent_list
from newsletter.feedback.timeline import Timeline, timeline_of
from newsletter.feedback.went_wrong import Trouble, went_wrong, why
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.store import Store
from newsletter.store.tables import attempt, batch, delivery, delivery_event, wave
from tests.made_up import NINE, Kind, MadeUp

BERLIN = "Europe/Berlin"
LATER = NINE + timedelta(days=60)
URL = "https://e.test/a"
LINKS = {URL: ("skin/a", "About a")}
HOUR = 3600


@pytest.fixture
def made_up(store: Store) -> MadeUp:
    """An empty ledger to be filled."""
    return MadeUp(store)


def timeline(made_up: MadeUp, *, by_hour: bool | None = None) -> Timeline:
    """Issue 12 by time, long after it was sent."""
    with made_up.store.read() as connection:
        return timeline_of(connection, 12, BERLIN, LATER, by_hour)


def trouble(made_up: MadeUp) -> list[Trouble]:
    """What went wrong with issue 12."""
    with made_up.store.read() as connection:
        handed = report_of(connection, 12, LATER).handed
        return list(went_wrong(connection, 12, handed))


def test_hours_stand_on_the_clock_of_the_site(made_up: MadeUp) -> None:
    """Without a gap from the hour of the first mail to the last open."""
    of = made_up.issue(12, [Kind(9)], links=LINKS, start=NINE + timedelta(minutes=20))
    made_up.taken(of, 5, NINE + timedelta(minutes=20))
    made_up.taken(of, 4, NINE + timedelta(minutes=70))
    made_up.opened(12, 1, 60)
    made_up.opened(12, 2, 2.2 * HOUR, machine=True)
    made_up.clicked(12, 1, 3 * HOUR, URL)
    found = timeline(made_up)
    assert found.by_hour
    zone = ZoneInfo(BERLIN)
    assert [each.begins for each in found.slots] == [
        datetime(2026, 11, 3, hour, tzinfo=zone) for hour in (9, 10, 11)
    ]
    assert [each.handed for each in found.slots] == [5, 4, 0]
    assert [each.opened for each in found.slots] == [Band(1, 1), Band(0, 0), Band(0, 1)]
    made_up.opened(12, 3, 3 * HOUR)
    assert [each.clicked for each in timeline(made_up).slots][-1] == Band(1, 1)


def test_what_lasts_longer_is_told_by_the_day(made_up: MadeUp) -> None:
    """Days begin at the site's midnight, also where the clock is put back; all are counted."""
    friday = datetime(2026, 10, 23, 22, 30, tzinfo=ZoneInfo(BERLIN))
    made_up.issue(12, [Kind(9)], links=LINKS, start=friday)
    made_up.opened(12, 1, 60)
    made_up.opened(12, 2, 2 * HOUR)
    made_up.opened(12, 3, 49.4 * HOUR)  # Sunday, 22:54: that day had 25 hours
    made_up.opened(12, 4, 51 * HOUR)
    made_up.opened(12, 5, 76 * HOUR)
    found = timeline(made_up)
    assert not found.by_hour
    days = [(f"{each.begins:%a}", each.opened.surely) for each in found.slots]
    assert days == [("Fri", 1), ("Sat", 1), ("Sun", 1), ("Mon", 1), ("Tue", 1)]
    assert len(timeline(made_up, by_hour=True).slots) == 72


def test_reasons_are_told_in_words(made_up: MadeUp) -> None:
    """Sorted by why, each reader once, with one server's own words and without any address."""
    made_up.issue(12, [Kind(9, feedback=Feedback.BOUNCED), Kind(2, DeliveryOutcome.UNKNOWN)])
    gone = "550 5.1.1 <{}@x.test>: no such user"
    for reader in (1, 2, 3):
        made_up.told(EventKind.BOUNCED, reader)
        with made_up.store.write() as connection:
            mine = delivery_event.c.delivery_id == reader
            words = {"reason": gone.format(reader)}
            connection.execute(update(delivery_event).where(mine).values(words))
    made_up.told(EventKind.BOUNCED, 3)
    made_up.told(EventKind.COMPLAINED, 4)
    first, second, *rest = trouble(made_up)
    assert (first.what, first.readers) == ("Came back for good", 2)
    assert "does not exist" in first.why
    assert first.example == "550 5.1.1 <•••>: no such user"
    assert (second.what, second.readers) == ("Uncertain", 2)
    told = {(each.what, each.why): each.readers for each in rest}
    assert told[("Came back for good", "No reason was given.")] == 1
    assert len(told) == 2


@pytest.mark.parametrize(
    ("reason", "part"),
    [
        ("550 5.1.1 The email account does not exist", "does not exist"),
        ("552 5.2.2 Mailbox over quota", "full"),
        ("550 5.7.1 Message blocked", "unwanted"),
        ("421 4.7.1 Too many messages from this sender.", "fewer mails"),
        ("550 5.7.26 unauthenticated", "SPF"),
        ("Bounced Address", "bounced earlier"),
        ("unable to get mx info: connection timed out", "reached"),
        ("Zzz", "Another reason"),
        (" ", "No reason"),
    ],
)
def test_a_servers_words_become_ours(reason: str, part: str) -> None:
    """Codes of RFC 3463 first, then what servers write without one."""
    assert part in why(EventKind.BOUNCED, reason)


def test_variants_and_waves_are_parts_of_the_whole(made_up: MadeUp) -> None:
    """Who was excluded is in none; opens by variant are told where they are kept by person."""
    of = made_up.issue(12, [Kind(6, feedback=Feedback.DELIVERED), Kind(2)], links=LINKS)
    for readers in (6, 2):
        made_up.taken(of, readers)
    with made_up.store.write() as connection:
        calls = connection.scalars(attempt.select().with_only_columns(attempt.c.id)).all()
        late = delivery.c.id > 6
        connection.execute(update(delivery).where(late).values(attempt_id=calls[1]))
        connection.execute(update(delivery).where(~late).values(attempt_id=calls[0]))
        first = wave.select().with_only_columns(wave.c.id).limit(1).scalar_subquery()
        connection.execute(update(wave).where(wave.c.id == first).values(canary=True))
        assert connection.execute(batch.select()).all()
    made_up.opened(12, 1, 60, pseudonym=False)
    made_up.clicked(12, 2, 90, URL, pseudonym=False)
    with made_up.store.read() as connection:
        found = divide(connection, 12)
    canary, rest = found.waves
    assert (canary.is_canary, canary.readers, canary.delivered) == (True, 6, 6)
    assert (rest.is_canary, rest.readers, rest.delivered) == (False, 2, 0)
    (variant,) = [each for each in found.variants if each.readers]
    assert (variant.readers, variant.opened, variant.clicked) == (8, 2, 1)
    made_up.opened(12, 4, 60)
    with made_up.store.read() as connection:
        hidden = divide(connection, 12)
    assert {each.opened for each in hidden.variants} == {None}


def test_the_list_of_what_was_sent(made_up: MadeUp) -> None:
    """The newest first, each issue once."""
    made_up.issue(12, [Kind(2)])
    made_up.issue(12, [Kind(1)], base=100, start=NINE + timedelta(days=9))
    made_up.issue(13, [Kind(1)], base=200, start=NINE + timedelta(days=7))
    with made_up.store.read() as connection:
        assert count_sent(connection) == 2
        found = sent_list(connection, 5)
        assert [each.number for each in found] == [13, 12]
        assert found[1].begun == NINE
        assert [each.number for each in sent_list(connection, 5, 1)] == [12]
