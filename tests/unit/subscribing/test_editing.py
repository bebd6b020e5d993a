"""What a person of the site corrects about a reader, and everything that is known of one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from newsletter.errors import NotFound, UsageError
from newsletter.model.consent import ConsentStep, MailName
from newsletter.model.event import EventKind, EventMatch
from newsletter.model.ledger import DeliveryOutcome
from newsletter.store.readers import find_reader
from newsletter.store.tables import delivery_event
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import Wishes, erase_address, find
from newsletter.subscribing.adding import add_by_hand
from newsletter.subscribing.editing import edit_reader
from newsletter.subscribing.history import history_of
from tests.peers_ledger import World
from tests.unit.subscribing.house import ANN, WORDS, House


def test_only_what_differs_is_changed_and_written_down(house: House) -> None:
    """Interests and other details have a line each, with who did it; nothing twice."""
    who = house.join(ANN, Wishes(first_name="Ann", interests=("tips",)))
    said = {"first_name": "Anne", "interests": "news", "tags": "vip; spa", "clinic": "hamburg"}
    done = edit_reader(house.reception, who, said, by="Ada")
    assert set(done.what) == {"first name", "interests", "tags", "clinic"}
    assert edit_reader(house.reception, who, said, by="Ada").what == ()
    history = history_of(house.reception, who)
    assert history.tags == ("spa", "vip")
    assert history.reader.interests == ("news",)
    assert history.reader.status is Status.CONFIRMED
    chose, changed = history.proof[-2:]
    assert (chose.what, chose.note) == (ConsentStep.CHOSE_INTERESTS, "Ada: news")
    assert changed.what is ConsentStep.RENAMED
    assert changed.note.startswith("Ada: ")


def test_what_is_emptied_is_taken_away_and_what_is_not_named_stays(house: House) -> None:
    """An empty attribute goes; one that the form does not have is left."""
    who = house.join(ANN, Wishes(first_name="Ann", attributes={"clinic": "berlin"}))
    edit_reader(house.reception, who, {"first_name": ""}, by="Ada")
    reader = find(house.reception, ANN)
    assert reader is not None
    assert (reader.first_name, dict(reader.attributes)) == ("", {"clinic": "berlin"})
    edit_reader(house.reception, who, {"clinic": "", "interests": ""}, by="Ada")
    with house.reception.store.read() as connection:
        emptied = find_reader(connection, who)
    assert emptied is not None
    assert (dict(emptied.attributes), emptied.interests) == ({}, None)


def test_a_mistake_changes_nothing(house: House) -> None:
    """All that is wrong is told at once; somebody erased is not there any more."""
    who = house.join(ANN, Wishes(first_name="Ann"))
    with pytest.raises(UsageError, match="not a choice of clinic"):
        edit_reader(house.reception, who, {"first_name": "X", "clinic": "paris"}, by="Ada")
    reader = find(house.reception, ANN)
    assert reader is not None
    assert reader.first_name == "Ann"
    erase_address(house.reception, ANN)
    with pytest.raises(NotFound):
        edit_reader(house.reception, who, {"first_name": "X"}, by="Ada")
    with pytest.raises(NotFound):
        history_of(house.reception, who)


def test_a_history_has_proof_requests_mails_letters_and_events(house: House) -> None:
    """Everything between the first form and the last event, from wherever it is kept."""
    store = house.reception.store
    who = house.join(ANN)
    world = World(store, house.clock)
    world.schedule(world.approve())
    world.run()
    (letter,) = history_of(house.reception, who).letters
    came = insert(delivery_event).values(
        provider_id="e1",
        kind=EventKind.DELIVERED,
        match=EventMatch.DELIVERY,
        at=datetime(2026, 12, 2, tzinfo=UTC),
        delivery_id=letter.delivery,
    )
    with store.write() as connection:
        connection.execute(came)
    history = history_of(house.reception, who)
    assert [line.what for line in history.proof] == [ConsentStep.REQUESTED, ConsentStep.CONFIRMED]
    assert history.proof[0].wording == WORDS
    assert len(history.requests) == 1
    assert {mail.name for mail in history.mails} == {MailName.CONFIRM, MailName.WELCOME}
    assert (letter.issue_number, letter.outcome) == (12, DeliveryOutcome.ACCEPTED)
    assert letter.is_readable
    assert [(told.kind, told.issue_number) for told in history.told] == [(EventKind.DELIVERED, 12)]


def test_one_added_by_hand_has_proof_or_waits(house: House) -> None:
    """Words make a yes; without them a new reader waits, and a no is never overruled."""
    done = add_by_hand(house.reception, {"email": "Eve@Example.com"}, "By phone.", by="Ada")
    assert (done.email, done.is_new, done.waits) == ("eve@example.com", True, False)
    assert add_by_hand(house.reception, {"email": "bob@example.com"}).waits
    assert not add_by_hand(house.reception, {"email": "eve@example.com"}).is_new
    erase_address(house.reception, "eve@example.com")
    with pytest.raises(UsageError, match="erased"):
        add_by_hand(house.reception, {"email": "eve@example.com"}, "By phone.")
