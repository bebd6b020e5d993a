"""Audiences as SQL: who matches, and how many."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from newsletter.model.audience import Audience
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.store import Store
from newsletter.store.audience import candidates, count, count_by_interests
from newsletter.store.interests import bits_of_interests, mask_of
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.store.tables import delivery, subscriber, suppression

JOINED = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def readers(store: Store) -> Store:
    """Ada in Berlin, Bob in Hamburg, Cy nowhere, Dee long ago and a VIP."""
    import_readers(
        store,
        [
            NewReader("ada", attributes={"clinic": "berlin"}, tags=("vip", "press")),
            NewReader("bob", attributes={"clinic": "hamburg"}, tags=("press",)),
            NewReader("cy"),
        ],
        JOINED,
    )
    dee = NewReader("dee", attributes={"clinic": "berlin"}, tags=("vip",))
    import_readers(store, [dee], JOINED - timedelta(days=200))
    return store


def who(store: Store, rule: Audience) -> str:
    """Names of the candidates, sorted, one letter each."""
    with store.read() as connection:
        found = connection.scalars(select(subscriber.c.email).where(candidates(rule))).all()
        assert count(connection, rule) == len(found)
    return "".join(sorted(email[0] for email in found))


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (Audience(), "abcd"),
        (Audience(attributes=(("clinic", ("berlin",)),)), "ad"),
        (Audience(attributes=(("clinic", ("berlin", "hamburg")),)), "abd"),
        (Audience(attributes=(("clinic", ("berlin",)), ("clinic", ("hamburg",)))), ""),
        (Audience(tags=("vip",)), "ad"),
        (Audience(tags=("vip", "press")), "abd"),
        (Audience(joined_after=date(2026, 6, 1)), "abc"),
        (Audience(joined_after=date(2026, 6, 2)), ""),
        (Audience(joined_before=date(2026, 6, 1)), "d"),
        (Audience(joined_before=date(2026, 6, 2)), "abcd"),
        (Audience(tags=("vip",), joined_after=date(2026, 1, 1)), "a"),
        (Audience(excluding=Audience(attributes=(("clinic", ("berlin",)),))), "bc"),
        (Audience(excluding=Audience(tags=("press",), joined_after=date(2026, 1, 1))), "cd"),
        (Audience(excluding=Audience(excluding=Audience(tags=("vip",)))), "ad"),
        (Audience(excluding=Audience()), ""),
        (Audience(received=(11,)), ""),
    ],
)
def test_conditions_must_all_hold_and_a_list_means_any(
    readers: Store, rule: Audience, names: str
) -> None:
    """Each condition of the grammar, alone, together and negated."""
    assert who(readers, rule) == names


def test_received_means_accepted(readers: Store) -> None:
    """Rejected, unknown and other issues do not count; negated it finds the others."""
    with readers.write() as connection:
        ids = connection.scalars(select(subscriber.c.id).order_by(subscriber.c.email)).all()
        for number, (each, outcome) in enumerate(
            zip(
                ids,
                (DeliveryOutcome.ACCEPTED, DeliveryOutcome.REJECTED, DeliveryOutcome.UNKNOWN),
                strict=False,
            ),
            start=1,
        ):
            connection.execute(
                insert(delivery).values(
                    id=number,
                    dispatch_id=1,
                    issue_number=11,
                    subscriber_id=each,
                    outcome=outcome,
                    holds=outcome is not DeliveryOutcome.REJECTED,
                    feedback=Feedback.NONE,
                )
            )
    assert who(readers, Audience(received=(11,))) == "a"
    assert who(readers, Audience(received=(11, 12))) == "a"
    assert who(readers, Audience(received=(12,))) == ""
    assert who(readers, Audience(excluding=Audience(received=(11,)))) == "bcd"


def test_readers_are_counted_by_what_they_want_of_the_issue(readers: Store) -> None:
    """Never chose means all; interests outside the issue do not matter; unmailable are left out."""
    with readers.write() as connection:
        bits = bits_of_interests(connection, ["resources", "tips", "news"])
        for name, wants in (("ada", ("tips", "resources")), ("bob", ("news",)), ("cy", ())):
            connection.execute(
                update(subscriber)
                .where(subscriber.c.email == name)
                .values(interests=mask_of(bits, wants))
            )
        issue = mask_of(bits, ["tips", "news"])
        now = JOINED
        assert count_by_interests(connection, Audience(), issue, now) == {
            bits["tips"]: 1,
            bits["news"]: 1,
            0: 1,
            issue: 1,
        }
        connection.execute(insert(suppression).values(email="dee", reason="bounce", at=now))
        connection.execute(
            update(subscriber)
            .where(subscriber.c.email == "cy")
            .values(paused_until=now + timedelta(days=1))
        )
        assert sum(count_by_interests(connection, Audience(), issue, now).values()) == 2


def test_a_bit_is_given_once(store: Store) -> None:
    """Interests keep their bit in whatever order they are asked for."""
    with store.write() as connection:
        first = bits_of_interests(connection, ["tips", "news"])
    with store.write() as connection:
        again = bits_of_interests(connection, ["news", "resources", "tips"])
    assert first == {"tips": 1, "news": 2}
    assert again == {"news": 2, "resources": 4, "tips": 1}
