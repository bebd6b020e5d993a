"""Numbers that people can trust: each is what its definition says, on both databases."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from newsletter.errors import NotFound
from newsletter.feedback.machines import AT_ONCE_SECONDS, BURST_LINKS, BURST_SECONDS
from newsletter.feedback.numbers import Band, Engaged, Report
from newsletter.feedback.report import report_of
from newsletter.feedback.report_record import report_lines, report_record
from newsletter.feedback.sentences import NOT_COUNTED
from newsletter.model.consent import Channel, ConsentStep
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store import Store
from tests.made_up import NINE, Kind, MadeUp

LATER = NINE + timedelta(days=60)
URLS = [f"https://e.test/{name}" for name in "abcde"]
LINKS = {url: (f"skin/{url[-1]}", f"About {url[-1]}") for url in URLS}


@pytest.fixture
def made_up(store: Store) -> MadeUp:
    """An empty ledger to be filled."""
    return MadeUp(store)


def read(made_up: MadeUp, number: int = 12, *, counts: bool = True) -> Report:
    """The report of an issue, long after it was sent."""
    with made_up.store.read() as connection:
        return report_of(connection, number, LATER, counts_engagement=counts)


def engaged(made_up: MadeUp) -> Engaged:
    """Opens and clicks of issue 12."""
    found = read(made_up).engaged
    assert found is not None
    return found


def test_an_issue_that_was_never_sent(made_up: MadeUp) -> None:
    """It has no report, and the message says where to look."""
    with pytest.raises(NotFound, match="newsletter status 12"):
        read(made_up)


def test_everyone_is_accounted_for(made_up: MadeUp) -> None:
    """Outcomes sum up to all who were frozen, feedback to all who were accepted."""
    made_up.issue(
        12,
        [
            Kind(5, feedback=Feedback.DELIVERED),
            Kind(2, feedback=Feedback.BOUNCED),
            Kind(1, feedback=Feedback.DROPPED),
            Kind(1, feedback=Feedback.DEFERRED),
            Kind(1),
            Kind(2, DeliveryOutcome.UNKNOWN),
            Kind(1, DeliveryOutcome.REJECTED),
            Kind(3, DeliveryOutcome.EXCLUDED, reason=ExclusionReason.PAUSED),
        ],
    )
    found = read(made_up)
    assert found.handed.frozen == 16
    assert found.handed.accepted == sum(found.heard.feedback.values()) == 10
    assert found.handed.readers == 13
    assert (found.heard.delivered, found.heard.returned) == (5, 3)
    assert found.handed.excluded == {ExclusionReason.PAUSED: 3}
    assert found.sentences[:2] == (
        "5 of 13 readers got it (of 2 nobody knows).",
        "3 mails came back.",
    )


def test_a_reader_who_was_taken_up_again_is_one_reader(made_up: MadeUp) -> None:
    """Rejected at first and mailed by a follow-up: two deliveries, one person."""
    made_up.issue(12, [Kind(2, DeliveryOutcome.REJECTED), Kind(1)])
    made_up.issue(12, [Kind(1)], base=1_000, start=NINE + timedelta(days=1))
    with made_up.store.write() as connection:
        connection.exec_driver_sql("UPDATE delivery SET subscriber_id = 1 WHERE id = 1001")
    found = read(made_up)
    assert (found.handed.frozen, found.handed.readers) == (4, 3)


def test_complaints_and_leaving_are_those_of_this_issue(made_up: MadeUp) -> None:
    """Counted once a reader, by our links or the provider's; a complaint is no leaving."""
    made_up.issue(12, [Kind(9, feedback=Feedback.DELIVERED)])
    made_up.issue(13, [Kind(9, feedback=Feedback.DELIVERED)], base=100)
    for delivery_id in (1, 1, 2, 101):
        made_up.told(EventKind.COMPLAINED, delivery_id)
    made_up.told(EventKind.UNSUBSCRIBED, 3)
    made_up.left(3, 3, channel=Channel.PROVIDER)
    made_up.left(4, 4)
    made_up.left(4, 4, what=ConsentStep.UNDONE)
    made_up.left(1, 1, channel=Channel.COMPLAINT)
    made_up.left(5, None)
    made_up.left(6, 106)
    heard = read(made_up).heard
    assert (heard.complaints, heard.unsubscribes) == (2, 2)
    assert read(made_up, 13).heard.unsubscribes == 1


