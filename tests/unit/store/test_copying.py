"""A database copied into another one: all of it, once, and the old one closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from newsletter.errors import DatabaseRefused, LedgerError
from newsletter.store import Store, open_store
from newsletter.store import copying as copying_module
from newsletter.store.copying import Copied, abandon_copy, copy_database
from newsletter.store.subscribers import NewReader, add_reader
from newsletter.store.tables import delivery, metadata, site, subscriber
from tests.databases import *  # noqa: F403
from tests.databases import FINGERPRINT, Postgres
from tests.peers_ledger import SettableClock, World

Opening = Callable[..., Store]


@pytest.fixture
def open_target(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, clock: SettableClock
) -> Iterator[Opening]:
    """Opens an empty database of the other kind than the source's, always the same one."""
    name = f"copy_{uuid4().hex[:12]}"
    url, server = f"sqlite:///{tmp_path}/copy.db", None
    if database_url.startswith("sqlite"):
        server = request.getfixturevalue("postgres")
        assert isinstance(server, Postgres)
        server.run(f"CREATE DATABASE {name}")
        url = server.url(name)
    opened: list[Store] = []

    def open_it(*, moved: bool = True) -> Store:
        store = open_store(url, secret_fingerprint=FINGERPRINT, clock=clock, moved=moved)
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()
    if server is not None:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def source(store: Store, database_url: str, clock: SettableClock) -> Iterator[Store]:
    """A database in the middle of a dispatch, with tags, attributes and odd letters."""
    world = World(store, clock)
    odd = NewReader("ägypten@reader.test", "O'Ñ 😀", {"clinic": "berlin"}, ("vip", "ü"), ("tips",))
    world.bring([odd])
    world.begin(2_500)
    world.send_rung(most=1)
    opened = open_store(database_url, secret_fingerprint=FINGERPRINT, clock=clock, moved=True)
    yield opened
    opened.close()


def copy(source: Store, target: Store) -> Copied:
    """Copy without telling anybody."""
    return copy_database(source, target, name="the new one", told=lambda *progress: None)


def count(store: Store, table: Any = delivery) -> int:
    """Rows of a table."""
    with store.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def test_everything_is_there(source: Store, open_target: Opening) -> None:
    """Every row of every table, compared by checksum; the site goes by a new name."""
    target = open_target()
    before = source.site_id
    copied = copy(source, target)
    assert copied.rows["delivery"] == 2_501
    assert set(copied.rows) | {"site", "identity", "throttle", "tick"} == set(metadata.tables)
    reopened = open_target(moved=False)
    assert reopened.site_id == copied.site_id != before
    assert before in reopened.known_site_ids()
    with reopened.read() as connection:
        reader = connection.execute(
            select(subscriber).where(subscriber.c.email == "ägypten@reader.test")
        ).one()
    assert (reader.first_name, reader.attributes) == ("O'Ñ 😀", {"clinic": "berlin"})


def test_the_new_one_goes_on(source: Store, open_target: Opening, clock: SettableClock) -> None:
    """New rows get new numbers, and the dispatch ends there with everybody mailed once."""
    copy(source, open_target())
    world = World(open_target(moved=False), clock)
    add_reader(world.store, NewReader("new@reader.test"), clock.now())
    world.run()
    assert world.outcomes() == {"accepted": 2_501}
    assert sum(world.transport.taken.values()) == 1_501
    world.require_promises()


def test_the_old_one_is_closed(
    source: Store, open_target: Opening, open_database: Callable[[], Store]
) -> None:
    """Also to a process that has had it open all the while."""
    running = open_database()
    copy(source, open_target())
    with pytest.raises(DatabaseRefused, match="was moved: the new one"):
        open_database()
    with pytest.raises(DatabaseRefused, match="db copy --abandon"), running.write():
        pass


def test_a_copy_cut_short_goes_on(
    source: Store, open_target: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing twice and nothing missing; before that the new one can not be used."""
    monkeypatch.setattr(copying_module, "CHUNK", 700)

    class CutError(Exception):
        pass

    def cut(table: str, done: int, total: int) -> None:
        if table == "delivery" and done >= 1_400:
            raise CutError

    with pytest.raises(CutError):
        copy_database(source, open_target(), name="the new one", told=cut)
    assert count(open_target()) == 1_400
    with pytest.raises(DatabaseRefused, match="unfinished copy"):
        open_target(moved=False)
    assert copy(source, open_target()).rows["delivery"] == 2_501
    assert count(open_target(moved=False)) == 2_501


def test_a_difference_is_found(source: Store, open_target: Opening) -> None:
    """A row that changed on the way is no copy, and the new one stays shut."""
    target = open_target()

    def spoil(table: str, done: int, total: int) -> None:
        if table == "subscriber":
            with target.write() as connection:
                connection.execute(
                    update(subscriber).where(subscriber.c.id == 1).values(first_name="X")
                )

    with pytest.raises(LedgerError, match="differs in subscriber: 2,501 rows there, 2,501 here"):
        copy_database(source, target, name="the new one", told=spoil)
    with pytest.raises(DatabaseRefused, match="unfinished copy"):
        open_target(moved=False)


def test_only_into_an_empty_one(source: Store, open_target: Opening, clock: SettableClock) -> None:
    """Another site's database is left as it is, and the source stays in use."""
    target = open_target()
    add_reader(target, NewReader("other@reader.test"), clock.now())
    with pytest.raises(DatabaseRefused, match="not empty: it has rows in"):
        copy(source, target)
    with source.read() as connection:
        assert connection.scalars(select(site.c.moved_to)).one() is None


def test_a_copy_can_be_given_up(
    source: Store,
    open_target: Opening,
    open_database: Callable[[], Store],
    clock: SettableClock,
) -> None:
    """The old one is in use again."""
    copy(source, open_target())
    assert abandon_copy(source) == "the new one"
    open_database().close()
    add_reader(source, NewReader("new@reader.test"), clock.now())
