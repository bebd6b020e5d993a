"""Which issues have readers of whom nobody knows, and who they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.dispatching.resolving import resolve, why_not_again
from newsletter.dispatching.unknown import uncertain_issues, unknown_readers
from newsletter.errors import LedgerError
from newsletter.model.ledger import Resolution
from newsletter.store import Store
from tests.peers_ledger import SettableClock, World, ambiguous


@pytest.fixture
def world(store: Store, clock: SettableClock) -> World:
    """Issue 12 went to three readers, and no answer came; issue 11 is settled."""
    made = World(store, clock)
    made.begin(3, 11)
    made.send_rung()
    made.tick()
    made.transport.script.append(ambiguous)
    made.schedule(made.approve(12))
    made.run()
    return made


def test_only_issues_with_unknown_readers_are_told(world: World) -> None:
    """By number, subject, count, and since when; with the first of the readers."""
    (issue,) = uncertain_issues(world.store)
    assert (issue.number, issue.subject, issue.readers) == (12, "Issue 12", 3)
    with world.store.read() as connection:
        found = unknown_readers(connection, 12, 2)
        assert unknown_readers(connection, 11, 2) == ()
    assert [each.email for each in found] == ["r00000@reader.test", "r00001@reader.test"]
    assert not any(each.is_absent for each in found)


def test_why_not_again_is_what_resolving_would_say(world: World) -> None:
    """Within an hour it says how long to wait, and then nothing."""
    told = why_not_again(world.desk, 12)
    with pytest.raises(LedgerError, match="may still be on") as refused:
        resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    assert told == str(refused.value)
    world.clock.move(timedelta(hours=1))
    assert why_not_again(world.desk, 12) == ""


def test_a_decision_is_about_those_whom_a_person_was_told_of(world: World) -> None:
    """When others are unknown by now, nothing is decided."""
    with pytest.raises(LedgerError, match="3 instead of 2"):
        resolve(world.desk, 12, Resolution.ASSUME_SENT, by="Ada", seen=2)
    assert world.outcomes() == {"unknown": 3}
    assert resolve(world.desk, 12, Resolution.ASSUME_SENT, by="Ada", seen=3) == 3