def test_nothing_heard_is_not_zero(made_up: MadeUp) -> None:
    """Without a word of the provider no zero is told, in words or in rows."""
    made_up.issue(12, [Kind(3)])
    found = read(made_up)
    assert not found.heard.anything
    assert found.sentences[0] == (
        "3 of 3 readers were handed to the provider; nothing was heard from there yet."
    )
    assert "delivered" not in {line[0] for line in report_lines(found)}


def test_engagement_that_is_off_is_not_zero(made_up: MadeUp) -> None:
    """Where opens and clicks are not counted, that is said; what was counted before is told."""
    made_up.issue(12, [Kind(3)])
    found = read(made_up, counts=False)
    assert found.engaged is None
    assert NOT_COUNTED in found.sentences
    assert report_record(found)["engagement"] is None
    made_up.opened(12, 1, 60)
    assert read(made_up, counts=False).engaged is not None


def test_people_and_machines_are_a_band(made_up: MadeUp) -> None:
    """Whoever shows one sign of a person surely read it; behind a machine there may be one."""
    made_up.issue(12, [Kind(9)], links=LINKS)
    made_up.opened(12, 1, 60)
    made_up.opened(12, 2, 60, machine=True)
    made_up.opened(12, 3, 60, machine=True)
    made_up.clicked(12, 3, 4000, URLS[0])
    made_up.clicked(12, 4, 4000, URLS[0], machine=True)
    made_up.clicked(12, 5, 4000, "")
    found = engaged(made_up)
    assert found.opened == Band(3, 5)
    assert found.clicked == Band(1, 2)
    assert found.links[0].readers == Band(1, 2)


def test_a_page_of_ones_own_is_no_click(made_up: MadeUp) -> None:
    """Who follows the link to unsubscribe saw the letter, and clicked nothing in it."""
    made_up.issue(12, [Kind(9)], links=LINKS)
    made_up.clicked(12, 5, 4000, "")
    assert (engaged(made_up).opened, engaged(made_up).clicked) == (Band(1, 1), Band(0, 0))


def test_a_scanner_clicks_many_links_at_once(made_up: MadeUp) -> None:
    """Three links within five seconds are a scanner's; what comes later is the person's."""
    made_up.issue(12, [Kind(9)], links=LINKS)
    for who, pause in ((1, BURST_SECONDS / 2), (2, BURST_SECONDS / 2 + 1)):
        for at, url in enumerate(URLS[:BURST_LINKS]):
            made_up.clicked(12, who, 100 + at * pause, url)
    assert engaged(made_up).clicked == Band(1, 2)
    made_up.opened(12, 1, 101)
    assert engaged(made_up).opened == Band(1, 2)
    made_up.clicked(12, 1, 9_000, URLS[0])
    assert engaged(made_up).clicked == Band(2, 2)


def test_a_second_look_of_a_scanner_is_one_too(made_up: MadeUp) -> None:
    """A burst is found among links that were clicked before; repeats of one link are none."""
    made_up.issue(12, [Kind(9)], links=LINKS)
    for start in (100, 90_000):
        for at, url in enumerate(URLS[:BURST_LINKS]):
            made_up.clicked(12, 1, start + at, url)
    for at in range(BURST_LINKS + 2):
        made_up.clicked(12, 2, 100 + at / 2, URLS[at % 2])
    assert engaged(made_up).clicked == Band(1, 2)


