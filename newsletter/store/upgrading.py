"""Bring a database to this program's version, or refuse it.

Programs of several versions may work on one database while machines are upgraded one after the
other. So a migration either expands, which older programs do not mind, or contracts: it takes
away what they may need, and names the oldest program that does not. Opening a database expands
it; only `newsletter db upgrade` contracts it. The database keeps the revision of the oldest
program that may work on it, for programs that do not know the migration which raised it.

Alembic is loaded only where there is something to upgrade: every command opens the database, and
hardly any finds it old.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import OperationalError

from newsletter.errors import DatabaseRefused
from newsletter.store.connecting import database_file
from newsletter.store.older import older_programs
from newsletter.store.revisions import Step, harmless, newest, revisions, steps_after
from newsletter.store.store import Store

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")

_LOCK = 0x6E65_7773  # PostgreSQL's advisory lock for upgrading; any number of our own
_PATIENCE = "10s"  # for the lock on the tables; whoever wants to write waits behind us meanwhile
_DEADLOCK = "40P01"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
_TRIES = 10  # each costs the second after which PostgreSQL looks for a deadlock


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did.

    Attributes:
        before: the revision it had; None when it was empty.
        revision: the one it has; newer than the program's own where a newer one expanded it.
        oldest_program: programs of older revisions are refused since; empty where none is.
        kept: why it was not contracted; empty when it was, or there was no need.
    """

    before: str | None
    revision: str
    oldest_program: str = ""
    kept: str = ""


def configuration() -> Config:
    """Alembic's configuration, made from the package itself: there is no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("newsletter.store") / "migrations"))
    return config


def revision_of(connection: Connection) -> str | None:
    """The database's revision; None for an empty one.

    Raises DatabaseRefused for one that is not ours, and for a newer one that took away what
    this program needs.
    """
    if not inspect(connection).has_table("alembic_version"):
        _require_empty(connection)
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in revisions():
        _require_only_expanded(connection, found)
    return found


def require_known(store: Store) -> None:
    """Raise DatabaseRefused where the database holds more than this program can copy."""
    with store.read() as connection:
        found = revision_of(connection)
    if found is not None and found > newest():
        raise DatabaseRefused(
            f"The database is of revision {found} and holds what this program, of {newest()}, "
            "does not know of and would leave out. Do it with the newer program."
        )


def expand(store: Store, url: URL) -> None:
    """Upgrade as far as no older program minds, with a backup beside an older SQLite file.

    An empty database is brought to the newest revision.

    Raises:
        DatabaseRefused: not ours, too new, or it has to be contracted first.
    """
    with store.read() as connection:
        before = revision_of(connection)
    ahead = steps_after(before)
    if before is None:
        _go(store, ahead)
        return
    free = harmless(ahead)
    if not all(step.contracts for step in ahead[len(free) :]):
        raise DatabaseRefused(
            f"The database is of revision {before}, this program of {newest()}; in between is a "
            "step that older programs can not live with. When all of them are stopped, run: "
            "newsletter db upgrade"
        )
    if free:
        _back_up_first(url, before)
        _go(store, free)


def upgrade(store: Store, url: URL) -> Upgraded:
    """Upgrade as far as this program knows, unless older ones are seen at work.

    Raises:
        DatabaseRefused: not ours, or too new.
    """
    with store.read() as connection:
        before = revision_of(connection)
    ahead = steps_after(before)
    if not ahead:
        return Upgraded(before, before or "")
    if before is not None:
        _back_up_first(url, before)
    free = ahead if before is None else harmless(ahead)
    _go(store, free)
    rest = ahead[len(free) :]
    reached = free[-1].revision if free else before or ""
    if not rest:
        return Upgraded(before, reached)
    floor = max(step.oldest_program for step in rest)
    if kept := _contract(store, rest, floor):
        return Upgraded(before, reached, kept=kept)
    return Upgraded(before, rest[-1].revision, floor)


def back_up(file: Path, revision: str) -> Path:
    """Copy a SQLite database that may be in use; returns the copy's path."""
    target = file.with_name(f"{file.stem}.{revision}.backup{file.suffix}")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def _back_up_first(url: URL, before: str) -> None:
    if (file := database_file(url)) is not None:
        back_up(file, before)


def _go(store: Store, ahead: Sequence[Step]) -> None:
    """Do these steps, in one transaction."""

    def go() -> None:
        with store.write() as connection:
            _take_turns(connection)
            _migrate(connection, ahead)

    if ahead:
        _letting_readers_through(go)


def _contract(store: Store, ahead: Sequence[Step], floor: str) -> str:
    """Do these steps, unless older programs are connected; then says which."""

    def contract() -> str:
        with store.write() as connection:
            _take_turns(connection)
            if found := older_programs(connection, floor):
                return found
            _migrate(connection, ahead)
        return ""

    return _letting_readers_through(contract)


def _letting_readers_through(work: Callable[[], T]) -> T:
    """Do it again when it met a reader who had one table and waited for another of ours.

    PostgreSQL ends one of the two. If it was us, nothing was done, and the reader reads on.
    """
    for _ in range(_TRIES - 1):
        try:
            return work()
        except OperationalError as problem:
            if getattr(problem.orig, "sqlstate", "") != _DEADLOCK:
                raise
    return work()


def _take_turns(connection: Connection) -> None:
    """One process upgrades, others wait and find it done; nobody writes meanwhile.

    Every write of ours reads `site` first. So whoever holds that table alone can not meet a
    half-done write on the way, nor run into a deadlock with one. Readers take no turns.
    """
    if connection.dialect.name != "postgresql":
        return  # SQLite lets one write at a time
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if inspect(connection).has_table("site"):
        connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        connection.execute(text("LOCK TABLE site IN ACCESS EXCLUSIVE MODE"))


def _migrate(connection: Connection, ahead: Sequence[Step]) -> None:
    before = revision_of(connection)
    if before is not None and before >= ahead[-1].revision:
        return  # another process was quicker
    from alembic import command

    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, ahead[-1].revision)
    if floor := max(step.oldest_program for step in ahead):
        connection.execute(
            text(
                "UPDATE alembic_version SET oldest_program = :floor WHERE oldest_program < :floor"
            ),
            {"floor": floor},
        )


def _require_only_expanded(connection: Connection, found: str) -> None:
    """A newer program was here: it is ours still when it took away nothing that we need."""
    columns = {column["name"] for column in inspect(connection).get_columns("alembic_version")}
    if found < newest() or "oldest_program" not in columns:
        raise DatabaseRefused(
            f"The database is of revision {found}, which this program does not know. "
            "Point DATABASE_URL at another one."
        )
    oldest = connection.execute(text("SELECT oldest_program FROM alembic_version")).scalar_one()
    if newest() < oldest:
        raise DatabaseRefused(
            f"The database is of revision {found}: a newer program upgraded it, and programs "
            f"older than {oldest} can not work on it any more. This one is of {newest()}. "
            "Install the newer version, or restore an older backup."
        )


def _require_empty(connection: Connection) -> None:
    if tables := sorted(inspect(connection).get_table_names()):
        raise DatabaseRefused(
            f"The database holds tables that are not ours ({', '.join(tables[:3])}). "
            "Point DATABASE_URL at an empty one."
        )
