"""Programs of other versions that are at work on the same database, as far as they can be seen.

Each connection to PostgreSQL carries its program's revision in its name, so a running program is
seen on whatever machine it is, and is gone from the list in the moment it ends. Nobody can list
who has a SQLite file open; a program that is too old is refused at its next write there.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, text

from newsletter.store.revisions import newest

_NAME = "newsletter"
_CONNECTED = text(
    "SELECT application_name, coalesce(host(client_addr), 'this machine')"
    " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def program_name() -> str:
    """What this program's connections are called: `newsletter 0006`."""
    return f"{_NAME} {newest()}"


def older_programs(connection: Connection, than: str) -> str:
    """Who is connected and older than that revision: `0005 on 10.0.0.7 (4 connections)`.

    Empty when nobody is, and on SQLite, where nobody can know.
    """
    if connection.dialect.name != "postgresql":
        return ""
    found = Counter(
        (_revision(name), where)
        for name, where in connection.execute(_CONNECTED)
        if name.partition(" ")[0] == _NAME and _revision(name) < than
    )
    return ", ".join(
        f"{revision or 'one before 0006'} on {where} ({_counted(count)})"
        for (revision, where), count in sorted(found.items())
    )


def _revision(name: str) -> str:
    return name.partition(" ")[2]


def _counted(connections: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}"
