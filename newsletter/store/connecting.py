"""From a URL to a SQLAlchemy engine that behaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from newsletter.errors import UsageError
from newsletter.store.older import program_name
from newsletter.store.store import RELAXED, WRITES

# How long a writer waits for another process; longer than any transaction of ours.
BUSY_MILLISECONDS = 60_000
# A cable that is pulled says nothing: left alone, Linux waits two hours for an answer that never
# comes and a quarter of an hour for a request nobody took, and the server keeps a dead machine's
# locks for as long. So both sides ask after ten seconds of silence and give up within half a
# minute; all work of ours can be done again. What the URL itself says counts instead.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
_GIVE_UP_AFTER = {
    "connect_timeout": "10",  # seconds
    "keepalives_idle": "10",  # seconds
    "keepalives_interval": "5",  # seconds
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",  # milliseconds
}
# https://www.postgresql.org/docs/current/runtime-config-connection.html
_SERVER_SIDE = (
    # A look into an index costs little on today's disks, and nothing in memory. With the server's
    # own guess, made for turning ones, a batch of a smaller list would read all readers there are.
    "-c timezone=UTC -c random_page_cost=1.1"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
    " -c tcp_keepalives_count=3 -c tcp_user_timeout=25000"
)
_EXAMPLES = "sqlite:///var/newsletter.db or postgresql://user@host/name"


def parse_url(url: str) -> URL:
    """Read DATABASE_URL; raises UsageError for what is neither SQLite nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError(f"DATABASE_URL can not be read. Write it like {_EXAMPLES}.") from None
    if parsed.get_backend_name() == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise UsageError(
        f"DATABASE_URL names {parsed.get_backend_name()}, which is not supported. "
        f"Write it like {_EXAMPLES}."
    )


def public_url(url: str) -> str:
    """A database's URL for people: without the password."""
    return parse_url(url).set(password=None).render_as_string()


def conninfo(url: str) -> str:
    """A PostgreSQL URL as libpq takes it; raises UsageError for any other."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "postgresql":
        raise UsageError(
            'engine = "procrastinate" needs PostgreSQL: set DATABASE_URL like '
            "postgresql://user@host/name."
        )
    known = {name: value for name, value in _parameters().items() if name not in parsed.query}
    whole = parsed.set(drivername="postgresql").update_query_dict(known)
    address, mark, query = whole.render_as_string(hide_password=False).partition("?")
    # libpq reads RFC 3986, in which a plus is a plus and no space.
    return address + mark + query.replace("+", "%20")


def _parameters() -> dict[str, str]:
    """What libpq is told beside the URL."""
    return {"options": _SERVER_SIDE, "application_name": program_name(), **_GIVE_UP_AFTER}


def database_file(url: URL) -> Path | None:
    """The file of a SQLite database; None for memory and for PostgreSQL."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def connect(url: URL, connections: int) -> Engine:
    """An engine with at most that many connections kept open.

    Its errors, which reach logs, name no parameters: those are readers' addresses.
    """
    if url.get_backend_name() == "sqlite":
        return _connect_sqlite(url, connections)
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        hide_parameters=True,
        pool_pre_ping=True,  # a restarted server costs one reconnect, not one error
        connect_args={k: v for k, v in _parameters().items() if k not in url.query},
    )


def _connect_sqlite(url: URL, connections: int) -> Engine:
    file = database_file(url)
    if file is None:
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url, hide_parameters=True, pool_size=connections, max_overflow=connections
        )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, record: Any) -> None:
    """Durable, foreign keys on, and no transaction that the driver opens by itself."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-4000",  # KiB: a batch needs less, and each thread has a connection
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    record.info[RELAXED] = False


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock first: one that reads before could not be let through later."""
    options = connection.get_execution_options()
    if not options.get(WRITES):
        connection.exec_driver_sql("BEGIN")
        return
    relaxed = bool(options.get(RELAXED))
    if connection.info.get(RELAXED) != relaxed:
        connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if relaxed else 'FULL'}")
        connection.info[RELAXED] = relaxed
    connection.exec_driver_sql("BEGIN IMMEDIATE")
