"""Lists that go through the database to whoever brings them in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from newsletter.lists import Kind
from newsletter.model.list_import import ImportStage
from newsletter.store.list_imports import LEASE, claim_import, is_import_waiting
from newsletter.store.tables import list_import, list_piece, subscriber
from newsletter.subscribing import Reception, keep_up
from newsletter.subscribing.handing_over import (
    PIECE,
    hand_over,
    look_at_handed,
    stop_handed,
    take_back,
)
from newsletter.subscribing.list_choices import Choices
from newsletter.subscribing.taking_over import bring_handed
from tests.unit.subscribing.house import House

CHOICES = Choices((("email", "first_name"),), proof="Signed at the desk.")
LIST, AS_SAID = "email\nann@example.com\n", Choices((("email",),), proof="Signed at the desk.")


@pytest.fixture
def reception(house: House) -> Reception:
    """Whoever brings lists in."""
    return house.reception


def written(folder: Path, text: str, name: str = "people.csv") -> Path:
    """A list as a file."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def bring(reception: Reception, folder: Path, *, ending: bool = False) -> bool:
    """Bring the next list in; nothing of it is left on the disk."""
    done = bring_handed(reception, folder / "work", lambda: ending)
    assert list((folder / "work").glob("*")) == []
    return done


def count(reception: Reception, table: object) -> int:
    """How many rows a table has."""
    with reception.store.read() as connection:
        counted = select(func.count()).select_from(table)  # type: ignore[arg-type]
        return int(connection.execute(counted).scalar_one())


def test_a_list_is_brought_in_by_another(reception: Reception, tmp_path: Path) -> None:
    """As it was said to be read; what came of it comes back, bad rows in a file, and nothing of
    it stays in the database.
    """
    file = written(tmp_path, "Mail;Name\nann@example.com;Ann\nnobody;=cmd()\n")
    number = hand_over(reception.store, file, CHOICES)
    assert bring(reception, tmp_path)
    assert look_at_handed(reception.store, number).stage is ImportStage.DONE
    tally, bad = take_back(reception.store, number, tmp_path / "rejected")
    assert (tally.imported, tally.waiting, tally.rejected) == (1, 0, 1)
    assert [(name, row.line) for name, row in bad.first] == [("people.csv", 3)]
    (rejected,) = bad.paths
    assert rejected.parent == tmp_path / "rejected"
    assert "'=cmd()" in rejected.read_text()
    assert rejected.stat().st_mode & 0o077 == 0
    assert (count(reception, list_import), count(reception, list_piece)) == (0, 0)
    assert not bring(reception, tmp_path)


def test_a_list_of_many_pieces_arrives_whole(reception: Reception, tmp_path: Path) -> None:
    """Whatever its size, and by the name that says what it is a list of."""
    rows = "".join(f"r{at}@reader.test,{'x' * 900}\n" for at in range(2_500))
    file = written(tmp_path, f"email,first_name\n{rows}", "unsubscribed.csv")
    assert file.stat().st_size > 2 * PIECE
    number = hand_over(reception.store, file, Choices((("email", ""),)))
    assert count(reception, list_piece) == 3
    assert bring(reception, tmp_path)
    tally, _ = take_back(reception.store, number, tmp_path / "rejected")
    assert (tally.suppressed, tally.imported) == (2_500, 0)


def test_whoever_is_told_to_end_leaves_it_to_the_next(reception: Reception, tmp_path: Path) -> None:
    """At once: nobody waits for its signs of life."""
    number = hand_over(reception.store, written(tmp_path, LIST), AS_SAID)
    assert bring(reception, tmp_path, ending=True)
    assert look_at_handed(reception.store, number).stage is ImportStage.BRINGING
    assert bring(reception, tmp_path)
    assert look_at_handed(reception.store, number).stage is ImportStage.DONE


def test_what_a_dead_one_held_is_taken_when_its_signs_end(
    house: House, reception: Reception, tmp_path: Path
) -> None:
    """Not before, and then it is done from the beginning."""
    number = hand_over(reception.store, written(tmp_path, LIST), AS_SAID)
    with reception.store.write() as connection:
        assert claim_import(connection, reception.store.now(connection)) is not None
    assert not bring(reception, tmp_path)
    house.wait(seconds=LEASE.total_seconds() + 1)
    assert bring(reception, tmp_path)
    assert take_back(reception.store, number, tmp_path)[0].imported == 1


def test_a_stop_is_heard(reception: Reception, tmp_path: Path) -> None:
    """By who begins it, and before anybody does; no reader is brought in after it."""
    early = hand_over(reception.store, written(tmp_path, LIST), AS_SAID)
    stop_handed(reception.store, early)
    assert not bring(reception, tmp_path)
    late = hand_over(reception.store, written(tmp_path, LIST), AS_SAID)
    with reception.store.write() as connection:
        mine = list_import.c.id == late
        connection.execute(update(list_import).where(mine).values(stop=True))
    assert bring(reception, tmp_path)
    for each in (early, late):
        assert look_at_handed(reception.store, each).stage is ImportStage.STOPPED
    assert count(reception, subscriber) == 0


def test_a_list_that_can_not_be_read_says_why(reception: Reception, tmp_path: Path) -> None:
    """In the words the list's own reader has for it."""
    number = hand_over(reception.store, written(tmp_path, "\n\n"), CHOICES)
    assert bring(reception, tmp_path)
    found = look_at_handed(reception.store, number)
    assert found.stage is ImportStage.FAILED
    assert "is empty" in found.problem


def test_what_nobody_brings_in_or_fetches_is_forgotten(
    house: House, reception: Reception, tmp_path: Path
) -> None:
    """A day later nothing of it is left."""
    hand_over(reception.store, written(tmp_path, LIST + "bad\n"), AS_SAID)
    hand_over(reception.store, written(tmp_path, LIST), AS_SAID)
    assert bring(reception, tmp_path)
    keep_up(reception)
    assert count(reception, list_import) == 2
    house.clock.move(timedelta(days=1, minutes=1))
    keep_up(reception)
    assert (count(reception, list_import), count(reception, list_piece)) == (0, 0)


def test_choices_survive_being_kept(reception: Reception) -> None:
    """All that a person can say about a list."""
    said = Choices((("email", ""), ("", "tags")), Kind.UNSUBSCRIBED, None, "Yes.")
    assert Choices.of_json(said.as_json()) == said


def test_nobody_is_asked_while_nothing_waits(reception: Reception, tmp_path: Path) -> None:
    """A list counts once all its bytes are there, and no more once somebody is at it."""
    with reception.store.read() as connection:
        assert not is_import_waiting(connection, reception.now)
    hand_over(reception.store, written(tmp_path, LIST), AS_SAID)
    with reception.store.write() as connection:
        now = reception.store.now(connection)
        assert is_import_waiting(connection, now)
        claim_import(connection, now)
        assert not is_import_waiting(connection, now)
        assert is_import_waiting(connection, now + LEASE + timedelta(seconds=1))
