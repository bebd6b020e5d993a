"""Which opens and clicks are a machine's: what no person does, told by time alone.

Mail scanners load the pictures of a letter and follow its links before a person sees it; they
say they are browsers. They are told by what they do. Three signs, each enough:

- The provider says so (`sg_machine_open`: Apple's Mail Privacy Protection loads every picture,
  https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event), or the agent is a
  known scanner; both stand in `engagement.by_machine`.
- A burst: `BURST_LINKS` different links, or all of a letter that has fewer but at least two,
  clicked within `BURST_SECONDS`. Everything of that reader from the first burst to the last,
  and as long before and after, is the scanner's; what comes hours later is the person's.
- A click no later than `AT_ONCE_SECONDS` after the receiving server took the mail. Everything of
  that reader until then is the scanner's. Only where engagement is kept by person: a pseudonym
  does not say which delivery it was.

Nothing depends on the order in which events came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from newsletter.model.event import EventKind
from newsletter.store.columns import Moment
from newsletter.store.many import as_text, rows_of
from newsletter.store.tables import delivery_event, engagement

BURST_LINKS = 3
"""A person opens two tabs at a time; three different links in five seconds nobody reads."""

BURST_SECONDS = 5

AT_ONCE_SECONDS = 2
"""Between the server and a person's finger lie a notification, an eye and a thumb."""


class _later(FunctionElement[Any]):  # noqa: N801 - written like any other SQL function
    """A moment, moved by whole seconds, in the form in which moments are stored."""

    type = Moment()
    inherit_cache = True


def later(moment: ColumnElement[Any], seconds: int) -> ColumnElement[Any]:
    """That many seconds after a moment; before it when negative."""
    return _later(moment, literal_column(f"'{seconds:+d} seconds'"))


@compiles(_later, "sqlite")
def _later_text(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    moment, span = (compiler.process(each, **options) for each in element.clauses)
    return f"strftime('%Y-%m-%d %H:%M:%f', {moment}, {span}) || '000'"


@compiles(_later, "postgresql")
def _later_moment(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    moment, span = (compiler.process(each, **options) for each in element.clauses)
    return f"({moment} + CAST({span} AS interval))"


@dataclass(frozen=True, slots=True)
class Scanners:
    """Readers whose mail a scanner looked at, and from when to when.

    Attributes:
        spans: reader, first moment, last moment; moments as the database writes them.
    """

    issue_number: int
    spans: Sequence[tuple[int, str, str]]


def find_scanners(connection: Connection, issue_number: int, letter_links: int) -> Scanners:
    """Find them by what they did, all it ever was.

    Args:
        letter_links: different links the letter holds; 0 where that is not known.
    """
    found = union_all(_bursts(issue_number, letter_links), _at_once(issue_number)).subquery()
    since, until = (
        cast(each, Text) if connection.dialect.name == "postgresql" else type_coerce(each, Text)
        for each in (func.min(found.c.since), func.max(found.c.until))
    )
    rows = connection.execute(select(found.c.who, since, until).group_by(found.c.who))
    return Scanners(issue_number, tuple((who, begun, ended) for who, begun, ended in rows))


def told_apart(
    connection: Connection, scanners: Scanners, until: datetime | None = None
) -> tuple[Select[Any], dict[str, str]]:
    """Every open and click of an issue, with the word whether it is a machine's.

    Args:
        until: leave out what came later.

    Returns:
        A query of `who`, `kind`, `link_id`, `at`, `machine`, and what to bind in it.
    """
    machine: ColumnElement[bool] = engagement.c.by_machine
    columns = [engagement.c[name] for name in ("who", "kind", "link_id", "at")]
    told = select(*columns).where(engagement.c.issue_number == scanners.issue_number)
    if until is not None:
        told = told.where(engagement.c.at <= until)
    if not scanners.spans:
        return told.add_columns(machine.label("machine")), {}
    table, cells = rows_of(connection, "spans", 3)
    moment = engagement.c.at.type
    as_moment = cast if connection.dialect.name == "postgresql" else type_coerce
    who, first, last = cast(cells[0], BigInteger), *(as_moment(each, moment) for each in cells[1:])
    # DISTINCT makes SQLite keep the rows, with an index, instead of parsing them anew each time.
    span = select(who.label("who"), first.label("first"), last.label("last")).distinct()
    span_of = span.select_from(table).subquery("span")
    caught = engagement.c.at.between(span_of.c.first, span_of.c.last)
    machine = or_(machine, and_(span_of.c.who.is_not(None), caught))
    told = told.add_columns(machine.label("machine")).join_from(
        engagement, span_of, span_of.c.who == engagement.c.who, isouter=True
    )
    return told, {"spans": as_text(scanners.spans)}


def _bursts(issue_number: int, letter_links: int) -> Select[Any]:
    """Readers of whom many different links were clicked at once, by the first click of each time.

    Only those are looked at who clicked so often at any time; `near` is found by the index.
    """
    least = max(2, min(BURST_LINKS, letter_links or BURST_LINKS))
    click, near = engagement.alias("click"), engagement.alias("near")
    many = (
        select(click.c.who)
        .where(_clicks(click, issue_number))
        .group_by(click.c.who)
        .having(func.count() >= least)
        .subquery("many")
    )
    soon = near.c.at.between(click.c.at, later(click.c.at, BURST_SECONDS))
    burst = (
        select(click.c.who, click.c.at.label("since"), func.max(near.c.at).label("until"))
        .join_from(many, click, and_(_clicks(click, issue_number), click.c.who == many.c.who))
        .join(near, and_(_clicks(near, issue_number), near.c.who == click.c.who, soon))
        .group_by(click.c.who, click.c.at)
        .having(func.count(near.c.link_id.distinct()) >= least)
        .subquery("burst")
    )
    return select(
        burst.c.who,
        later(burst.c.since, -BURST_SECONDS).label("since"),
        later(burst.c.until, BURST_SECONDS).label("until"),
    )


def _at_once(issue_number: int) -> Select[Any]:
    """Readers of whom a link was clicked when their mail had only just arrived, or before."""
    click = engagement.alias("click")
    first = (
        select(click.c.who, func.min(click.c.at).label("at"))
        .where(_clicks(click, issue_number), not_(click.c.is_pseudonym))
        .group_by(click.c.who)
        .subquery("first")
    )
    until = later(delivery_event.c.at, AT_ONCE_SECONDS)
    return select(
        first.c.who,
        later(first.c.at, -BURST_SECONDS).label("since"),
        until.label("until"),
    ).join_from(
        first,
        delivery_event,
        and_(
            delivery_event.c.delivery_id == first.c.who,
            delivery_event.c.kind == EventKind.DELIVERED,
            first.c.at <= until,
        ),
    )


def _clicks(click: FromClause, issue_number: int) -> ColumnElement[bool]:
    return and_(
        click.c.issue_number == issue_number,
        click.c.kind == EventKind.CLICKED,
        click.c.link_id.is_not(None),
    )
