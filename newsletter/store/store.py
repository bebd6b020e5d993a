"""A database that is open and of the right version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock

from sqlalchemy import Connection, Engine, func, select

from newsletter.errors import DatabaseRefused
from newsletter.store.committing import doing_what_waits
from newsletter.store.revisions import newest
from newsletter.store.tables import identity

TimeSource = Callable[[Connection], datetime]

WRITES = "newsletter_writes"
RELAXED = "newsletter_relaxed"
REPLACED = "a backup of "
"""Begins the mark of a database whose place a backup took; when that was made follows."""
# What every write asks first, in one statement: whether it may.
_ASKS = "SELECT moved_to, (SELECT oldest_program FROM alembic_version)"
_STANDING = f"{_ASKS} FROM site"
# A machine that freezes, or loses its network, in the middle of a write holds rows that all others
# wait for. The server itself takes them back; the write is then as if it had never begun.
_MOST_IDLE = "set_config('idle_in_transaction_session_timeout', '30s', true)"
_STANDING_ON_SERVER = f"{_ASKS}, {_MOST_IDLE} FROM site"


class Store:
    """The open database: short read and write transactions, and its own time.

    Attributes:
        engine: SQLAlchemy's; only `newsletter.store` and its callers' statements need it.
        site_id: the random name this site's mails carry.
        refusal: why nothing may be written any more, once a write was refused; see `guard`.
    """

    def __init__(self, engine: Engine, time: TimeSource, *, alone: bool) -> None:
        self.engine = engine
        self.site_id = ""
        self.refusal: DatabaseRefused | None = None
        self._guards = False
        self._time = time
        self._alone = alone  # one connection serves all: memory
        # SQLite takes one writer at a time. Waiting here costs nothing; waiting inside SQLite
        # is a loop of sleeps.
        self._writing = RLock() if engine.dialect.name == "sqlite" else None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; otherwise it is PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def now(self, connection: Connection) -> datetime:
        """The database's time, aware, in UTC: what leases are measured with."""
        return self._time(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads; on SQLite it sees one moment."""
        if self._alone and self._writing:
            with self._writing, self.engine.begin() as connection:
                yield connection
            return
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True, snapshot: bool = False) -> Iterator[Connection]:
        """A transaction that writes, committed at the end or not at all.

        Args:
            durable: False lets a power cut undo the commit (never a mere kill): right for what
                would only be done again, such as a claim.
            snapshot: see one moment throughout, and be the only one of this kind; on PostgreSQL
                it may fail with SQLSTATE 40001 and is to be done again. SQLite's writers are
                always so.
        """
        if self._writing is None:
            with self._write_on_server(durable=durable, snapshot=snapshot) as connection:
                yield connection
            return
        with self._writing, self.engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True, RELAXED: not durable})
            with doing_what_waits(connection), connection.begin():
                self._require_ours(connection)
                yield connection

    @contextmanager
    def _write_on_server(self, *, durable: bool, snapshot: bool) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if snapshot:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with doing_what_waits(connection), connection.begin():
                if not durable:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                if snapshot:  # one at a time, and before the moment is chosen
                    connection.exec_driver_sql("LOCK TABLE site IN SHARE ROW EXCLUSIVE MODE")
                self._require_ours(connection)
                yield connection

    def guard(self) -> None:
        """From now on nothing is written that a copy elsewhere would not have, or that is too old.

        Raises DatabaseRefused at once, and at every later write, when the database was moved, or
        was upgraded to what this program can not work on: a process that was running all the
        while must not take a sign-up into a database that nobody looks at any more.
        """
        self._guards = True
        with self.read() as connection:
            self._require_ours(connection)

    def _require_ours(self, connection: Connection) -> None:
        if not self._guards:
            return
        asked = _STANDING if self.is_sqlite else _STANDING_ON_SERVER
        row = connection.exec_driver_sql(asked).first()
        if row is None:
            return
        try:
            _require_not_moved(row[0] or "")
            _require_not_too_old(row[1])
        except DatabaseRefused as problem:
            self.refusal = problem
            raise

    def known_site_ids(self) -> frozenset[str]:
        """This site's id and those it had before a restore or copy."""
        with self.read() as connection:
            return frozenset(connection.scalars(select(identity.c.site_id)))

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def host_time(connection: Connection) -> datetime:
    """SQLite lives on this host, so its time is this host's."""
    return datetime.now(UTC)


def server_time(connection: Connection) -> datetime:
    """PostgreSQL's time, the same for every machine that asks."""
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def _require_not_moved(name: str) -> None:
    if name.startswith(REPLACED):
        raise DatabaseRefused(f"Restored: {name} took this database's place. Start again.")
    if name:
        raise DatabaseRefused(
            f"This database was moved: {name}. Set DATABASE_URL to the new one, "
            "or give the copy up: newsletter db copy --abandon"
        )


def _require_not_too_old(oldest: str) -> None:
    if newest() < oldest:
        raise DatabaseRefused(
            f"The database was upgraded meanwhile, and programs older than {oldest} may not write "
            f"to it any more; this one is of {newest()}. Install the newer version and start again."
        )
