"""Look at a database without changing it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from newsletter.store.connecting import connect, database_file, parse_url
from newsletter.store.revisions import newest, steps_after
from newsletter.store.trouble import while_opening
from newsletter.store.upgrading import revision_of


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a look at a database found.

    Attributes:
        revision: the one it is of; empty when there is nothing yet.
        newest: the one this program was made for.
        problems: damage, in the database's own words.
    """

    revision: str
    newest: str
    problems: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether it needs no upgrade."""
        return self.revision == self.newest

    @property
    def is_ahead(self) -> bool:
        """Whether a newer program expanded it; this one goes on with it all the same."""
        return self.revision > self.newest

    @property
    def lacks_only_contraction(self) -> bool:
        """Whether all that is left to do is to take away what older programs needed."""
        ahead = steps_after(self.revision)
        return bool(ahead) and all(step.contracts for step in ahead)


def inspect_database(url: str) -> Inspected:
    """Look at the database's revision and soundness; makes and upgrades nothing.

    Raises:
        UsageError: a URL that is neither SQLite nor PostgreSQL.
        DatabaseRefused: too new for this program, or not ours.
        DatabaseUnreachable: it can not be opened.
    """
    parsed = parse_url(url)
    file = database_file(parsed)
    if file is not None and not file.exists():
        return Inspected("", newest())
    engine = connect(parsed, 1)
    try:
        with while_opening(parsed), engine.connect() as connection:
            revision = revision_of(connection) or ""
            return Inspected(revision, newest(), _damage(connection))
    finally:
        engine.dispose()


def _damage(connection: Connection) -> tuple[str, ...]:
    """SQLite says of itself whether its file is sound; PostgreSQL does so as it goes."""
    if connection.dialect.name != "sqlite":
        return ()
    told = connection.execute(text("PRAGMA quick_check(20)")).scalars().all()
    return tuple(line for line in told if line != "ok")