def test_all_links_of_a_short_letter(made_up: MadeUp) -> None:
    """Where a letter has two links, both at once are enough; where it has one, nothing is."""
    made_up.issue(12, [Kind(9)], links=dict(list(LINKS.items())[:2]))
    made_up.clicked(12, 1, 100, URLS[0])
    made_up.clicked(12, 1, 101, URLS[1])
    made_up.clicked(12, 2, 100, URLS[0])
    assert engaged(made_up).clicked == Band(1, 2)


def test_a_click_at_once_is_no_person(made_up: MadeUp) -> None:
    """Two seconds after delivery, or before it, nobody clicks; three seconds later one may."""
    made_up.issue(12, [Kind(9)], links=LINKS)
    clicks = {1: 100.0 + AT_ONCE_SECONDS, 2: 101.0 + AT_ONCE_SECONDS, 3: 40.0}
    for delivery_id, after in clicks.items():
        made_up.told(EventKind.DELIVERED, delivery_id, NINE + timedelta(seconds=100))
        made_up.clicked(12, delivery_id, after, URLS[0], pseudonym=False)
    assert engaged(made_up).clicked == Band(1, 3)
    made_up.clicked(12, 3, 5_000, URLS[0], pseudonym=False)
    assert engaged(made_up).clicked == Band(2, 3)


def test_clicks_are_told_by_snippet(made_up: MadeUp) -> None:
    """A reader counts once a section, in each that holds the link, and only for its own issue."""
    shared = {"https://e.test/book": ("cta-1", "Book")}
    made_up.issue(12, [Kind(9)], links=LINKS | shared)
    made_up.issue(13, [Kind(9)], links={"https://e.test/book": ("footer", "")}, base=100)
    made_up.clicked(12, 1, 500, URLS[0])
    made_up.clicked(12, 1, 900, URLS[0])
    made_up.clicked(12, 2, 900, URLS[1])
    made_up.clicked(12, 2, 950, "https://e.test/book")
    made_up.clicked(12, 3, 990, "https://elsewhere.test/")
    found = engaged(made_up)
    told = {each.place.section: each.readers for each in found.snippets}
    assert told == {"skin/a": Band(1, 1), "skin/b": Band(1, 1), "cta-1": Band(1, 1)}
    assert {each.url for each in found.links} == {*LINKS, *shared, "https://elsewhere.test/"}
    assert [each.places for each in found.links if "elsewhere" in each.url] == [()]


@pytest.mark.parametrize("seed", range(3))
def test_totals_add_up_in_any_order(made_up: MadeUp, seed: int) -> None:
    """Hours sum up to all readers, nothing sure exceeds the possible, and order means nothing."""
    draw = random.Random(seed)
    made_up.issue(12, [Kind(40)], links=LINKS)
    acts = [
        (draw.randrange(1, 15), draw.randrange(0, 400_000), draw.choice([*URLS, "", None]))
        for _ in range(80)
    ]
    acts += [(20, 500 + at, url) for at, url in enumerate(URLS)]
    machines = [draw.random() < 0.3 for _ in acts]
    order = list(zip(acts, machines, strict=True))
    draw.shuffle(order)
    for (who, after, url), machine in order:
        if url is None:
            made_up.opened(12, who, after, machine=machine)
        else:
            made_up.clicked(12, who, after, url, machine=machine)
    found = engaged(made_up)
    for name in ("opened", "clicked"):
        bands = [getattr(each, name) for each in found.hours]
        total = getattr(found, name)
        assert sum(each.surely for each in bands) == total.surely
        assert sum(each.possible for each in bands) == total.possible
        assert 0 <= total.surely <= total.possible
    assert found.opened.possible == len({who for who, _, _ in acts})
    assert found.clicked.possible == len({who for who, _, url in acts if url})
    for link in found.links:
        assert link.readers.surely <= link.readers.possible <= found.clicked.possible
        assert link.readers.possible == len({who for who, _, url in acts if url == link.url})
