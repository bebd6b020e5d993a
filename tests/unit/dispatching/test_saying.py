"""What the log is told while an issue goes out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select, update
from structlog.testing import capture_logs

from newsletter.dispatching.control import cancel, pause, resume
from newsletter.store.committing import after_commit
from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status
from tests.peers_ledger import World, accept, ambiguous, key_refused, rate_limited, too_large

NAMED = {"batch", "dispatch", "attempt", "worker"}
Lines = list[Any]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Everything that is logged meanwhile, with what is bound around it."""
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        yield logs


def told(lines: Lines, level: str) -> list[str]:
    """The words of the lines of a level, in order."""
    return [line["event"] for line in lines if line["log_level"] == level]


def test_an_issue_is_a_few_lines(world: World, lines: Lines) -> None:
    """Each state once, with the numbers an operator needs; a batch that is taken is for debug."""
    of = world.begin(2_500)
    world.run()
    moved = [line for line in lines if line["event"] == "a dispatch moved"]
    assert [line["state"] for line in moved] == ["preparing", "sending", "sent"]
    assert {line["dispatch"] for line in moved} == {of.id}
    assert moved[1]["readers"] == moved[2]["accepted"] == 2_500
    assert told(lines, "info").count("a wave opened") == 1
    accepted = [line for line in lines if line["log_level"] == "debug"]
    assert [line["readers"] for line in accepted] == [1_000, 1_000, 500]
    assert all(line.keys() >= NAMED for line in accepted)
    assert len({line["attempt"] for line in accepted}) == 3
    assert not told(lines, "warning") + told(lines, "error")


def test_what_goes_wrong_with_a_call_says_with_which(world: World, lines: Lines) -> None:
    """429, a batch that is cut, one of whom nobody knows: each names batch, attempt and worker."""
    until = world.clock.now() + timedelta(seconds=7)
    world.transport.script.extend([rate_limited(until), too_large, ambiguous, accept])
    world.begin(10)
    world.run()
    warned = [line for line in lines if line["log_level"] == "warning"]
    assert [line["answer"] for line in warned] == ["rate_limited", "too_large", "ambiguous"]
    assert all(line.keys() >= NAMED for line in warned)
    assert {line["worker"] for line in warned} == {world.roster.name}
    assert warned[0]["until"] == until.isoformat(timespec="seconds")
    assert warned[2]["reason"] == "timed out"


def test_what_needs_a_person_is_an_error(world: World, lines: Lines) -> None:
    """A dispatch that pauses itself says why, and which call made it."""
    world.transport.script.append(key_refused)
    of = world.begin(10)
    world.run()
    (stuck,) = [line for line in lines if line["log_level"] == "error"]
    assert (stuck["dispatch"], stuck["state"]) == (of.id, "paused")
    assert "refused the key" in stuck["reason"]
    assert stuck.keys() >= NAMED


def test_what_people_do_is_told_too(world: World, lines: Lines) -> None:
    """It is their will, so it is no error."""
    of = world.begin(10)
    pause(world.store, of.id, by="Ada", reason="a typo")
    resume(world.store, of.id, by="Ada")
    cancel(world.store, of.id, by="Ada")
    moved = [(line["state"], line.get("reason")) for line in lines if "state" in line]
    assert moved[-3:] == [("paused", "a typo"), ("sending", None), ("cancelled", None)]
    assert not told(lines, "error")


def test_what_a_dead_sender_left_is_told(world: World, lines: Lines) -> None:
    """With the names under which it had begun it."""

    def die(point: str) -> None:
        if point == "before_socket":
            raise KeyboardInterrupt

    world.begin(10)
    world.crash_point = die
    with pytest.raises(KeyboardInterrupt):
        world.send_rung()
    world.roster.dead.add(world.roster.name)
    world.tick()
    (lost,) = [line for line in lines if line["log_level"] == "warning"]
    assert lost.keys() >= NAMED
    assert "nobody knows" in lost["event"]


def test_a_call_that_was_not_made_is_no_warning(world: World, lines: Lines) -> None:
    """A reader said no in the last moment: nothing is wrong, and nobody blames the provider."""

    def say_no(point: str) -> None:
        if point == "before_socket":
            world.crash_point = lambda point: None
            with world.store.write() as connection:
                first = connection.scalars(select(subscriber.c.id)).first()
                gone = update(subscriber).where(subscriber.c.id == first)
                connection.execute(gone.values(status=Status.UNSUBSCRIBED))

    world.begin(10)
    world.crash_point = say_no
    world.send_rung()
    (held,) = [line for line in lines if "not made" in line["event"]]
    assert held["log_level"] == "info"
    assert held.keys() >= NAMED
    assert not told(lines, "warning")


def test_nothing_is_bound_afterwards(world: World) -> None:
    """A thread that sends another batch, or none, begins without names."""
    world.begin(10)
    world.run()
    assert structlog.contextvars.get_contextvars() == {}


def test_what_was_undone_is_not_told(world: World) -> None:
    """Only what is committed is done afterwards, once, and in order."""
    done: list[int] = []
    with suppress(OSError), world.store.write() as connection:
        after_commit(connection, lambda: done.append(1))
        raise OSError("disk")
    with world.store.write() as connection:
        after_commit(connection, lambda: done.append(2))
        after_commit(connection, lambda: done.append(3))
        assert done == []
    with world.store.write():
        pass
    assert done == [2, 3]
