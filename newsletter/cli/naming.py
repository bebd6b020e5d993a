"""From what a person types for an issue to its number, and to a dispatch where one is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from newsletter.bootstrap import App
from newsletter.content import find_issue, issue_numbers
from newsletter.errors import ContentError, NotFound, Place, Problem
from newsletter.model.ledger import ENDED, Dispatch
from newsletter.store import Store
from newsletter.store.dispatches import dispatches_of, load_dispatch
from newsletter.store.tables import approval, dispatch

_DISPATCH = re.compile(r"d([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Named:
    """What was meant.

    Attributes:
        number: the issue's.
        dispatch_id: the dispatch that was named itself; None when the issue was.
    """

    number: int
    dispatch_id: int | None = None


def find_named(app: App, store: Store, ref: str) -> Named:
    """Find an issue, or a dispatch of one.

    Args:
        ref: path, slug or number of an issue, also of one whose file is gone; `d7` is
            dispatch 7, and so is 7 where no issue has that number.

    Raises:
        NotFound: there is neither.
    """
    with store.read() as connection:
        if found := _DISPATCH.fullmatch(ref):
            return _dispatch(connection, int(found[1]))
        if ref.isdecimal():
            return _numbered(app, connection, int(ref))
        try:
            return Named(_number_of(app, ref))
        except NotFound:
            if (number := _approved_as(connection, ref)) is not None:
                return Named(number)
            raise


def find_number(app: App, store: Store, ref: str) -> int:
    """The number of an issue, or of the issue whose dispatch was named."""
    return find_named(app, store, ref).number


def find_dispatch(app: App, store: Store, ref: str) -> Dispatch:
    """The dispatch that was named, or the one of the issue that can still move.

    Where all have ended it is the last. Raises NotFound when there is none.
    """
    named = find_named(app, store, ref)
    with store.read() as connection:
        if named.dispatch_id is not None:
            return load_dispatch(connection, named.dispatch_id)
        found = dispatches_of(connection, named.number)
    if not found:
        raise NotFound(
            f"Issue {named.number} is neither scheduled nor sent. "
            f"First: newsletter schedule {named.number}"
        )
    return next((each for each in found if each.state not in ENDED), found[-1])


def _dispatch(connection: Connection, dispatch_id: int) -> Named:
    return Named(load_dispatch(connection, dispatch_id).issue_number, dispatch_id)


def _numbered(app: App, connection: Connection, number: int) -> Named:
    known = select(exists().where(approval.c.issue_number == number))
    if number in issue_numbers(app.site).values() or connection.execute(known).scalar():
        return Named(number)
    if connection.execute(select(exists().where(dispatch.c.id == number))).scalar():
        return _dispatch(connection, number)
    find_issue(app.site, str(number))  # says what there is instead
    raise NotFound(f"There is no issue {number}.")


def _number_of(app: App, ref: str) -> int:
    path = find_issue(app.site, ref)
    numbers = issue_numbers(app.site)
    if path not in numbers:
        place = Place(path.relative_to(app.site.root).as_posix())
        raise ContentError([Problem(place, "The issue has no number.", "Give it one.")])
    return numbers[path]


def _approved_as(connection: Connection, slug: str) -> int | None:
    """The issue last approved under a slug; its file may be gone since."""
    number: int | None = connection.execute(
        select(approval.c.issue_number)
        .where(approval.c.slug == slug)
        .order_by(approval.c.id.desc())
        .limit(1)
    ).scalar()
    return number
