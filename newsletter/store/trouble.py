"""What a database says when it can not do its work, in words that help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError, DBAPIError, InternalError, OperationalError

from newsletter.errors import DatabaseUnreachable, LedgerError
from newsletter.store.connecting import parse_url

# What the database says, in part -> what to do.
_ADVICE = (
    ("is full", "Make room on its disk, then do it again."),
    ("No space left", "Make room on its disk, then do it again."),
    ("disk I/O error", "Look whether its disk is sound and has room, then do it again."),
    ("deadlock", "Do it again; nothing of it was done."),  # its details are "blocked by"
    ("lock timeout", "Somebody works on it for long, perhaps a backup: do it again afterwards."),
    ("locked", "Another program keeps it to itself: end that one, then do it again."),
    ("readonly", "This account may not write it: see who owns the file and its folder."),
    ("unable to open", "See that its folder is there and that this account may write it."),
    ("not a database", "Point DATABASE_URL at the right file, or restore a backup."),
    ("malformed", "Stop everything that sends and restore a backup; see: newsletter db check"),
    ("onnect", "See that PostgreSQL runs there and that DATABASE_URL is right."),
)
_SOON_OVER = ("locked", "deadlock", "onnection", "starting up", "shutting down")


def is_trouble(problem: BaseException) -> bool:
    """Whether this is the database's trouble, and no mistake in a statement of ours."""
    if isinstance(problem, OperationalError | InternalError):
        return True
    return type(problem) is DatabaseError


def may_pass(problem: DBAPIError) -> bool:
    """Whether waiting may help: a lock, a server that restarts; no full disk."""
    told = str(problem.orig)
    return problem.connection_invalidated or any(part in told for part in _SOON_OVER)


def in_words(problem: DBAPIError, where: str) -> str:
    """What, where, and what to do, in one line.

    Args:
        where: the database as people know it, without a password.
    """
    lines = [line.strip() for line in str(problem.orig).splitlines() if line.strip()]
    told = (lines[0] if lines else type(problem).__name__).rstrip(".")
    full = str(problem.orig)
    advice = next((words for part, words in _ADVICE if part in full), "Do it again.")
    return f"The database {where} can not do it: {told}. {advice}"


def where_of(url: URL) -> str:
    """A file's path, or a server's address without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return URL.create(
        "postgresql", url.username, host=url.host, port=url.port, database=url.database
    ).render_as_string()


def told_of(problem: Exception, url: str) -> LedgerError | None:
    """The database's trouble as an error of ours; None for any other failure.

    Args:
        url: as `DATABASE_URL` has it; empty when it is not known.
    """
    if not isinstance(problem, DBAPIError) or not is_trouble(problem):
        return None
    return LedgerError(in_words(problem, where_of(parse_url(url)) if url else "of this site"))


@contextmanager
def while_opening(url: URL) -> Iterator[None]:
    """Opening fails in words.

    Raises:
        DatabaseUnreachable: what, where, and what to do.
    """
    try:
        yield
    except DBAPIError as problem:
        if not is_trouble(problem):
            raise
        raise DatabaseUnreachable(in_words(problem, where_of(url))) from problem
    except OSError as problem:
        told = f"The database {where_of(url)} can not be made: {problem.strerror}."
        raise DatabaseUnreachable(
            f"{told} See that its folder is there and that this account may write it."
        ) from problem
