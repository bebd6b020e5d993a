"""What the ledger knows beyond the rows of one dispatch."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from newsletter.store.tables import approval, decision

CORRECTION = "correct"
_CORRECTING_TAKES = timedelta(minutes=5)  # at most: what is left of a long list is excluded first


def known_issues(connection: Connection) -> frozenset[int]:
    """The numbers of all issues that were ever approved."""
    return frozenset(connection.scalars(select(approval.c.issue_number).distinct()))


def is_paused_by_person(connection: Connection, dispatch_id: int) -> bool:
    """Whether the pause of a paused dispatch was somebody's wish.

    The program's own pauses are no decisions, so the last decision tells.
    """
    said = connection.execute(
        select(decision.c.what)
        .where(decision.c.dispatch_id == dispatch_id, decision.c.what.in_(["pause", "resume"]))
        .order_by(decision.c.id.desc())
        .limit(1)
    ).scalar()
    return said == "pause"


def is_being_corrected(connection: Connection, dispatch_id: int, now: datetime) -> bool:
    """Whether somebody just decided to put another dispatch in the place of this one."""
    decided: datetime | None = connection.execute(
        select(decision.c.at)
        .where(decision.c.dispatch_id == dispatch_id, decision.c.what == CORRECTION)
        .order_by(decision.c.id.desc())
        .limit(1)
    ).scalar()
    return decided is not None and now - decided < _CORRECTING_TAKES
