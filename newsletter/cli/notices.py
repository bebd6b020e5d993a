"""`notices`: what people of the site were told."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.feedback.ways import notice_record
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.walltime import find_zone
from newsletter.store.notices import latest_notices

MOST = 20
_CALM = (NoticeKind.STARTED, NoticeKind.FINISHED)


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("notices")(notices)


def notices(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = MOST,
    json: Json = False,
) -> None:
    """List what happened lately, newest first."""
    app: App = context.obj()
    with opened(app) as store, store.read() as connection:
        found = latest_notices(connection, most)
    if json:
        emit([notice_record(each) for each in found])
        return
    console = people(json=False)
    for each in found:
        console.print(_line(each, app.site.dispatch.timezone))
        plain(console, f"    {each.words}")
    if not found:
        plain(console, "Nothing happened yet that anybody would have to know.")


def _line(told: Notice, zone: str) -> Text:
    at = told.at.astimezone(find_zone(zone))
    style = "" if told.kind in _CALM else "yellow"
    return Text(f"{at:%Y-%m-%d %H:%M %Z}  ", "dim") + Text(told.title, f"bold {style}".strip())
