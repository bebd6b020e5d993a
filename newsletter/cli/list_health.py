"""`health`: how the list grows and shrinks, and how near it is to receivers' limits."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people
from newsletter.feedback.health import WEEKS, health_warnings, list_health
from newsletter.feedback.health_record import health_record
from newsletter.feedback.limits import (
    BOUNCES_LIMIT,
    BOUNCES_WARN,
    COMPLAINTS_LIMIT,
    COMPLAINTS_WARN,
)
from newsletter.feedback.list_numbers import MAILBOX_WEEKS, Health, Mailboxes, Week

_WIDTH = 78
_FLOW = ("joined", "confirmed", "left", "erased", "suppressed")
_MAIL = ("mails", "bounced", "spam")


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("health")(health)


def health(
    context: typer.Context,
    weeks: Annotated[int, typer.Option(min=1, max=104, help="How many to look back.")] = WEEKS,
    json: Json = False,
) -> None:
    """Say how the list grows and shrinks, and what receivers may hold against it."""
    app: App = context.obj()
    with opened(app) as store, store.read() as connection:
        found = list_health(connection, app.clock.now(), weeks)
    if json:
        emit(health_record(found))
    else:
        people(json=False).print(page_of_health(found))


def page_of_health(found: Health) -> Group:
    """The list on one page, at most 80 columns wide."""
    return Group(*_parts(found))


def _parts(found: Health) -> Iterator[RenderableType]:
    yield Text(f"{found.readers:,} confirmed readers, {found.at:%Y-%m-%d}\n", "bold")
    warnings = health_warnings(found)
    for warning in warnings:
        yield Text(fill(warning, _WIDTH, initial_indent="  ", subsequent_indent="  "), "yellow")
    if not warnings:
        yield Text("  Nothing that a mailbox provider would hold against the list.")
    yield Text()
    yield _table(("week of", *_FLOW), [_flow(each) for each in found.weeks])
    yield Text()
    yield _table(("week of", *_MAIL), [_fared(each) for each in found.weeks])
    yield Text(f"\nMailbox providers, the last {MAILBOX_WEEKS} weeks", "dim")
    yield _table(("", "readers", *_MAIL), [_mailbox(each) for each in found.mailboxes])
    yield Text(
        "Limits: spam 0.3 %, better below 0.1 %; bounced for good 5 %, better below 2 %.", "dim"
    )


def _table(names: tuple[str, ...], rows: list[tuple[Text, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for at, name in enumerate(names):
        table.add_column(name, justify="right" if at else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _flow(week: Week) -> tuple[Text, ...]:
    flow = (week.joined, week.confirmed, week.left, week.erased, week.suppressed)
    return (Text(f"{week.begins}"), *(_count(each) for each in flow))


def _fared(week: Week) -> tuple[Text, ...]:
    return (Text(f"{week.begins}"), *_mail(week.accepted, week.bounced, week.complaints))


def _mailbox(of: Mailboxes) -> tuple[Text, ...]:
    return (
        Text(of.name),
        _count(of.readers),
        *_mail(of.accepted, of.bounced, of.complaints),
    )


def _mail(accepted: int, bounced: int, complaints: int) -> tuple[Text, ...]:
    return (
        _count(accepted),
        _share(bounced, accepted, BOUNCES_WARN, BOUNCES_LIMIT, 1),
        _share(complaints, accepted, COMPLAINTS_WARN, COMPLAINTS_LIMIT, 2),
    )


def _count(count: int) -> Text:
    return Text(f"{count:,}") if count else Text("-", "dim")


def _share(part: int, whole: int, warn: float, limit: float, digits: int) -> Text:
    """A count with its share, in colour from where it matters."""
    if not part or not whole:
        return _count(part)
    share = part / whole
    style = "bold red" if share >= limit else "yellow" if share >= warn else ""
    told = f"{share * 100:.{digits}f}" if round(share * 100, digits) else f"<{10**-digits:g}"
    return Text(f"{part:,} ({told} %)", style)
