"""What the ledger knows beyond the rows of one dispatch."""

from __future__ import annotations

from sqlalchemy import Connection, select

from newsletter.store.tables import approval, decision

CORRECTION = "correct"


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
