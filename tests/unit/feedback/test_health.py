"""The list over the weeks: flows, rates, and a warning before it hurts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.feedback.health import health_warnings, list_health
from newsletter.feedback.health_record import health_record
from newsletter.feedback.list_numbers import Health, Mailboxes, Week
from newsletter.model.consent import Channel, ConsentStep
from newsletter.model.event import EventKind
from newsletter.store import Store
from tests.made_up import NINE, Kind, MadeUp

SUNDAY = datetime(2026, 11, 8, 23, 59, tzinfo=UTC)
EMAILS = ("a@gmail.com", "b@Hotmail.CO.UK", "c@web.de", "d@clinic.test", "e@gmail.com")


@pytest.fixture
def made_up(store: Store) -> MadeUp:
    """Five readers and an issue of Tuesday, 3 November."""
    world = MadeUp(store)
    for number, email in enumerate(EMAILS, 1):
        world.reader(number, email)
    of = world.issue(12, [Kind(5)])
    world.taken(of, 5)
    return world


def look(made_up: MadeUp, weeks: int = 3) -> Health:
    """The list on the Sunday after."""
    with made_up.store.read() as connection:
        return list_health(connection, SUNDAY, weeks)


def test_who_comes_and_goes_by_week(made_up: MadeUp) -> None:
    """Each line of proof counts in its week; a complaint is no leaving; older ones are past."""
    steps = {
        ConsentStep.REQUESTED: 2,
        ConsentStep.CONFIRMED: 2,
        ConsentStep.WITHDRAWN: 1,
        ConsentStep.ERASED: 1,
        ConsentStep.SUPPRESSED: 1,
    }
    for step, times in steps.items():
        for reader in range(times):
            made_up.left(reader + 1, None, NINE, what=step)
    made_up.left(7, None, NINE, channel=Channel.COMPLAINT)
    made_up.left(8, None, NINE - timedelta(days=2))
    made_up.left(9, None, NINE - timedelta(days=30))
    before, last, this = look(made_up).weeks
    assert (before.begins, this.begins) == (date(2026, 10, 19), date(2026, 11, 2))
    assert (last.left, before.left) == (1, 0)
    assert this == Week(date(2026, 11, 2), 2, 2, 1, 1, 1, accepted=5)


def test_how_mail_fares_by_mailbox(made_up: MadeUp) -> None:
    """Domains are put together by who runs them; events count once a mail."""
    for delivery_id in (1, 1, 4):
        made_up.told(EventKind.BOUNCED, delivery_id)
    made_up.told(EventKind.BLOCKED, 2)
    made_up.told(EventKind.COMPLAINED, 5)
    found = look(made_up)
    assert (found.weeks[-1].bounced, found.weeks[-1].complaints) == (2, 1)
    assert found.readers == 5
    assert list(found.mailboxes) == [
        Mailboxes("Gmail", 2, 2, 1, 1),
        Mailboxes("GMX and WEB.DE", 1, 1),
        Mailboxes("Outlook", 1, 1),
        Mailboxes("others", 1, 1, 1),
    ]
    assert health_record(found)["mailboxes"][0]["name"] == "Gmail"


def test_an_empty_list() -> None:
    """A site that has not begun has nothing to be warned of."""
    assert health_warnings(Health(SUNDAY, 0, [Week(date(2026, 11, 2))], [])) == ()


@pytest.mark.parametrize(
    ("accepted", "bounced", "complaints", "words"),
    [
        (199, 100, 100, []),
        (10_000, 199, 9, []),
        (2_000, 0, 2, []),
        (10_000, 0, 10, ["near the limit of 0.3 %"]),
        (10_000, 0, 30, ["over the limit of 0.3 %"]),
        (10_000, 200, 0, ["more than the 2 %"]),
        (10_000, 500, 31, ["over the limit", "over the 5 %"]),
    ],
)
def test_warnings_come_before_it_hurts(
    accepted: int, bounced: int, complaints: int, words: list[str]
) -> None:
    """From a third of the complaints a receiver bears, and never for a handful of mails."""
    week = Week(date(2026, 11, 2), accepted=accepted, bounced=bounced, complaints=complaints)
    told = health_warnings(Health(SUNDAY, 1, [week], []))
    assert len(told) == len(words)
    assert all(word in warning for word, warning in zip(words, told, strict=True))


def test_one_provider_is_named() -> None:
    """A limit that only one provider's readers are near is told of that provider."""
    boxes = [Mailboxes("Gmail", 900, 1_000, 0, 4), Mailboxes("others", 9, 50_000, 0, 0)]
    week = Week(date(2026, 11, 2), accepted=51_000, complaints=4)
    (told,) = health_warnings(Health(SUNDAY, 909, [week], boxes))
    assert told.startswith("4 of 1,000 mails at Gmail in the last 4 weeks were reported as spam")
