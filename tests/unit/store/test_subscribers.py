"""Readers in: new ones, known ones, and those who said no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from newsletter.errors import UsageError
from newsletter.store import Store
from newsletter.store.subscribers import Imported, NewReader, add_reader, import_readers
from newsletter.store.tables import subscriber, subscriber_tag, suppression
from newsletter.store.tables.subscribers import Status

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_an_import_may_be_repeated(store: Store) -> None:
    """The second time all are known, and nothing has changed."""
    readers = [NewReader(f"r{at}@reader.test", tags=("a",)) for at in range(5_100)]
    assert import_readers(store, readers, NOW) == Imported(imported=5_100)
    assert import_readers(store, readers, NOW) == Imported(updated=5_100)


def test_details_are_laid_over_and_silence_changes_nothing(store: Store) -> None:
    """New values win, empty ones keep what is known, tags are added."""
    full = NewReader(
        "ada@reader.test", "Ada", {"clinic": "berlin", "skin": "dry"}, ("vip",), ("tips",), "UTC"
    )
    import_readers(store, [full], NOW)
    import_readers(store, [NewReader("ada@reader.test")], NOW + timedelta(days=1))
    import_readers(
        store,
        [NewReader("ada@reader.test", attributes={"clinic": "hamburg"}, tags=("press",))],
        NOW,
    )

    with store.read() as connection:
        row = connection.execute(select(subscriber)).one()
        tags = set(connection.scalars(select(subscriber_tag.c.tag)))
    assert (row.first_name, row.zone, row.interests) == ("Ada", "UTC", 1)
    assert row.attributes == {"clinic": "hamburg", "skin": "dry"}
    assert row.confirmed_at == row.created_at == NOW
    assert tags == {"vip", "press"}


@pytest.mark.parametrize("said", [Status.UNSUBSCRIBED, Status.ERASED])
def test_an_import_never_turns_a_no_into_a_yes(store: Store, said: Status) -> None:
    """Who unsubscribed or was erased stays so, untouched, and is counted."""
    import_readers(store, [NewReader("ada@reader.test"), NewReader("bob@reader.test")], NOW)
    with store.write() as connection:
        connection.execute(
            update(subscriber).where(subscriber.c.email == "ada@reader.test").values(status=said)
        )

    back = import_readers(store, [NewReader("ada@reader.test", "Ada")], NOW)

    assert back == Imported(suppressed=1)
    with store.read() as connection:
        row = connection.execute(
            select(subscriber).where(subscriber.c.email == "ada@reader.test")
        ).one()
    assert (row.status, row.first_name) == (said, "")
    with pytest.raises(UsageError, match="Only they can come back"):
        add_reader(store, NewReader("ada@reader.test"), NOW)


def test_a_pending_reader_is_not_confirmed_by_an_import(store: Store) -> None:
    """Only the reader's own confirmation does that."""
    import_readers(store, [NewReader("ada@reader.test")], NOW, Status.PENDING)
    import_readers(store, [NewReader("ada@reader.test")], NOW, Status.CONFIRMED)
    with store.read() as connection:
        assert connection.execute(select(subscriber.c.status)).scalar() == Status.PENDING


def test_a_suppressed_address_is_not_brought_in(store: Store) -> None:
    """Bounced and complained addresses are counted and left out."""
    with store.write() as connection:
        connection.execute(
            insert(suppression).values(email="ada@reader.test", reason="spam report", at=NOW)
        )
    readers = [NewReader("ada@reader.test"), NewReader("bob@reader.test")]
    assert import_readers(store, readers, NOW) == Imported(imported=1, suppressed=1)


def test_the_same_address_twice_in_one_file_is_one_reader(store: Store) -> None:
    """The last one counts."""
    twice = [NewReader("ada@reader.test", "Old"), NewReader("ada@reader.test", "New")]
    assert import_readers(store, twice, NOW) == Imported(imported=1)
    with store.read() as connection:
        assert connection.execute(select(subscriber.c.first_name)).scalar() == "New"


def test_one_reader_is_added_and_found_again(store: Store) -> None:
    """Adding gives the id, the same one when it is done again."""
    first = add_reader(store, NewReader("ada@reader.test"), NOW)
    assert add_reader(store, NewReader("ada@reader.test"), NOW) == first
